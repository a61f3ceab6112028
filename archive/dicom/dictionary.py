"""The data dictionary (PS3.6) as flat tables, for code that sees a Data Element a microsecond at a time.

The content is pydicom's, so both agree by construction; the tables here only save its indirections.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_keyword, dictionary_VR, private_dictionary_VR

# Ambiguous entries ("US or SS") stay as they are; `values.settled_vr` decides by context (PS3.5 Annex A).
VR_BY_TAG: Final[dict[int, str]] = {tag: entry[0] for tag, entry in DicomDictionary.items() if entry[0] != "NONE"}
TAG_BY_KEYWORD: Final[dict[str, int]] = {entry[4]: tag for tag, entry in DicomDictionary.items() if entry[4]}

# PS3.5 Table 7.1-2: these carry a 16-bit length in Explicit VR; all others have two reserved bytes and 32 bits.
SHORT_VRS: Final[dict[bytes, str]] = {
    vr.encode(): vr
    for vr in (
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    )
}
LONG_VRS: Final[dict[bytes, str]] = {
    vr.encode(): vr for vr in ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
}

BINARY_VRS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
AMBIGUOUS_VRS: Final = frozenset({"OB or OW", "US or OW", "US or SS", "US or SS or OW"})


def is_private_creator(tag: int) -> bool:
    """True for (gggg,0010-00FF) of an odd group (PS3.5 §7.8.1)."""
    return bool(tag & 0x10000) and 0x10 <= tag & 0xFFFF <= 0xFF


@lru_cache(maxsize=8192)
def public_vr(tag: int) -> str | None:
    """The VR of a standard tag, repeating groups included, or None."""
    known = VR_BY_TAG.get(tag)
    if known is not None:
        return known
    try:
        vr = str(dictionary_VR(tag))
    except KeyError:
        return None
    return None if vr == "NONE" else vr


@lru_cache(maxsize=8192)
def private_vr(tag: int, creator: str) -> str | None:
    """The VR that a known private dictionary gives, or None."""
    try:
        return str(private_dictionary_VR(tag, creator))
    except KeyError:
        return None


@lru_cache(maxsize=8192)
def keyword(tag: int) -> str:
    """The keyword of a standard tag, or "" for one that has none."""
    try:
        return str(dictionary_keyword(tag))
    except KeyError:
        return ""
