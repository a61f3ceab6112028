"""Hostile objects: only the three errors that doors know, in time and memory bounded by the object's own size."""

from __future__ import annotations

import contextlib
import random
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from archive.dicom import memory
from archive.dicom.explicit import element, explicit_little_endian, header
from archive.dicom.frames import FrameTable
from archive.dicom.limits import Limits
from archive.dicom.scanner import ROOT_MARK, scan
from archive.errors import CannotUnderstand, TooLarge, UnsupportedTransferSyntax
from tests import factories
from tests.conftest import FULL
from tests.unit.dicom.scanning import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, implicit, real_files, with_elements

REFUSALS = (CannotUnderstand, TooLarge, UnsupportedTransferSyntax)
SEED = 20261120
MUTATIONS = 100_000 if FULL else 4_000
# On an idle machine the worst costs 0.6 s/MB; the test machine is shared.
SECONDS_PER_MEGABYTE = 2.0
OPEN = header(0x00400260, "SQ", None) + ITEM + UNDEFINED
CLOSE = ITEM_END + SEQUENCE_END


def nested(depth: int) -> bytes:
    return with_elements(OPEN * depth + CLOSE * depth)


def implicit_instance(*elements: bytes) -> bytes:
    return factories.part10_bytes(factories.instance(), factories.ImplicitVRLittleEndian) + b"".join(elements)


@pytest.mark.parametrize("remembered", [False, True])
def test_nesting_is_capped_and_costs_no_recursion(remembered: bool) -> None:
    memory.forget()
    scan(nested(64))
    if not remembered:
        memory.forget()
    for depth in (65, 300, 100_000):
        with pytest.raises(TooLarge):
            scan(nested(depth))


def test_items_elements_and_fragments_are_capped() -> None:
    limits = Limits(items=50, elements=100)
    scan(with_elements(header(0x00400260, "SQ", None), (ITEM + bytes(4)) * 50, SEQUENCE_END), limits=limits)
    with pytest.raises(TooLarge, match="Items"):
        scan(with_elements(header(0x00400260, "SQ", None), (ITEM + bytes(4)) * 51, SEQUENCE_END), limits=limits)
    with pytest.raises(TooLarge, match="Data Elements"):
        scan(with_elements(element(0x00411010, "LO", b"") * 101), limits=limits)
    with pytest.raises(TooLarge, match="Data Elements"):
        scan(implicit_instance(implicit(0x00400009, b"") * 101), limits=limits)
    many = factories.encapsulated([factories.jpeg_like()] * 101)
    with pytest.raises(TooLarge, match="Data Elements"):
        scan(factories.part10_bytes(many), limits=limits)


def test_a_deflate_bomb_is_refused_before_it_unfolds() -> None:
    bomb = factories.deflate_bomb(256)
    assert len(bomb) < 1 << 19
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            scan(bomb)
        assert tracemalloc.get_traced_memory()[1] < 160 << 20
    finally:
        tracemalloc.stop()


def test_a_long_value_that_may_not_be_bulk_data_is_refused() -> None:
    with pytest.raises(TooLarge):
        scan(implicit_instance(implicit(0x00400009, b"x" * (1 << 20) + b"xx")))


