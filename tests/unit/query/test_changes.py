"""The change feed: every event once, in the order of its number, whatever the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.errors import InvalidRequest, NotSignedIn


def test_a_reader_that_keeps_the_cursor_misses_nothing_and_sees_nothing_twice(index: None) -> None:
    from archive.access.policy import system_actor
    from archive.models import ChangeEvent
    from archive.query.changes import changes, latest

    actor = system_actor("tests")
    start = latest(actor=actor)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(5):
        ChangeEvent.objects.create(
            kind="stored",
            study_instance_uid="1.2",
            series_instance_uid=f"1.2.{number}",
            registration=number,
            instance_count=number,
            at=at,
        )
    seen, cursor, more = [], start, True
    while more:
        page = changes(actor=actor, after=cursor, limit=2)
        seen += [change.series_instance_uid for change in page.changes]
        cursor, more = page.latest, page.more
    assert seen == [f"1.2.{number}" for number in range(5)]
    assert changes(actor=actor, after=cursor).latest == cursor == latest(actor=actor)


def test_nobody_and_nonsense_are_refused(index: None) -> None:
    from archive.access.policy import system_actor
    from archive.query.changes import changes

    with pytest.raises(NotSignedIn):
        changes(actor=None, after=0)
    for after, limit in ((-1, 1), (1 << 63, 1), (0, 0), (0, 1001)):
        with pytest.raises(InvalidRequest):
            changes(actor=system_actor("tests"), after=after, limit=limit)
