"""The moment a Series counts as whole, and its event in the change feed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from archive.catalog.sql import lock_change_feed
from archive.models import ChangeEvent, Series


def mark_settled(series_id: int) -> None:
    """Sets `settled_at` and appends a "settled" event, once for each time the Series has grown."""
    now = timezone.now()
    with transaction.atomic():
        if not Series.objects.filter(pk=series_id, settled_at=None).update(settled_at=now):
            return
        series = Series.objects.select_related("study").get(pk=series_id)
        lock_change_feed()
        ChangeEvent.objects.create(
            kind="settled",
            study_instance_uid=series.study.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
            registration=0,
            instance_count=series.instance_count,
            at=now,
        )
