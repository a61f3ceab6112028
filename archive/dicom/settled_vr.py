"""Which of several VRs an element has when nothing states it: Implicit VR, or UN of a known tag (PS3.5 Annex A).

Follows pydicom's choices, which follow the standard: signedness from Pixel Representation (PS3.3 §C.7.6.3), LUT Data
from its descriptor, and OW for what Implicit VR Little Endian calls "OB or OW".
"""

from __future__ import annotations

from typing import Final

from archive.dicom import walker
from archive.dicom.limits import Limits
from archive.dicom.part10 import PartTen
from archive.errors import ArchiveError

PIXEL_REPRESENTATION: Final = 0x00280103
LUT_DATA: Final = 0x00283006
LUT_DESCRIPTOR: Final = 0x00283002


class SettledVrs:
    """Settles VRs for one instance; the Pixel Representation of the top level is looked up once, and only on need."""

    def __init__(self, opened: PartTen, limits: Limits) -> None:
        self._opened = opened
        self._limits = limits
        self._top: int | None = None
        self._looked = False

    def settle(self, tag: int, vr: str, pixel_representations: list[int | None], lut_descriptor: bytes) -> str:
        """The VR for an element whose dictionary entry is the ambiguous `vr`.

        `pixel_representations` are those of the open data sets from the outermost in; `lut_descriptor` is the JSON
        fragment of (0028,3002) in the same data set, or empty.
        """
        if vr == "OB or OW":
            return "OW"
        if tag == LUT_DATA or vr == "US or SS or OW":
            return "US" if b'"Value":[1,' in lut_descriptor else "OW"
        nearest = next((value for value in reversed(pixel_representations) if value is not None), None)
        if nearest is None:
            nearest = self._top_level()
        return "SS" if nearest == 1 else "US"

    def _top_level(self) -> int | None:
        if not self._looked:
            self._looked = True
            try:
                self._top = self._find()
            except ArchiveError:
                self._top = None  # the pass that asks meets the same fault and reports it
        return self._top

    def _find(self) -> int | None:
        opened = self._opened
        depth = 0
        for kind, tag, _, _, value, end in walker.Walk(opened.dataset, opened.start, opened.encoding, self._limits):
            if kind == walker.SEQUENCE:
                depth += 1
            elif kind == walker.SEQUENCE_END:
                depth -= 1
            elif depth == 0 and tag == PIXEL_REPRESENTATION and end - value == 2:
                return int.from_bytes(opened.dataset.cut[value:end], "little" if opened.encoding.little else "big")
        return None
