"""The frames of native Pixel Data: their size follows from the Image Pixel Module (PS3.3 §C.7.6.3, PS3.5 §8.1)."""

from __future__ import annotations

from collections.abc import Mapping

from archive.dicom.findings import Findings
from archive.dicom.frames import FrameTable, NativeFrames
from archive.dicom.header_pass import DOUBLE_PIXEL_DATA, FLOAT_PIXEL_DATA


def native_frames(
    texts: Mapping[str, str], tag: int, offset: int, length: int, number_of_frames: int | None, findings: Findings
) -> FrameTable | None:
    """The frame table of a native value of `length` bytes at `offset`, or None when the header does not tell sizes."""
    rows, columns = positive(texts.get("Rows")), positive(texts.get("Columns"))
    samples = positive(texts.get("SamplesPerPixel")) or 1
    bits = {FLOAT_PIXEL_DATA: 32, DOUBLE_PIXEL_DATA: 64}.get(tag) or positive(texts.get("BitsAllocated"))
    if not (rows and columns and bits):
        findings.note(tag, "Pixel Data without Rows, Columns and Bits Allocated: its frames are unknown")
        return None
    frame_bits = rows * columns * samples * bits
    frames = number_of_frames or 1
    # Chrominance of every second pixel only (PS3.3 §C.7.6.3.1.2); some writers store it in full nevertheless.
    if texts.get("PhotometricInterpretation") == "YBR_FULL_422" and samples == 3 and bits % 8 == 0:
        halved = frame_bits // 3 * 2
        if frames * halved // 8 <= length < frames * frame_bits // 8:
            frame_bits = halved
    needed = (frame_bits * frames + 7) // 8
    if needed > length:
        findings.note(tag, f"Pixel Data is shorter than its frames: {length} of {needed} bytes")
        frames = length * 8 // frame_bits
        if not frames:
            return None
    elif needed + needed % 2 < length:
        findings.note(tag, f"Pixel Data is longer than its frames: {length} instead of {needed} bytes")
    return FrameTable(native=NativeFrames(offset, frame_bits, frames))


def positive(text: str | None) -> int | None:
    """The number if it is a positive integer, its first value if there are several."""
    first = (text or "").split("\\")[0].strip()
    if not first.isascii() or not first.isdigit() or len(first) > 10:
        return None
    return int(first) or None
