"""UIDs: the grammar is a safety border, so what must not pass matters most."""

from __future__ import annotations

import pytest

from archive.dicom.uids import InstanceRef, is_uid, mint_uid, require_uid
from archive.errors import InvalidRequest


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2", "2.25.1", "0", "1.02.3", "1" * 64])
def test_a_uid_and_what_vendors_make_of_it_passes(uid: str) -> None:
    assert is_uid(uid)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "1..2", ".1", "1.", "1.2\n", "1.2 ", " 1.2", "1/2", "../1", "1.2*", "1" * 65, "1.a", "١.٢", "1\0"],
)
def test_nothing_else_passes(text: str) -> None:
    assert not is_uid(text)


def test_the_caller_learns_which_uid_is_wrong() -> None:
    with pytest.raises(InvalidRequest, match="Study Instance UID"):
        require_uid("../etc", "Study Instance UID")


def test_minted_uids_are_valid_and_differ() -> None:
    minted = {mint_uid() for _ in range(100)}
    assert len(minted) == 100
    assert all(is_uid(uid) and uid.startswith("2.25.") for uid in minted)


def test_an_instance_has_the_path_of_its_resource() -> None:
    assert InstanceRef("1.2", "1.3", "1.4").path == "/studies/1.2/series/1.3/instances/1.4"
