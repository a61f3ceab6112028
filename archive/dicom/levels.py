"""Which attributes a Study, and which a Series, shows of its first instance (PS3.3 §C.7.1–C.7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STUDY = frozenset(
    """00080005 00080020 00080030 00080050 00080051 00080090 00080096 00080201 00081030 00081032 00081048 00081060
    00081080 00081084 00081110 00100010 00100020 00100021 00100022 00100024 00100030 00100032 00100040 00101000
    00101001 00101002 00101010 00101020 00101030 00102000 00102110 00102160 00102180 001021B0 001021C0 00104000
    0020000D 00200010 00321060 00324000 00380010 00400012 00401002""".split()
)
_SERIES = frozenset(
    """00080021 00080031 00080060 00080064 00080068 00080070 00080080 00080081 00081010 0008103E 0008103F 00081040
    00081050 00081070 00081090 00081111 00081250 00180010 00180015 00181000 00181020 00181030 00185100 0020000E
    00200011 00200052 00200060 00201040 00400244 00400245 00400250 00400251 00400253 00400254 00400260 00400275
    00540081 00081072 00280301""".split()
)

Header = Mapping[str, Any]


def study_attributes(header: Header) -> dict[str, Any]:
    """The Patient and Study attributes of a DICOM JSON header."""
    return {tag: element for tag, element in header.items() if tag in _STUDY}


def series_attributes(header: Header) -> dict[str, Any]:
    """The Series and Equipment attributes of a DICOM JSON header."""
    return {tag: element for tag, element in header.items() if tag in _SERIES}
