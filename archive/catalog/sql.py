"""The few places where PostgreSQL and SQLite want other words, and the short way to both for the hot statements."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

FEED_LOCK = 0x41747269756D  # any constant of ours: "Atrium"
_turn = threading.local()


def on_postgresql() -> bool:
    """Whether the index lives in PostgreSQL."""
    return connection.vendor == "postgresql"


def moment(value: datetime | None) -> Any:
    """A UTC time as a raw statement takes it."""
    return connection.ops.adapt_datetimefield_value(value)


def for_update() -> str:
    """The row lock of a SELECT; SQLite's writers hold the whole database already (BEGIN IMMEDIATE)."""
    return " FOR UPDATE" if on_postgresql() else ""


def execute(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Runs one statement and gives its rows. On SQLite past Django's cursor, which costs twice the statement itself."""
    if on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    connection.ensure_connection()
    with connection.wrap_database_errors:
        rows: list[tuple[Any, ...]] = connection.connection.execute(_with_question_marks(sql), values).fetchall()
    return rows


@contextmanager
def writers_turn() -> Iterator[None]:
    """SQLite lets one writer in and has the others sleep and look again: here they queue, and the next goes at once."""
    if on_postgresql():
        yield
        return
    if not hasattr(_turn, "descriptor"):
        _turn.descriptor = os.open(f"{connection.settings_dict['NAME']}-writers", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(_turn.descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(_turn.descriptor, fcntl.LOCK_UN)


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")


def insert_many(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, ignore: bool = False) -> None:
    """Inserts `rows` by one statement (PostgreSQL) or one prepared one (SQLite); the names are our own words."""
    if not rows:
        return
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    if on_postgresql():
        with connection.cursor() as cursor:
            execute_values(cursor, head + "%s" + tail, rows, page_size=500)
        return
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.connection.executemany(f"{head}({', '.join('?' * len(columns))}){tail}", rows)


def lock_change_feed() -> None:
    """From here to COMMIT nobody else numbers an event: numbers follow commit order, so no cursor skips one."""
    if on_postgresql():
        execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])
