"""One value in two forms: as it stands in DICOM JSON (PS3.18 Annex F) and as text for the index.

Values are trimmed by the rules of their VR (PS3.5 §6.2), empty ones among several are null, and nothing is ever told
that JSON can't say: numbers are numbers where they are numbers, else strings or null, with a comment.
"""

from __future__ import annotations

import re
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import Final, TypeAlias

import orjson

from archive.dicom.byteorder import swapped
from archive.dicom.charset import Charset

# (json, text, comment, vr): `json` is `"Value":[…]`, `"InlineBinary":"…"` or empty, `text` joins several values by a
# backslash, `comment` says what is odd, `vr` is set only where the value is not what its VR says. A bare tuple, since
# a named one would cost a tenth of the whole scan.
EncodedValue: TypeAlias = tuple[bytes, str, str, str]

EMPTY: Final[EncodedValue] = (b"", "", "", "")

_TRIMMED_BOTH: Final = frozenset({"AE", "CS", "LO", "SH"})
_SINGLE_VALUED: Final = frozenset({"LT", "ST", "UR", "UT"})
_NUMBER_FORMATS: Final = {"FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q"}

# Numbers that are JSON numbers as they stand, which are nearly all: they keep every digit the writer gave.
# Digits and exponents are bounded, so that no reader chokes on a number of a million digits.
_INTEGER: Final = rb" *-?(?:0|[1-9][0-9]{0,14}) *"
_DECIMAL: Final = rb" *-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})? *"
_INTEGERS: Final = re.compile(_INTEGER + rb"(?:\\" + _INTEGER + rb")*")
_DECIMALS: Final = re.compile(_DECIMAL + rb"(?:\\" + _DECIMAL + rb")*")
_LOOSE_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def encode_value(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    """Both forms of a value that is not a Sequence and whose VR is settled. Never raises."""
    if not raw:
        return EMPTY
    handler = _HANDLERS.get(vr)
    if handler is not None:
        return handler(vr, raw, charset, little)
    return _binary(vr, raw, charset, little)


def _texts(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    if raw.isascii() and b"\x1b" not in raw:
        text, comment = raw.decode("ascii"), ""
    else:
        text, sound = charset.decode(raw)
        comment = "" if sound else "not all bytes could be decoded by the Specific Character Set"
    trim = str.strip if vr in _TRIMMED_BOTH else str.rstrip
    if vr in _SINGLE_VALUED or "\\" not in text:
        text = trim(text, " \0")
        return (b'"Value":[' + orjson.dumps(text) + b"]", text, comment, "") if text else EMPTY
    values = [trim(value, " \0") for value in text.rstrip(" \0").split("\\")]
    return b'"Value":' + orjson.dumps([value or None for value in values]), "\\".join(values), comment, ""


def _uids(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    values = [value.strip(" \0") for value in raw.decode("latin-1").split("\\")]
    if len(values) == 1 and not values[0]:
        return EMPTY
    return b'"Value":' + orjson.dumps([value or None for value in values]), "\\".join(values), "", ""


def _person_names(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    """Component groups by name, empty ones left out (PS3.18 §F.2.2)."""
    text, sound = charset.decode(raw)
    comment = "" if sound else "not all bytes could be decoded by the Specific Character Set"
    values = [value.rstrip(" \0") for value in text.rstrip(" \0").split("\\")]
    names = [
        {
            group: part
            for group, part in zip(("Alphabetic", "Ideographic", "Phonetic"), value.split("="), strict=False)
            if part
        }
        or None
        for value in values
    ]
    if names == [None]:
        return EMPTY
    return b'"Value":' + orjson.dumps(names), "\\".join(values), comment, ""


def _integer_strings(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    trimmed = raw.strip(b" \0")
    if _INTEGERS.fullmatch(trimmed):
        return b'"Value":[' + trimmed.replace(b"\\", b",") + b"]", trimmed.decode().replace(" ", ""), "", ""
    return _loose_numbers(trimmed)


def _decimal_strings(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    trimmed = raw.strip(b" \0")
    if _DECIMALS.fullmatch(trimmed):
        return b'"Value":[' + trimmed.replace(b"\\", b",") + b"]", trimmed.decode().replace(" ", ""), "", ""
    return _loose_numbers(trimmed)


def _loose_numbers(trimmed: bytes) -> EncodedValue:
    """Numbers that JSON would write otherwise (`+1`, `.5`, `007`), gaps, and what is no number: that stays a string,
    which PS3.18 §F.2.3 allows for IS and DS."""
    if not trimmed:
        return EMPTY
    texts = [text.strip(" \0") for text in trimmed.decode("latin-1").split("\\")]
    comment = ""
    values: list[int | float | str | None] = []
    for text in texts:
        value = _number(text)
        if isinstance(value, str):
            comment = "not a number"
        values.append(value)
    return b'"Value":' + orjson.dumps(values), "\\".join(texts), comment, ""


def _number(text: str) -> int | float | str | None:
    if not text:
        return None
    if len(text) > 64 or not _LOOSE_NUMBER.fullmatch(text):
        return text
    if text.lstrip("+-").isdigit():
        whole = int(text)
        return whole if abs(whole) < 1 << 53 else text
    number = float(text)
    return number if abs(number) < float("inf") else text


def _binary_numbers(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    code = _NUMBER_FORMATS[vr]
    size = struct.calcsize(code)
    if len(raw) % size:
        return _undivided(raw, size)
    values = struct.unpack(f"{'<' if little else '>'}{len(raw) // size}{code}", raw)
    told = orjson.dumps(values)  # NaN and infinity become null: JSON has no word for them
    comment = "a value is not a finite number" if b"null" in told else ""
    text = told[1:-1].decode().replace(",", "\\") if len(told) < 512 else ""
    return b'"Value":' + told, text, comment, ""


def _tags(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    if len(raw) % 4:
        return _undivided(raw, 4)
    words = struct.unpack(f"{'<' if little else '>'}{len(raw) // 2}H", raw)
    tags = [f"{group:04X}{element:04X}" for group, element in zip(words[::2], words[1::2], strict=True)]
    return b'"Value":' + orjson.dumps(tags), "\\".join(tags), "", ""


def _binary(vr: str, raw: bytes, charset: Charset, little: bool) -> EncodedValue:
    return b'"InlineBinary":"' + b64encode(raw if little else swapped(vr, raw)) + b'"', "", "", ""


def _undivided(raw: bytes, size: int) -> EncodedValue:
    """Bytes that are no whole number of values keep their place as UN."""
    return b'"InlineBinary":"' + b64encode(raw) + b'"', "", f"the length is no multiple of {size}", "UN"


_HANDLERS: Final[dict[str, Callable[[str, bytes, Charset, bool], EncodedValue]]] = {
    **dict.fromkeys(("AE", "AS", "CS", "DA", "DT", "LO", "LT", "SH", "ST", "TM", "UC", "UR", "UT"), _texts),
    **dict.fromkeys(_NUMBER_FORMATS, _binary_numbers),
    "AT": _tags,
    "DS": _decimal_strings,
    "IS": _integer_strings,
    "PN": _person_names,
    "UI": _uids,
}