FLOODS: dict[str, Callable[[], bytes]] = {
    "items": lambda: with_elements(header(0x00400260, "SQ", None), (ITEM + bytes(4)) * 150_000, SEQUENCE_END),
    "elements": lambda: with_elements(
        b"".join(struct.pack("<HH2sH", 0x4001 + 2 * (i >> 15), i & 0x7FFF | 0x8000, b"LO", 0) for i in range(300_000))
    ),
    "sequences": lambda: with_elements(
        b"".join(header(0x40011000 + i % 200, "SQ", 8) + ITEM + bytes(4) for i in range(100_000))
    ),
    "stray delimiters": lambda: with_elements(ITEM_END * 300_000),
    "unknown VRs": lambda: with_elements(struct.pack("<HH2sH", 0x4001, 0x1010, b"ZZ", 0) * 200_000),
    "character sets": lambda: with_elements(
        header(0x00400260, "SQ", None),
        b"".join(ITEM + struct.pack("<I", 22) + element(0x00080005, "CS", b"X%013d" % i) for i in range(100_000)),
        SEQUENCE_END,
    ),
    "decimal strings": lambda: implicit_instance(implicit(0x30060050, b"1.\\" * 333_333)),
    "one long number": lambda: implicit_instance(implicit(0x30060050, b"1" * 1_000_000)),
    "integer strings": lambda: implicit_instance(implicit(0x00081160, b"+1\\" * 333_333)),
    "backslashes": lambda: implicit_instance(implicit(0x00101001, b"=\\" * 500_000)),
    "escapes": lambda: implicit_instance(
        implicit(0x00080005, b"\\ISO 2022 IR 87"), implicit(0x00101001, b"\x1b$B" * 333_333)
    ),
    "zeros": lambda: with_elements(bytes(20_000_000)),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_floods_cost_no_more_than_a_second_or_two_per_megabyte(flood: str) -> None:
    data = FLOODS[flood]()
    start = time.process_time()
    with contextlib.suppress(*REFUSALS):
        scan(data)
    assert time.process_time() - start < SECONDS_PER_MEGABYTE * len(data) / 1e6


def seeds(folder: Path | None) -> list[bytes]:
    whole = [
        factories.part10_bytes(make(), syntax)
        for syntax in factories.NATIVE_TRANSFER_SYNTAXES
        for make in (
            factories.ct_slice,
            factories.multi_frame,
            factories.bitmap_frames,
            factories.structured_report,
            factories.ecg,
        )
    ]
    whole += [factories.part10_bytes(factories.named(*odd)) for odd in factories.ODD_CHARACTER_SETS]
    whole += [
        factories.part10_bytes(factories.encapsulated([factories.jpeg_like(i) for i in range(5)], table=table))
        for table in ("basic", "extended", "empty")
    ]
    if folder is not None:
        whole += [path.read_bytes() for path in real_files(folder) if path.stat().st_size < 60_000]
    return whole


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few flips, lies about lengths, cuts and planted delimiters, most of them in the header."""
    body = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(min(len(body), 4000) if chance.random() < 0.8 else len(body))
        kind = chance.randrange(8)
        if kind < 3:
            body[at] = chance.randrange(256)
        elif kind == 3:
            body[at : at + 4] = chance.choice((UNDEFINED, chance.randrange(1 << 24).to_bytes(4, "little")))
        elif kind == 4:
            del body[at : at + chance.randrange(1, 20)]
        elif kind == 5:
            body[at:at] = chance.randbytes(chance.randrange(1, 20))
        elif kind == 6:
            body[at:at] = chance.choice((ITEM + UNDEFINED, ITEM_END, SEQUENCE_END))
        else:
            body[at : at + 2] = chance.choice((b"SQ", b"UN", b"OB", b"FD", b"PN", b"DS", b"IS", b"AT", b"UI", b"??"))
        body = body or bytearray(b"\0")
    return bytes(body)


def check_one(data: bytes) -> None:
    """Whatever it is, it is refused properly, or told as proper JSON with frames inside the object."""
    try:
        scanned = scan(data)
    except REFUSALS:
        return
    orjson.loads(scanned.json_template.replace(ROOT_MARK, b"http://x"))
    assert all("\0" not in text for text in scanned.attributes.values())
    if scanned.frames is not None:
        for number in (1, scanned.frames.number_of_frames):
            for offset, length in scanned.frames.ranges(number):
                assert offset >= 0
                assert offset + length <= len(data)
        assert FrameTable.unpack(scanned.frames.pack()) == scanned.frames
    try:
        again = b"".join(explicit_little_endian(data))
    except REFUSALS:
        return
    assert scan(again).sop_instance_uid == scanned.sop_instance_uid


def test_mutated_objects_are_understood_or_refused(request: pytest.FixtureRequest) -> None:
    try:
        folder = request.getfixturevalue("test_data")
    except pytest.skip.Exception:
        folder = None
    whole, chance = seeds(folder), random.Random(SEED)
    for number in range(MUTATIONS):
        data = mutated(chance.choice(whole), chance)
        try:
            check_one(data)
        except Exception as error:
            raise AssertionError(f"mutation {number} of seed {SEED}: {type(error).__name__}: {error}") from error
