"""Answers kept by a process: bounded, the least recently used goes first."""

from __future__ import annotations

import pytest

from archive.retrieve.recent import Recent


def test_what_was_put_is_found_and_the_oldest_goes_first() -> None:
    kept = Recent(limit=80)
    for name in "abcdefgh":
        kept.put(name, name.encode() * 10)
    assert kept.get("a") == b"a" * 10  # used, so not the oldest any more
    kept.put("i", b"i" * 10)
    assert kept.get("b") is None
    assert kept.get("a") == b"a" * 10
    assert kept.get("i") == b"i" * 10


def test_putting_again_replaces() -> None:
    kept = Recent(limit=80)
    for _ in range(100):
        kept.put("a", b"x" * 10)
    kept.put("b", b"y" * 10)
    assert (kept.get("a"), kept.get("b")) == (b"x" * 10, b"y" * 10)


@pytest.mark.parametrize("size", [11, 1000])
def test_one_large_answer_does_not_push_the_others_out(size: int) -> None:
    kept = Recent(limit=80)
    kept.put("a", b"x" * 10)
    kept.put("large", bytes(size))
    assert kept.get("large") is None
    assert kept.get("a") == b"x" * 10
