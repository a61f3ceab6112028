"""Packs: a tar that any tool opens, holding exactly what is to be kept (PS3.18 says nothing of it; decision 2)."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def packs(django: None):  # type: ignore[no-untyped-def]
    from archive.ingest import packs

    return packs


def spooled(data: bytes):  # type: ignore[no-untyped-def]
    from archive.ingest.spool import Spooled

    return Spooled(len(data), hashlib.sha256(data).hexdigest(), data)


@given(
    contents=st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=6),
    dropped=st.sets(st.integers(0, 5)),
)
def test_every_kept_member_lies_where_its_placement_says(packs, contents: list[bytes], dropped: set[int]) -> None:  # type: ignore[no-untyped-def]
    from django.conf import settings

    from archive.catalog.objects import object_store

    pack = packs.Pack(Path(settings.ATRIUM_SPOOL_DIR))
    for number, content in enumerate(contents):
        pack.add(number, f"{number}.dcm", spooled(content))
    placed = pack.close(lambda number: number not in dropped)
    kept = [number for number in range(len(contents)) if number not in dropped]
    assert sorted(placed) == kept
    for number, placement in placed.items():
        got = object_store().get_range(placement.key, placement.offset, len(contents[number]))
        assert got == contents[number]
        assert object_store().head(placement.key).size == placement.object_length
    if len(kept) > 1:
        whole = b"".join(object_store().open(placed[kept[0]].key))
        with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
            assert [tar.extractfile(member).read() for member in tar] == [contents[number] for number in kept]  # type: ignore[union-attr]
    assert not list(Path(settings.ATRIUM_SPOOL_DIR).glob("*.pack"))
    assert not list(Path(settings.ATRIUM_SPOOL_DIR).glob("*.part"))


def test_a_pack_given_up_leaves_nothing(packs) -> None:  # type: ignore[no-untyped-def]
    from django.conf import settings

    pack = packs.Pack(Path(settings.ATRIUM_SPOOL_DIR))
    for number in range(3):
        pack.add(number, f"{number}.dcm", spooled(b"x" * 100))
    pack.discard()
    assert not list(Path(settings.ATRIUM_SPOOL_DIR).glob("*.pack"))
