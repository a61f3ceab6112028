"""One instance by its UIDs, fast: the statement is made by the ORM once and then only executed.

Frames, thumbnails and metadata of single instances are the most frequent requests; making the same statement anew
costs three times what executing it does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection

from archive.catalog.scope import StudyScope
from archive.models import Instance

_STAND_INS = ("\x01study", "\x01series", "\x01instance")


def instance_row(scope: StudyScope, uids: tuple[str, str, str], columns: tuple[str, ...]) -> tuple[Any, ...] | None:
    """`columns` of the instance at (Study, Series, SOP Instance UID) as the driver gives them, if there is one."""
    sql, parameters = _statement(scope, columns, connection.vendor)
    values = dict(zip(_STAND_INS, uids, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(sql, [values.get(parameter, parameter) for parameter in parameters])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@lru_cache(maxsize=64)
def _statement(scope: StudyScope, columns: tuple[str, ...], _vendor: str) -> tuple[str, tuple[Any, ...]]:
    study, series, instance = _STAND_INS
    rows = Instance.objects.filter(
        study__study_instance_uid=study, series__series_instance_uid=series, sop_instance_uid=instance
    )
    sql, parameters = scope.restrict(rows, "study__").values_list(*columns).query.sql_with_params()
    return sql, tuple(parameters)
