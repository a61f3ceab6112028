from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dicom.matching import MAX_LIST, Match, Name, NameGroup, Number, OneOf, Range, Wild, matches_of
from archive.errors import InvalidRequest


@pytest.mark.parametrize(
    ("vr", "text", "expected"),
    [
        ("LO", "ABC", (OneOf(("ABC",)),)),
        ("LO", " ABC ", (OneOf(("ABC",)),)),
        ("LO", "A%_[b]\\c'", (OneOf(("A%_[b]\\c'",)),)),
        ("LO", "A*b?", (Wild("A*b?"),)),
        ("LO", "A***", (Wild("A*"),)),
        ("AS", "0?5Y", (OneOf(("0?5Y",)),)),
        ("CS", "CT", (OneOf(("CT",)),)),
        ("CS", "CT, MR", (OneOf(("CT",)), OneOf(("MR",)))),
        ("CS", "CT\\M*", (OneOf(("CT",)), Wild("M*"))),
        ("UI", "1.2,1.3\\1.2", (OneOf(("1.2", "1.3")),)),
        ("DA", "20240229", (OneOf(("20240229",)),)),
        ("DA", "20240101-20241231", (Range("20240101", "20241231"),)),
        ("DA", "20240101-", (Range("20240101", None),)),
        ("DA", "-20241231", (Range(None, "20241231"),)),
        ("TM", "10", (Range("100000", "105959.999999", ("10", "1000")),)),
        ("TM", "1015-", (Range("101500", None, ("1015",)),)),
        ("TM", "-101530.5", (Range(None, "101530.500000"),)),
        ("TM", "101530.50", (Range("101530.5", "101530.500000"),)),
        ("IS", "007", (Number(7),)),
        ("US", "512", (Number(512),)),
        ("PN", "Müller^*", (Name((NameGroup(None, ("muller^*", "muller")),)),)),
        ("PN", "DOE^JOHN^^", (Name((NameGroup(None, ("doe^john",)),)),)),
        ("PN", "*=山田*", (Name((NameGroup(1, ("山田*",)),)),)),
    ],
)
def test_a_value_becomes_what_its_representation_means(vr: str, text: str, expected: tuple[Match, ...]) -> None:
    assert matches_of(vr, text) == expected


@pytest.mark.parametrize(
    ("vr", "text"),
    [("LO", ""), ("LO", "*"), ("SH", "**"), ("UI", ""), ("DA", " "), ("PN", "*"), ("PN", "=*"), ("CS", "CT,*")],
)
def test_universal_matching_asks_for_nothing(vr: str, text: str) -> None:
    assert matches_of(vr, text) == ()


@pytest.mark.parametrize(
    ("vr", "text"),
    [
        ("UI", "1.2.*"),
        ("UI", "*"),
        ("UI", "1.2,"),
        ("UI", "1..2"),
        ("UI", ",".join(["1"] * (MAX_LIST + 1))),
        ("DA", "2024"),
        ("DA", "20240230"),
        ("DA", "2024-01-01"),
        ("DA", "-"),
        ("DA", "*"),
        ("TM", "25"),
        ("TM", "101"),
        ("TM", "10:15"),
        ("TM", "-"),
        ("IS", "1*"),
        ("IS", "one"),
        ("LO", "a\x00b"),
        ("LO", "x" * 401),
        ("LO", "a*" * 17),
        ("PN", "a=b=c=d"),
        ("PN", "a*" * 17),
    ],
)
def test_a_value_outside_its_representation_is_refused(vr: str, text: str) -> None:
    with pytest.raises(InvalidRequest):
        matches_of(vr, text)


TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999999), st.integers(1, 6))


@given(
    TIMES, TIMES, st.sampled_from(["HH", "HHMM", "HHMMSS", "full"]), st.sampled_from(["HH", "HHMM", "HHMMSS", "full"])
)
def test_time_ranges_compare_as_times_whatever_the_precision(
    stored: tuple[int, ...], low: tuple[int, ...], stored_form: str, low_form: str
) -> None:
    """A stored time of less precision counts as its first moment."""
    stored_text, stored_s = _written(stored, stored_form)
    low_text, low_s = _written(low, low_form)
    (wanted,) = matches_of("TM", f"{low_text}-")
    assert isinstance(wanted, Range)
    assert wanted.low is not None
    assert (stored_text >= wanted.low or stored_text in wanted.low_shorter) == (stored_s >= low_s)


def _written(parts: tuple[int, ...], form: str) -> tuple[str, float]:
    hour, minute, second, micro, digits = parts
    fraction = f"{micro:06d}"[:digits]
    text = {"HH": f"{hour:02d}", "HHMM": f"{hour:02d}{minute:02d}", "HHMMSS": f"{hour:02d}{minute:02d}{second:02d}"}
    whole = f"{hour:02d}{minute:02d}{second:02d}.{fraction}"
    chosen = text.get(form, whole)
    padded = chosen.split(".")[0].ljust(6, "0")
    seconds = int(padded[:2]) * 3600 + int(padded[2:4]) * 60 + int(padded[4:])
    return chosen, seconds + (int(fraction.ljust(6, "0")) / 1e6 if form == "full" else 0)


@given(st.sampled_from(["AE", "CS", "DA", "IS", "LO", "PN", "SH", "TM", "UI", "US", "AS"]), st.text(max_size=40))
def test_any_text_is_taken_or_refused_and_nothing_else(vr: str, text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        matches_of(vr, text)
