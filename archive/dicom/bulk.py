"""Finding one bulk data value again by the path that its URI in the metadata ends in (PS3.18 §10.4.1.1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.dicom import walker
from archive.dicom.byteorder import swapped
from archive.dicom.dictionary import AMBIGUOUS_VRS
from archive.dicom.limits import DEFAULT, Limits
from archive.dicom.part10 import open_part10
from archive.dicom.source import ByteBuffer
from archive.errors import InvalidRequest, NotFound

_PATH = re.compile(r"(?:[0-9A-Fa-f]{8}/[0-9]{1,6}/)*[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class BulkData:
    """A value by its place in the object, or as `value` where its bytes can't be served as they lie there.

    That is so in deflated objects and for big endian words: bulk data are little endian (PS3.18 §8.4.3). An
    `encapsulated` value is a series of Items; whoever wants frames takes them from the frame table.
    """

    vr: str
    offset: int
    length: int
    value: bytes | None = None
    encapsulated: bool = False


def find_bulk_data(buffer: ByteBuffer, path: str, *, limits: Limits = DEFAULT) -> BulkData:
    """The value at a path such as `7FE00010` or `54000100/0/54001010` (Items count from 0).

    Raises:
        InvalidRequest: not such a path.
        NotFound: the object has no value there.
        CannotUnderstand, TooLarge: as `scanner.scan`.
    """
    if not _PATH.fullmatch(path):
        raise InvalidRequest("Not a path to bulk data: tags of 8 hexadecimal digits and Item numbers are due")
    steps = path.split("/")
    wanted = [int(step, 10 if index % 2 else 16) for index, step in enumerate(steps)]
    above, last = wanted[:-1], wanted[-1]
    opened = open_part10(buffer, limits)
    walk = walker.Walk(opened.dataset, opened.start, opened.encoding, limits)
    here: list[int] = []
    found: BulkData | None = None
    for kind, tag, vr, _, value, end in walk:
        if kind == walker.SEQUENCE:
            if end >= 0 and [*here, tag] != above[: len(here) + 1] and walk.skip(end):
                continue
            here += [tag, -1]
        elif kind == walker.ITEM:
            here[-1] += 1
        elif kind == walker.SEQUENCE_END:
            del here[-2:]
        elif kind != walker.ITEM_END and tag == last and here == above:
            encapsulated = kind == walker.ENCAPSULATED
            # An element that is there twice counts by its last value, as in the metadata.
            vr = "OW" if vr in AMBIGUOUS_VRS else vr
            raw = None
            if opened.deflated or not (walk.encoding.little or encapsulated or swapped(vr, b"\0\1") == b"\0\1"):
                raw = opened.dataset.cut[value:end]
                raw = raw if walk.encoding.little else swapped(vr, raw)
            length = end - value - (8 if encapsulated else 0)  # without the delimiter
            found = BulkData(vr, value, length, raw, encapsulated)
    if found is None:
        raise NotFound("The instance has no bulk data at this path")
    return found
