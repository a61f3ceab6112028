"""Which fragments of encapsulated Pixel Data make which frame (PS3.5 §A.4, PS3.3 §C.7.6.3.1.8).

In order of trust: the Extended Offset Table, the Basic Offset Table, the counts, and last the start markers of the
codestreams. A table that does not fit the fragments is a finding, and the next in order decides.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Final

from archive.dicom.findings import Findings
from archive.dicom.frames import FrameTable
from archive.dicom.source import Cut
from archive.dicom.transfer_syntax import transfer_syntax

_PIXEL_DATA: Final = 0x7FE00010
_EXTENDED_OFFSETS: Final = 0x7FE00001

# Where a codestream of a still image begins: JPEG and JPEG-LS, JPEG 2000 and HTJ2K, their boxed form, JPEG XL.
_START_MARKERS: Final = (
    b"\xff\xd8\xff",
    b"\xff\x4f\xff\x51",
    b"\x00\x00\x00\x0cjP  ",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
)

Fragments = list[tuple[int, int]]


def encapsulated_frames(
    *,
    cut: Cut,
    items: Fragments,
    transfer_syntax_uid: str,
    number_of_frames: int | None,
    extended_offsets: bytes,
    extended_lengths: bytes,
    findings: Findings,
) -> FrameTable | None:
    """The frame table, or None when the fragments can't be told apart (a finding says so).

    `items` are (offset, length) of all Items, the Basic Offset Table first.
    """
    syntax = transfer_syntax(transfer_syntax_uid)
    if syntax is None or not syntax.encapsulated:
        findings.note(_PIXEL_DATA, "Pixel Data is encapsulated, which the Transfer Syntax does not say")
    if not items:
        findings.note(_PIXEL_DATA, "encapsulated Pixel Data without its Basic Offset Table Item")
        return None
    (table_offset, table_length), fragments = items[0], items[1:]
    if not fragments:
        findings.note(_PIXEL_DATA, "encapsulated Pixel Data without fragments")
        return None
    if syntax is not None and syntax.video:
        return FrameTable(fragments=fragments, fragments_per_frame=[len(fragments)], stream=True)
    if extended_offsets:
        table = _by_extended_table(fragments, extended_offsets, extended_lengths, number_of_frames or 1)
        if table is not None:
            return table
        findings.note(_EXTENDED_OFFSETS, "the Extended Offset Table does not fit the fragments, and is not used")
    if table_length:
        raw = cut[table_offset : table_offset + table_length - table_length % 4]
        table = _by_basic_table(fragments, struct.unpack(f"<{len(raw) // 4}I", raw), number_of_frames)
        if table is not None:
            return table
        findings.note(_PIXEL_DATA, "the Basic Offset Table does not fit the fragments, and is not used")
    frames = number_of_frames or 1
    if frames == 1:
        return FrameTable(fragments=fragments, fragments_per_frame=[len(fragments)])
    if frames == len(fragments):
        return FrameTable(fragments=fragments, fragments_per_frame=[1] * frames)
    counts = _by_start_markers(cut, fragments)
    if len(counts) == frames:
        return FrameTable(fragments=fragments, fragments_per_frame=counts)
    findings.note(
        _PIXEL_DATA, "the fragments can't be assigned to frames: no table, and neither counts nor markers fit"
    )
    return None


def _by_extended_table(fragments: Fragments, offsets: bytes, lengths: bytes, frames: int) -> FrameTable | None:
    """One fragment per frame, each cut to the length that the table tells (it leaves out the padding)."""
    if len(offsets) % 8 or len(offsets) // 8 != frames or frames != len(fragments):
        return None
    base = fragments[0][0]
    told = struct.unpack(f"<{frames}Q", offsets)
    if any(offset + base != fragment for offset, (fragment, _) in zip(told, fragments, strict=True)):
        return None
    if len(lengths) == len(offsets):
        sizes = struct.unpack(f"<{frames}Q", lengths)
        if all(size <= length for size, (_, length) in zip(sizes, fragments, strict=True)):
            fragments = [(offset, size) for (offset, _), size in zip(fragments, sizes, strict=True)]
    return FrameTable(fragments=fragments, fragments_per_frame=[1] * frames)


def _by_basic_table(fragments: Fragments, offsets: tuple[int, ...], frames: int | None) -> FrameTable | None:
    """Frames start at the fragments whose Items lie at the table's offsets from the first fragment's Item."""
    if frames is not None and len(offsets) != frames:
        return None
    base = fragments[0][0]
    index_of = {offset - base: index for index, (offset, _) in enumerate(fragments)}
    starts = [index_of.get(offset, -1) for offset in offsets]
    if starts[0] != 0 or any(after <= before for before, after in pairwise(starts)):
        return None
    counts = [after - before for before, after in zip(starts, [*starts[1:], len(fragments)], strict=True)]
    return FrameTable(fragments=fragments, fragments_per_frame=counts)


def _by_start_markers(cut: Cut, fragments: Fragments) -> list[int]:
    """Fragments per frame, if a frame begins wherever a fragment begins with a codestream's first marker."""
    counts: list[int] = []
    for offset, length in fragments:
        if cut[offset : offset + min(length, 12)].startswith(_START_MARKERS):
            counts.append(1)
        elif counts:
            counts[-1] += 1
        else:
            return []
    return counts
