"""Taking one instance off the wire: small in memory, large in a file, never more than allowed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archive.errors import TooLarge


@pytest.mark.parametrize("size", [0, 1, 8 << 20, (8 << 20) + 1, 20 << 20])
def test_length_digest_and_bytes_are_those_that_came(django: None, tmp_path: Path, size: int) -> None:
    from archive.ingest.spool import IN_MEMORY, spool

    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    spooled = spool((data[at : at + 1_000_000] for at in range(0, size, 1_000_000)), folder=tmp_path, limit=1 << 30)
    assert (spooled.length, spooled.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert bytes(spooled.data[:]) == data
    assert (spooled.path is not None) == (size > IN_MEMORY)
    spooled.discard()
    assert not list(tmp_path.iterdir())


def test_more_than_the_limit_is_refused_and_leaves_no_file(django: None, tmp_path: Path) -> None:
    from archive.ingest.spool import spool

    with pytest.raises(TooLarge):
        spool((bytes(1 << 20) for _ in range(20)), folder=tmp_path, limit=10 << 20)
    assert not list(tmp_path.iterdir())
