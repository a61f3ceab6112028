"""The few places where PostgreSQL and SQLite want other words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

FEED_LOCK = 0x41747269756D  # any constant of ours: "Atrium"


def on_postgresql() -> bool:
    """Whether the index lives in PostgreSQL."""
    return connection.vendor == "postgresql"


def moment(value: datetime | None) -> Any:
    """A UTC time as a raw statement takes it."""
    return connection.ops.adapt_datetimefield_value(value)


def for_update() -> str:
    """The row lock of a SELECT; SQLite's writers hold the whole database already (BEGIN IMMEDIATE)."""
    return " FOR UPDATE" if on_postgresql() else ""


def insert_many(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, ignore: bool = False) -> None:
    """Inserts `rows` by one statement (PostgreSQL) or one prepared one (SQLite); the names are our own words."""
    if not rows:
        return
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    with connection.cursor() as cursor:
        if on_postgresql():
            execute_values(cursor, head + "%s" + tail, rows, page_size=500)
        else:
            cursor.executemany(head + f"({', '.join(['%s'] * len(columns))})" + tail, rows)


def lock_change_feed() -> None:
    """From here to COMMIT nobody else numbers an event: numbers follow commit order, so no cursor skips one."""
    if on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])
