"""DICOM JSON as pydicom makes it, and every difference from ours with the reason why ours stands.

A difference that is not in `DIFFERENCES` fails the tests that compare.
"""

from __future__ import annotations

import base64
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pydicom

Attribute = dict[str, Any]

# With this threshold pydicom takes what is longer than 1023 bytes as bulk data; ours begins at 1025.
_THRESHOLD = 1364
_AMBIGUOUS = ("OB or OW", "US or SS", "US or OW", "US or SS or OW")
_PIXELS = ("7FE00008", "7FE00009", "7FE00010")


def pydicom_json(data: bytes) -> dict[str, Any]:
    """`Dataset.to_json_dict` of a file.

    Raises:
        Exception: whatever pydicom raises for a file that it can't read or tell.
    """
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(io.BytesIO(data), force=True)
        told: dict[str, Any] = ds.to_json_dict(
            bulk_data_threshold=_THRESHOLD,
            bulk_data_element_handler=lambda e: base64.b64encode(e.value).decode() if len(e.value) <= 1024 else "",
        )
    return told


def _absent_here(ours: Attribute | None, theirs: Attribute | None) -> bool:
    return ours is None and theirs is not None


def _values(attribute: Attribute | None) -> list[Any]:
    return list((attribute or {}).get("Value", []))


def _trimmed(value: Any) -> Any:
    return value.strip(" \0") or None if isinstance(value, str) else value


def _without_empty_groups(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {group: text.rstrip(" \0").replace("\x1b$)A", "") for group, text in value.items()}
    return {group: text for group, text in kept.items() if text} or None


def _same_numbers_or_strings(ours: Any, theirs: Any) -> bool:
    return (
        ours == theirs
        or (theirs != theirs and ours is None)
        or (theirs in (float("inf"), -float("inf")) and ours is None)
    )


def _group_length(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    return tag.endswith("0000") and _absent_here(ours, theirs)


def _character_set(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    return tag == "00080005" and _values(ours) in ([], ["ISO_IR 192"])


def _empty_sequence(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    return ours == {"vr": "SQ"} and theirs == {"vr": "SQ", "Value": []}


def _padding(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or ours["vr"] != theirs["vr"] or ours["vr"] == "PN":
        return False
    told = [_trimmed(value) for value in _values(theirs)]
    return _values(ours) == (told if told != [None] else []) and "Value" in theirs


def _name_groups(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or not ours["vr"] == theirs["vr"] == "PN":
        return False
    told = [_without_empty_groups(value) for value in _values(theirs)]
    return _values(ours) == (told if told != [None] else [])


def _pixels_as_bulk(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    return (
        bool(ours and theirs) and tag in _PIXELS and "BulkDataURI" in ours and ours["vr"] in ("OB", "OW", theirs["vr"])
    )


def _inline_limit(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    return (
        bool(ours and theirs) and bool(ours.get("InlineBinary")) and ours["InlineBinary"] == theirs.get("BulkDataURI")
    )


def _settled_vr(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or theirs["vr"] not in _AMBIGUOUS:
        return False
    return ours["vr"] in ("OW", "US") and ours.get("InlineBinary") == theirs.get("InlineBinary")


def _code_string_repertoire(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or ours["vr"] not in ("AE", "AS", "CS", "DA", "DT", "TM", "UR"):
        return False
    return any(isinstance(value, str) and not value.isascii() for value in _values(theirs))


def _not_finite(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or ours["vr"] not in ("FL", "FD") or len(_values(ours)) != len(_values(theirs)):
        return False
    return all(_same_numbers_or_strings(a, b) for a, b in zip(_values(ours), _values(theirs), strict=True))


def _fraction_in_is(tag: str, ours: Attribute | None, theirs: Attribute | None) -> bool:
    if not ours or not theirs or not ours["vr"] == theirs["vr"] == "IS" or len(_values(ours)) != len(_values(theirs)):
        return False
    return all(
        a == b or (isinstance(a, float) and int(a) == b) or (isinstance(a, str) and int(a) == b)
        for a, b in zip(_values(ours), _values(theirs), strict=True)
    )


DIFFERENCES: tuple[tuple[str, Callable[[str, Attribute | None, Attribute | None], bool], str], ...] = (
    ("group length", _group_length, "PS3.18 §F.2.2: Group Length shall not be included"),
    ("character set", _character_set, "PS3.18 §F.2.1: the text is UTF-8, so (0008,0005) says ISO_IR 192"),
    ("empty sequence", _empty_sequence, "PS3.18 §F.2.5: an empty attribute has no Value"),
    ("padding", _padding, 'PS3.5 §6.2: padding is no part of the value; PS3.18 §F.2.5: null, never ""'),
    (
        "name groups",
        _name_groups,
        "PS3.18 §F.2.2: non-empty component groups only; escapes are no letters (PS3.5 §6.1)",
    ),
    ("pixel data", _pixels_as_bulk, "Pixel Data are never told inline; encapsulated ones are OB (PS3.5 §A.4)"),
    ("inline limit", _inline_limit, "1024 bytes are inline here and bulk data there: pydicom counts Base64 characters"),
    ("settled VR", _settled_vr, 'PS3.5 §A.1: in Implicit VR "OB or OW" is OW; a VR of JSON has two letters'),
    (
        "repertoire",
        _code_string_repertoire,
        "letters where only ASCII may be: the declared character set reads them best",
    ),
    ("not finite", _not_finite, "JSON has no NaN and no infinity"),
    ("fraction in IS", _fraction_in_is, "PS3.18 §F.2.3: no loss of what was sent; pydicom cuts the fraction off"),
)


def differences(
    ours: dict[str, Any], theirs: dict[str, Any], path: str = ""
) -> Iterator[tuple[str, str, Attribute | None, Attribute | None]]:
    """(path, name of the defended difference or "", our attribute, theirs) wherever the two differ."""
    for tag in sorted(ours.keys() | theirs.keys()):
        a, b = ours.get(tag), theirs.get(tag)
        if a == b:
            continue
        if a and b and a["vr"] == b["vr"] == "SQ" and len(_values(a)) == len(_values(b)) and _values(a):
            for index, (item, other) in enumerate(zip(_values(a), _values(b), strict=True)):
                yield from differences(item, other, f"{path}{tag}/{index}/")
            continue
        if a and b and a["vr"] == b["vr"] and "BulkDataURI" in a and "BulkDataURI" in b:
            continue
        yield path + tag, next((name for name, holds, _ in DIFFERENCES if holds(tag, a, b)), ""), a, b
