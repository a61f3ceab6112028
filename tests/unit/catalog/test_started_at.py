"""Study Date and Time in UTC, by the object's own offset or by the time zone of its source (PS3.3 §C.12.1.1.8)."""

from __future__ import annotations

from datetime import datetime

import pytest


@pytest.mark.parametrize(
    ("date", "time", "offset", "time_zone", "expected"),
    [
        ("20260101", "120000", "", "UTC", "2026-01-01T12:00:00+00:00"),
        ("20260101", "120000", "", "Europe/Oslo", "2026-01-01T11:00:00+00:00"),
        ("20260701", "120000", "", "Europe/Oslo", "2026-07-01T10:00:00+00:00"),
        ("20260701", "120000", "+0900", "Europe/Oslo", "2026-07-01T03:00:00+00:00"),
        ("20260701", "120000.123456", "-0330", "UTC", "2026-07-01T15:30:00+00:00"),
        ("20260701", "12", "", "UTC", "2026-07-01T12:00:00+00:00"),
        ("20260701", "12:30:15", "", "UTC", "2026-07-01T12:30:15+00:00"),
        ("20260701", "", "", "Asia/Shanghai", "2026-06-30T16:00:00+00:00"),
        ("20260701", "120000", "nonsense", "UTC", "2026-07-01T12:00:00+00:00"),
    ],
)
def test_moment(django: None, date: str, time: str, offset: str, time_zone: str, expected: str) -> None:
    from archive.catalog.tree import started_at

    assert started_at(date, time, offset, time_zone) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(("date", "time"), [("", ""), ("2026", ""), ("20261301", ""), ("20260101", "nonsense")])
def test_a_date_that_is_none_gives_no_moment(django: None, date: str, time: str) -> None:
    from archive.catalog.tree import started_at

    assert started_at(date, time, "", "UTC") is None
