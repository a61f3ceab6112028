"""Which bytes are read together, and how ranges of joined pieces are cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("django")

MIB = 1 << 20


def location(key: str, offset: int, length: int):  # type: ignore[no-untyped-def]
    from archive.catalog.reader import InstanceLocation

    return InstanceLocation("1", "2", "3", "4", "1.2.840.10008.1.2.1", key, offset, length, "0" * 64, 400, "zero")


def batches(*places: tuple[str, int, int]) -> list[list[tuple[str, int, int]]]:
    from archive.retrieve.objects import _batches

    return [
        [(each.object_key, each.offset, each.length) for each in batch]
        for batch in _batches([location(*place) for place in places])
    ]


def test_neighbours_in_a_pack_are_read_together() -> None:
    one, two, three = ("a", 512, 1000), ("a", 2048, 1000), ("a", 3584, 1000)
    assert batches(one, two, three) == [[one, two, three]]


@pytest.mark.parametrize(
    "other",
    [
        ("b", 2048, 1000),  # another object
        ("a", MIB, 1000),  # too far away
        ("a", 2048, 4 * MIB),  # more than one window
        ("a", 1000, 1000),  # overlapping
    ],
)
def test_strangers_are_read_apart(other: tuple[str, int, int]) -> None:
    one = ("a", 512, 1000)
    assert batches(one, other) == [[one], [other]]


def test_nothing_is_nothing() -> None:
    assert batches() == []


@given(
    pieces=st.lists(st.binary(max_size=9), max_size=6),
    start=st.integers(0, 60),
    length=st.integers(0, 60),
)
def test_a_range_of_pieces_is_a_range_of_the_whole(pieces: list[bytes], start: int, length: int) -> None:
    from archive.retrieve import extent, objects

    whole = b"".join(pieces)
    stored = b"##".join(pieces)  # in the store something lies between them
    offsets, at = [], 0
    for piece in pieces:
        offsets.append((at, len(piece)))
        at += len(piece) + 2

    def stream(_location: object, offset: int, size: int) -> Iterator[bytes]:
        yield stored[offset : offset + size]

    patch = pytest.MonkeyPatch()
    patch.setattr(objects, "stream", stream)
    try:
        joined = extent.StoredExtent(location("a", 0, len(stored)), offsets)
        stop = min(start + length, len(whole))
        assert joined.length == len(whole)
        assert b"".join(joined.read(start, stop)) == whole[start:stop]
    finally:
        patch.undo()


def groups(frames: Sequence[tuple[int, list[tuple[int, int]]]]) -> list[list[int]]:
    from archive.retrieve.frame_source import _groups

    return [[number for number, _ranges in group] for group in _groups(frames)]


def test_frames_that_follow_each_other_are_read_together() -> None:
    assert groups([(1, [(100, 50)]), (2, [(158, 50)]), (3, [(216, 50), (274, 50)])]) == [[1, 2, 3]]


def test_frames_out_of_order_repeated_or_far_apart_are_not() -> None:
    assert groups([(2, [(150, 50)]), (1, [(100, 50)]), (1, [(100, 50)]), (9, [(MIB, 50)])]) == [[2], [1], [1], [9]]


def test_one_bit_frames_that_share_a_byte_are_read_together() -> None:
    assert groups([(1, [(0, 5)]), (2, [(4, 5)]), (3, [(8, 6)])]) == [[1, 2, 3]]


def test_large_frames_are_read_one_by_one() -> None:
    assert groups([(1, [(0, 3 * MIB)]), (2, [(3 * MIB, 3 * MIB)])]) == [[1], [2]]
