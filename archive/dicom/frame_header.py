"""The part of an instance's header that shows one frame, as if the frame were an instance of its own.

Enhanced multi-frame instances keep window, rescale and spacing in functional groups, shared or per frame
(PS3.3 §C.7.6.16), and long lookup tables are bulk data. Both are resolved here, so that what renders a frame sees
plain top-level attributes and a few kilobytes however large the header is. Standard library only.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

from archive.dicom.pixels import JsonDataset, integer, swapped
from archive.errors import NotFound

ReadBulk = Callable[[str], bytes]
"""Bulk data by its path below `…/bulkdata/` (`00281201`, `00283010/0/00283006`), in the byte order as stored."""

_IMAGE_PIXEL: Final = (
    *("00080016", "00280002", "00280004", "00280006", "00280008", "00280010", "00280011", "00280100", "00280101"),
    *("00280102", "00280103", "7FE00008", "7FE00009", "7FE00010"),
    *("00280030", "00280034", "00181164"),  # Pixel Spacing, Pixel Aspect Ratio, Imager Pixel Spacing
    *("00280120", "00280121"),  # Pixel Padding Value, Range Limit
    *("00620001", "0062000E"),  # Segmentation Type, Maximum Fractional Value
)
_TRANSFORMS: Final = (
    *("00281040", "00281052", "00281053"),  # Pixel Intensity Relationship, Rescale Intercept and Slope
    *("00281050", "00281051", "00281056"),  # Window Center, Window Width, VOI LUT Function
)
_PALETTE: Final = tuple(f"002812{part}{colour}" for part in "02" for colour in "123")
_PALETTE_DESCRIPTORS: Final = ("00281101", "00281102", "00281103")
_LUT_SEQUENCES: Final = ("00283000", "00283010")  # Modality LUT, VOI LUT
_WANTED: Final = (*_IMAGE_PIXEL, *_TRANSFORMS, *_PALETTE_DESCRIPTORS, *_PALETTE, *_LUT_SEQUENCES)

_SHARED_GROUPS, _PER_FRAME_GROUPS = "52009229", "52009230"
_MACROS: Final = {
    "00289110": ("00280030",),  # Pixel Measures
    "00289132": ("00281050", "00281051", "00281056"),  # Frame VOI LUT
    "00289145": ("00281052", "00281053"),  # Pixel Value Transformation
}
_LUT_DATA: Final = "00283006"
_BULK_MARK: Final = "/bulkdata/"


def frame_header(
    header: JsonDataset, frame_number: int, *, read_bulk: ReadBulk | None = None, big_endian: bool = False
) -> dict[str, dict[str, Any]]:
    """What rendering frame `frame_number` (from 1) needs, in the DICOM JSON model, lookup tables inlined.

    `header` is the whole instance. Without `read_bulk` a table kept as bulk data stays unresolved, and rendering
    goes on without it where that is possible. `big_endian` says how the instance is stored.

    Raises:
        NotFound: there is no such frame.
    """
    frames = integer(header, "00280008", "Number of Frames", 1) or 1
    if not 1 <= frame_number <= frames:
        raise NotFound(f"the instance has {frames} frames, no frame {frame_number}")
    wanted = {tag: dict(header[tag]) for tag in _WANTED if tag in header}
    for tag in _LUT_SEQUENCES:
        if tag in wanted:
            wanted[tag] = copy.deepcopy(wanted[tag])  # tables are put in place below; the caller's header stays
    for groups in (_item(header, _SHARED_GROUPS, 0), _item(header, _PER_FRAME_GROUPS, frame_number - 1)):
        for macro, tags in _MACROS.items():
            inner = _item(groups, macro, 0)
            wanted.update({tag: dict(inner[tag]) for tag in tags if tag in inner})
    if read_bulk is not None:
        for element in _lookup_tables(wanted):
            _inline(element, read_bulk, big_endian)
    return wanted


def _item(dataset: JsonDataset, tag: str, index: int) -> JsonDataset:
    """One item of a sequence; an empty data set where it is absent, as vendors leave out groups they owe."""
    items = dataset.get(tag, {}).get("Value") or []
    item = items[index] if index < len(items) else None
    return item if isinstance(item, dict) else {}


def _lookup_tables(dataset: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for tag in _PALETTE:
        if tag in dataset:
            yield dataset[tag]
    for tag in _LUT_SEQUENCES:
        for item in dataset.get(tag, {}).get("Value") or []:
            if isinstance(item, dict) and _LUT_DATA in item:
                yield item[_LUT_DATA]


def _inline(element: dict[str, Any], read_bulk: ReadBulk, big_endian: bool) -> None:
    uri = element.get("BulkDataURI")
    if not isinstance(uri, str) or _BULK_MARK not in uri:
        return
    value = read_bulk(uri.rpartition(_BULK_MARK)[2])
    if big_endian and element.get("vr") != "OB":
        value = swapped(value[: len(value) // 2 * 2], 2)
    del element["BulkDataURI"]
    element["InlineBinary"] = base64.b64encode(value).decode("ascii")
