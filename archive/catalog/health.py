"""Is the index there, and is it the one this code was written for?"""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_migrated = False


def index_answers() -> None:
    """One trivial query. Raises: the database's own error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def migrated() -> bool:
    """Whether every migration is applied; asked again until it is, then remembered (a server never un-migrates)."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
