"""Byte ranges of frames: native, one-bit and encapsulated with every kind of offset table."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.encaps import generate_frames

from archive.dicom.frames import FrameTable, NativeFrames
from archive.dicom.scanner import scan
from archive.errors import ArchiveError, NotFound
from tests import factories
from tests.unit.dicom.scanning import real_files

STREAMS = [factories.jpeg_like(number, 100 + number) for number in range(5)]


def frames_of(data: bytes) -> list[bytes]:
    table = scan(data).frames
    assert table is not None
    return [
        b"".join(data[offset : offset + length] for offset, length in table.ranges(number))
        for number in range(1, table.number_of_frames + 1)
    ]


def test_native_frames_are_slices_of_the_pixel_data() -> None:
    ds = factories.multi_frame(4, rows=6, columns=10)
    frames = frames_of(factories.part10_bytes(ds))
    assert frames == [ds.PixelData[number * 120 : (number + 1) * 120] for number in range(4)]


def test_one_bit_frames_tell_their_first_bit() -> None:
    ds = factories.bitmap_frames(3, rows=5, columns=7)
    data = factories.part10_bytes(ds)
    table = scan(data).frames
    assert table is not None
    whole = int.from_bytes(ds.PixelData, "little")
    for number in range(1, 4):
        [(offset, length)] = table.ranges(number)
        covering = int.from_bytes(data[offset : offset + length], "little")
        bits = covering >> table.first_bit(number) & (1 << 35) - 1
        assert bits == whole >> (number - 1) * 35 & (1 << 35) - 1


@pytest.mark.parametrize("table", ["basic", "empty"])
@pytest.mark.parametrize("fragments", [1, 2, 3])
def test_encapsulated_frames_by_table_counts_or_markers(table: str, fragments: int) -> None:
    data = factories.part10_bytes(factories.encapsulated(STREAMS, table=table, fragments_per_frame=fragments))
    assert [frame.rstrip(b"\0") for frame in frames_of(data)] == STREAMS


def test_the_extended_offset_table_leaves_the_padding_out() -> None:
    ds = factories.encapsulated(STREAMS, table="extended")
    ds.ExtendedOffsetTableLengths = struct.pack("<5Q", *map(len, STREAMS))  # pydicom counts the padding
    data = factories.part10_bytes(ds)
    assert frames_of(data) == STREAMS
    assert scan(data).findings == ()


def test_one_frame_takes_all_fragments() -> None:
    stream = factories.jpeg_like(1, 1000)
    data = factories.part10_bytes(factories.encapsulated([stream], table="empty", fragments_per_frame=7))
    assert [frame.rstrip(b"\0") for frame in frames_of(data)] == [stream]


def test_a_basic_offset_table_that_lies_is_not_believed() -> None:
    data = bytearray(factories.part10_bytes(factories.encapsulated(STREAMS, table="basic")))
    at = data.index(b"\xe0\x7f\x10\x00OB") + 20
    data[at + 4 : at + 8] = (77).to_bytes(4, "little")
    assert [frame.rstrip(b"\0") for frame in frames_of(bytes(data))] == STREAMS
    assert any("Basic Offset Table" in finding.comment for finding in scan(bytes(data)).findings)


def test_fragments_that_fit_no_rule_give_no_table_and_a_finding() -> None:
    ds = factories.encapsulated([b"abcdefgh" * 4, b"ijklmnop" * 4], table="empty", fragments_per_frame=2)
    scanned = scan(factories.part10_bytes(ds))
    assert scanned.frames is None
    assert any("can't be assigned" in finding.comment for finding in scanned.findings)


def test_a_video_is_one_stream() -> None:
    ds = factories.encapsulated(
        [b"\0\0\0\1" * 50], transfer_syntax_uid="1.2.840.10008.1.2.4.102", fragments_per_frame=3
    )
    ds.NumberOfFrames = 250
    table = scan(factories.part10_bytes(ds)).frames
    assert table is not None
    assert (table.stream, table.number_of_frames, len(table.ranges(1))) == (True, 1, 3)


def test_pixel_data_shorter_than_the_header_says_give_the_frames_that_are_there() -> None:
    ds = factories.multi_frame(4, rows=4, columns=4)
    ds.PixelData = ds.PixelData[:80]
    scanned = scan(factories.part10_bytes(ds))
    assert scanned.frames is not None
    assert scanned.frames.number_of_frames == 2
    assert any("shorter" in finding.comment for finding in scanned.findings)


def test_no_frames_without_pixels_and_none_in_deflated_objects() -> None:
    assert scan(factories.part10_bytes(factories.structured_report())).frames is None
    deflated = factories.part10_bytes(factories.ct_slice(), factories.DeflatedExplicitVRLittleEndian)
    assert scan(deflated).frames is None


@pytest.mark.parametrize("number", [0, -1, 2])
def test_a_frame_that_is_not_there_is_not_found(number: int) -> None:
    table = scan(factories.part10_bytes(factories.ct_slice())).frames
    assert table is not None
    with pytest.raises(NotFound):
        table.ranges(number)


@given(
    st.lists(st.tuples(st.integers(0, 1 << 36), st.integers(0, 1 << 32 - 1)), max_size=40),
    st.data(),
)
def test_an_encapsulated_table_survives_packing(fragments: list[tuple[int, int]], data: st.DataObject) -> None:
    counts, left = [], len(fragments)
    while left:
        counts.append(data.draw(st.integers(1, left)))
        left -= counts[-1]
    table = FrameTable(fragments=fragments, fragments_per_frame=counts, stream=data.draw(st.booleans()))
    assert FrameTable.unpack(table.pack()) == table


@given(st.integers(0, 1 << 40), st.integers(1, 1 << 40), st.integers(1, 1 << 31))
def test_a_native_table_survives_packing(offset: int, bits: int, frames: int) -> None:
    table = FrameTable(native=NativeFrames(offset, bits, frames))
    assert FrameTable.unpack(table.pack()) == table


def test_packed_tables_are_small() -> None:
    slide = FrameTable(
        fragments=[(1000 + number * 20_008, 20_000) for number in range(100_000)], fragments_per_frame=[1] * 100_000
    )
    assert len(slide.pack()) < 10_000
    assert len(FrameTable(native=NativeFrames(1400, 512 * 512 * 16, 1)).pack()) <= 24


def test_frames_of_real_files_are_those_that_pydicom_cuts(test_data: Path) -> None:
    compared = 0
    for path in real_files(test_data):
        data = path.read_bytes()
        try:
            scanned = scan(data)
        except ArchiveError:
            continue
        if scanned.frames is None or scanned.frames.native or scanned.frames.stream:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds = pydicom.dcmread(path, force=True)
            extended = None
            if "ExtendedOffsetTable" in ds:
                extended = (ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths)
            expected = list(
                generate_frames(
                    ds.PixelData, number_of_frames=scanned.frames.number_of_frames, extended_offsets=extended
                )
            )
        assert frames_of(data) == expected, path.name
        compared += 1
    assert compared > 100
