"""Our DICOM JSON equals pydicom's on generated data sets: all VRs, native syntaxes, character sets, nesting."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian

from archive.dicom.explicit import explicit_little_endian
from tests import factories
from tests.unit.dicom.pydicom_json import differences, pydicom_json
from tests.unit.dicom.scanning import data_set_json

# Per VR some standard tags that carry it, so that Implicit VR knows them.
TAGS = {
    "AE": [0x00080054, 0x00400241],
    "AS": [0x00101010],
    "AT": [0x00280009, 0x00209165],
    "CS": [0x00080060, 0x00180015],
    "DA": [0x00080022, 0x00100030],
    "DS": [0x00180050, 0x00101030, 0x00281050],
    "DT": [0x0008002A],
    "FD": [0x00189087, 0x00720074],
    "FL": [0x00720076],
    "IS": [0x00200012, 0x00200013],
    "LO": [0x00080070, 0x0008103E],
    "LT": [0x00104000],
    "OB": [0x00420011],
    "OD": [0x00720073],
    "OF": [0x00720067],
    "OL": [0x00720075],
    "OV": [0x00720081],
    "OW": [0x00720069],
    "PN": [0x00100010, 0x00081050],
    "SH": [0x00080050, 0x00081010],
    "SL": [0x0072007C],
    "SS": [0x0072007E],
    "ST": [0x00080081],
    "SV": [0x00720082],
    "TM": [0x00080030],
    "UC": [0x0072006F],
    "UI": [0x0020000E, 0x00080014],
    "UL": [0x00720078],
    "UR": [0x00720071],
    "US": [0x00280010, 0x0072007A],
    "UT": [0x00720070],
    "UV": [0x00720083],
    "UN": [0x0072006D],
}
REPERTOIRES = {
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 166": "iso8859_11",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
}
SEQUENCES = [0x00081140, 0x00400275, 0x00082218]


def _text(codec: str, *, limit: int) -> st.SearchStrategy[str]:
    letters = st.characters(codec="ascii" if codec == "latin_1" else codec, exclude_categories=("C", "Z"))
    return st.text(st.one_of(letters, st.sampled_from("aÀ .-" if codec == "latin_1" else "a .-")), max_size=limit)


_NUMBERS = {"SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q"}
_STRINGS = {
    "AE": st.from_regex(r"[A-Z_ ]{0,16}", fullmatch=True),
    "AS": st.from_regex(r"[0-9]{3}[DWMY]", fullmatch=True),
    "CS": st.from_regex(r"[A-Z0-9_]{0,16}", fullmatch=True),
    "DA": st.dates().map(lambda day: f"{day.year:04d}{day.month:02d}{day.day:02d}"),
    "DS": st.one_of(
        st.from_regex(r"[+-]?[0-9]{1,5}(\.[0-9]{1,4})?([eE][+-]?[0-9])?", fullmatch=True),
        st.sampled_from(["", ".5", "5."]),
    ),
    "DT": st.from_regex(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])", fullmatch=True),
    "IS": st.one_of(st.integers(-(2**31), 2**31 - 1).map(str), st.sampled_from(["", "+7", "007"])),
    "TM": st.from_regex(r"([01][0-9]|2[0-3])[0-5][0-9]", fullmatch=True),
    "UI": st.from_regex(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,5})){1,4}", fullmatch=True),
}


def _raw(vr: str, codec: str) -> st.SearchStrategy[bytes]:
    """The value field of an element in little endian."""
    if vr in _STRINGS:
        several = 1 if vr in ("AS", "DT") else 3
        return st.lists(_STRINGS[vr], max_size=several).map(lambda values: "\\".join(values).encode())
    if vr in ("LT", "ST", "UT"):
        return _text(codec, limit=40).map(lambda text: text.encode(codec))
    if vr == "UR":
        return st.from_regex(r"https?://[a-z]{1,9}/[a-z?=&]{0,9}", fullmatch=True).map(str.encode)
    if vr in ("LO", "SH", "UC"):
        texts = st.lists(_text(codec, limit=12), max_size=3)
        return texts.map(lambda values: "\\".join(values).encode(codec))
    if vr == "PN":
        name = st.lists(_text(codec, limit=8), min_size=1, max_size=3).map("^".join)
        return st.lists(name, min_size=1, max_size=3).map(lambda groups: "=".join(groups).encode(codec))
    if vr in _NUMBERS:
        size = struct.calcsize(_NUMBERS[vr])
        return st.integers(0, 3).flatmap(lambda count: st.binary(min_size=count * size, max_size=count * size))
    if vr in ("FL", "FD"):
        width = 32 if vr == "FL" else 64
        floats = st.lists(st.floats(width=width), max_size=3)
        return floats.map(lambda values: struct.pack(f"<{len(values)}{'f' if width == 32 else 'd'}", *values))
    if vr == "AT":
        return st.lists(st.binary(min_size=4, max_size=4), max_size=3).map(b"".join)
    return st.integers(0, 40).flatmap(lambda words: st.binary(min_size=words * 8, max_size=words * 8))


@st.composite
def data_sets(draw: st.DrawFn, codec: str, depth: int = 2) -> list[tuple[int, str, Any]]:
    """(tag, VR, value bytes or Items) with distinct ascending tags."""
    elements: dict[int, tuple[str, Any]] = {}
    for vr in draw(st.lists(st.sampled_from(sorted(TAGS)), max_size=8)):
        elements[draw(st.sampled_from(TAGS[vr]))] = (vr, draw(_raw(vr, codec)))
    if depth and draw(st.booleans()):
        items = draw(st.lists(data_sets(codec, depth - 1), max_size=3))
        elements[draw(st.sampled_from(SEQUENCES))] = ("SQ", items)
    return [(tag, *elements[tag]) for tag in sorted(elements)]


def encoded(elements: list[tuple[int, str, Any]], *, explicit: bool, little: bool, undefined: bool) -> bytes:
    """The data set as bytes, by a writer that shares nothing with the code under test."""
    order = "<" if little else ">"
    out = b""
    for tag, vr, value in elements:
        if vr == "SQ":
            body = b""
            for item in value:
                inner = encoded(item, explicit=explicit, little=little, undefined=undefined)
                length = 0xFFFFFFFF if undefined else len(inner)
                body += struct.pack(order + "HHI", 0xFFFE, 0xE000, length) + inner
                body += struct.pack(order + "HHI", 0xFFFE, 0xE00D, 0) if undefined else b""
            body += struct.pack(order + "HHI", 0xFFFE, 0xE0DD, 0) if undefined else b""
            length = 0xFFFFFFFF if undefined else len(body)
        else:
            body = value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
            body = body if little else _swapped(vr, body)
            length = len(body)
        if not explicit:
            out += struct.pack(order + "HHI", tag >> 16, tag & 0xFFFF, length) + body
        elif vr in ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"):
            out += struct.pack(order + "HH2sHI", tag >> 16, tag & 0xFFFF, vr.encode(), 0, length) + body
        else:
            out += struct.pack(order + "HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), length) + body
    return out


def _swapped(vr: str, body: bytes) -> bytes:
    width = {"AT": 2, "US": 2, "SS": 2, "OW": 2, "FL": 4, "SL": 4, "UL": 4, "OF": 4, "OL": 4}.get(vr, 8)
    if vr not in ("AT", "US", "SS", "OW", "FL", "SL", "UL", "OF", "OL", "FD", "SV", "UV", "OD", "OV"):
        return body
    return b"".join(body[at : at + width][::-1] for at in range(0, len(body), width))


def file_of(elements: list[tuple[int, str, Any]], character_set: str, syntax: str, *, undefined: bool) -> bytes:
    whole = [(0x00080005, "CS", character_set.encode()), *elements]
    explicit, little = syntax != factories.ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
    meta = factories.part10_bytes(factories.instance(), syntax)
    start = 144 + int.from_bytes(meta[140:144], "little")
    return meta[:start] + encoded(whole, explicit=explicit, little=little, undefined=undefined)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    character_set = draw(st.sampled_from(sorted(REPERTOIRES)))
    elements = [one for one in draw(data_sets(REPERTOIRES[character_set])) if one[0] != 0x00080005]
    syntax = draw(st.sampled_from(factories.NATIVE_TRANSFER_SYNTAXES[:3]))
    return syntax, file_of(elements, character_set, syntax, undefined=draw(st.booleans()))


def _binary_of_big_endian(syntax: str, path: str, attribute: dict[str, Any] | None) -> bool:
    """pydicom leaves words in big endian order; PS3.18 §F.2.7 tells the value as Explicit VR Little Endian has it."""
    return syntax == ExplicitVRBigEndian and attribute is not None and "InlineBinary" in attribute


@given(files())
def test_generated_data_sets_are_told_as_pydicom_tells_them(generated: tuple[str, bytes]) -> None:
    syntax, data = generated
    try:
        theirs = pydicom_json(data)
    except (ValueError, IndexError, TypeError):  # an empty number among several, an empty name among several
        theirs = None
    ours = data_set_json(data)
    if theirs is None:
        return
    undefended = [
        (path, a, b)
        for path, defence, a, b in differences(ours, theirs)
        if not defence and not _binary_of_big_endian(syntax, path, a)
    ]
    assert undefended == []


@given(files())
def test_generated_data_sets_stay_the_same_in_explicit_little_endian(generated: tuple[str, bytes]) -> None:
    _, data = generated
    assert data_set_json(b"".join(explicit_little_endian(data))) == data_set_json(data)
