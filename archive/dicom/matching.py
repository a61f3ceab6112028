"""Query values → what they match, by Value Representation (PS3.4 §C.2.2.2). Pure: the catalog turns it into SQL.

Only `*` and `?` are wild and everything else is literal; there is no way to escape them, as the standard has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from archive.dicom.person_name import GROUPS, fold_group
from archive.dicom.uids import is_uid
from archive.errors import InvalidRequest

MAX_WILDCARDS: Final = 16
MAX_VALUE_LENGTH: Final = 400
MAX_LIST: Final = 256

WILD_VRS: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{8}")
_TIME = re.compile(r"([01][0-9]|2[0-3])(?:([0-5][0-9])(?:([0-5][0-9]|60)(?:\.([0-9]{1,6}))?)?)?")
# PS3.5 §6.1.3 allows a few of them in long texts, none of which is matched; PostgreSQL refuses NUL altogether.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class OneOf:
    """The stored value is one of these, character by character."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wild:
    """The stored value fits the pattern, in which `*` is any run of characters and `?` any one."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Range:
    """low ≤ stored ≤ high as text, either end open. A stored empty value is in no range."""

    low: str | None
    high: str | None
    low_shorter: tuple[str, ...] = ()
    """For times: stored values of less precision that mean exactly `low` ("10" and "1000" for "100000")."""


@dataclass(frozen=True, slots=True)
class Number:
    """The stored integer equals this one."""

    value: int


@dataclass(frozen=True, slots=True)
class NameGroup:
    """A folded pattern for one component group of a name.

    `group` is 0 alphabetic, 1 ideographic, 2 phonetic; None is any of them. `patterns` are alternatives: "doe^*"
    also finds a plain "doe", because trailing empty components may be left out (PS3.5 §6.2.1.1).
    """

    group: int | None
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """Every one of these groups matches."""

    groups: tuple[NameGroup, ...]


Match = OneOf | Wild | Range | Number | Name


def matches_of(vr: str, text: str) -> tuple[Match, ...]:
    """The alternatives that the value `text` of a key stands for; none at all for universal matching.

    Raises:
        InvalidRequest: the text is no value of this VR, or it is beyond the stated caps.
    """
    if len(text) > MAX_VALUE_LENGTH and vr != "UI":
        raise InvalidRequest(f"a match value has more than {MAX_VALUE_LENGTH} characters")
    if _CONTROLS.search(text):
        raise InvalidRequest("a match value has control characters")
    text = text.strip(" ")
    if not text.strip("*") and (vr in WILD_VRS or not text):
        return ()
    if vr == "UI":
        return (_uids(text),)
    if vr == "PN":
        return _name(text)
    if vr == "DA":
        return (_date_range(text),)
    if vr == "TM":
        return (_time_range(text),)
    if vr in ("IS", "US", "UL", "SS", "SL"):
        return (_number(text),)
    if vr == "CS":
        listed = _list(text)
        return tuple(_text(part) for part in listed) if all(part.strip("*") for part in listed) else ()
    return (_text(text),) if vr in WILD_VRS else (OneOf((text,)),)


def is_wild(text: str) -> bool:
    """Whether the text has a wildcard."""
    return "*" in text or "?" in text


def _list(text: str) -> list[str]:
    """The values of a list; PS3.18 §8.3.4.1.1 separates by comma, DIMSE by backslash."""
    values = [part.strip(" ") for part in text.replace("\\", ",").split(",")]
    if len(values) > MAX_LIST:
        raise InvalidRequest(f"a list has more than {MAX_LIST} values")
    if not all(values):
        raise InvalidRequest("a list has an empty value")
    return values


def _uids(text: str) -> OneOf:
    values = _list(text)
    if not all(is_uid(value) for value in values):
        raise InvalidRequest("a value of a UID key is not a UID (wildcards do not apply to UIDs)")
    return OneOf(tuple(dict.fromkeys(values)))


def _text(text: str) -> OneOf | Wild:
    if not is_wild(text):
        return OneOf((text,))
    _check_wildcards(text)
    return Wild(re.sub(r"\*+", "*", text))


def _check_wildcards(text: str) -> None:
    if text.count("*") + text.count("?") > MAX_WILDCARDS:
        raise InvalidRequest(f"a match value has more than {MAX_WILDCARDS} wildcards")


def _name(text: str) -> tuple[Name, ...]:
    """PN matching: without "=" any group may fit, with it each given one must (PS3.4 §C.2.2.2.1, PS3.5 §6.2.1.2)."""
    parts = text.split("=")
    if len(parts) > GROUPS:
        raise InvalidRequest("a person name has more than three component groups")
    found = tuple(
        NameGroup(index if len(parts) > 1 else None, patterns)
        for index, part in enumerate(parts)
        if (patterns := _name_patterns(part))
    )
    return (Name(found),) if found else ()


def _name_patterns(text: str) -> tuple[str, ...]:
    pattern = re.sub(r"\*+", "*", fold_group(text))
    _check_wildcards(pattern)
    patterns = [pattern]
    while pattern.endswith("^*"):
        pattern = pattern[:-2].rstrip("^")
        patterns.append(pattern)
    # "" and "*" fit every name: then the group asks for nothing.
    return tuple(patterns) if all(entry not in ("", "*") for entry in patterns) else ()


def _number(text: str) -> Number:
    if not _INTEGER.fullmatch(text):
        raise InvalidRequest("a value of an integer key is not an integer")
    return Number(int(text))


def _ends(text: str) -> tuple[str, str]:
    """(low, high) of "low-high", "low-", "-high" or a single value, which is both."""
    if "-" not in text:
        return text, text
    low, high = (end.strip(" ") for end in text.split("-", 1))
    if not low and not high:
        raise InvalidRequest("a range has no end")
    return low, high


def _date_range(text: str) -> Range | OneOf:
    """Source: PS3.4 §C.2.2.2.5.1."""
    low, high = _ends(text)
    for end in filter(None, (low, high)):
        if not _is_date(end):
            raise InvalidRequest("a date is not a day of the calendar written YYYYMMDD")
    return OneOf((low,)) if low == high else Range(low or None, high or None)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _time_range(text: str) -> Range:
    """A time of less precision is the whole hour, minute or second it names (PS3.4 §C.2.2.2.5.2, PS3.5 §6.2 TM)."""
    low, high = _ends(text)
    earliest = _earliest(low) if low else None
    shorter = (
        tuple(earliest[:digits] for digits in (2, 4) if earliest == earliest[:digits].ljust(6, "0")) if earliest else ()
    )
    return Range(earliest, _latest(high) if high else None, shorter)


def _parts_of_time(text: str) -> tuple[str, str | None, str | None, str | None]:
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise InvalidRequest("a time is not written HH[MM[SS[.FFFFFF]]]")
    hour, minute, second, fraction = parts.groups()
    return hour, minute, second, fraction


def _earliest(text: str) -> str:
    hour, minute, second, fraction = _parts_of_time(text)
    fraction = (fraction or "").rstrip("0")  # so that "10.5" is not later than a stored "10.50", nor "10.0" than "10"
    return f"{hour}{minute or '00'}{second or '00'}" + (f".{fraction}" if fraction else "")


def _latest(text: str) -> str:
    hour, minute, second, fraction = _parts_of_time(text)
    return f"{hour}{minute or '59'}{second or '59'}.{fraction.ljust(6, '0') if fraction else '999999'}"
