"""What the query planner knows of the tables. PostgreSQL sees to it by itself; SQLite has to be told."""

from __future__ import annotations

from django.db import connection

from archive.catalog.sql import on_postgresql


def refresh_statistics() -> None:
    """Samples the tables where their size has changed: without it SQLite sorts 200,000 rows to show fifty."""
    if on_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute("PRAGMA optimize=0x10002")  # 0x10000: also tables that this connection has not queried
