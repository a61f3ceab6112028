"""The change feed, read by its number."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from archive.catalog.scope import StudyScope
from archive.models import ChangeEvent, Study


class ChangeRow(NamedTuple):
    """One change of one Series."""

    seq: int
    kind: str
    study_instance_uid: str
    series_instance_uid: str
    registration: int
    instance_count: int
    at: datetime


def changes_after(seq: int, *, limit: int, scope: StudyScope) -> list[ChangeRow]:
    """Events past number `seq`, oldest first. Numbers follow commit order, so none appears behind a reader's back."""
    events = ChangeEvent.objects.filter(seq__gt=seq).order_by("seq")
    if not scope.all_studies:
        in_view = scope.restrict(Study.objects.all()).values("study_instance_uid")
        events = events.filter(study_instance_uid__in=in_view)
    return [ChangeRow._make(row) for row in events.values_list(*ChangeRow._fields)[:limit]]


def latest_change() -> int:
    """The number of the newest event, 0 before the first."""
    return ChangeEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
