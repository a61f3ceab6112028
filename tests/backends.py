"""Where the archive under test keeps index and bytes: embedded, or on a real PostgreSQL and a real Ceph."""

from __future__ import annotations

import os
import re
from typing import Protocol

from tests.server import RunningArchive
from tests.servers.ceph import S3Server
from tests.servers.postgres import create_database
from tests.servers.shared import postgres_server, s3_server


class Backend(Protocol):
    """Gives each archive under test a place of its own."""

    def environment(self, name: str) -> dict[str, str]:
        """Settings for an archive called `name`: an empty database, an empty bucket."""

    def prepare(self, archive: RunningArchive) -> None:
        """What an operator does once before the first start."""


class Embedded:
    """SQLite and a folder below the data folder; the supervisor prepares both."""

    def environment(self, name: str) -> dict[str, str]:
        return {}

    def prepare(self, archive: RunningArchive) -> None:
        archive.data_dir.mkdir(parents=True)


class Servers:
    """PostgreSQL and S3, which hold many archives beside each other."""

    def __init__(self, database: str, store: S3Server) -> None:
        self._database = database
        self._store = store

    def environment(self, name: str) -> dict[str, str]:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48]
        return self._store.environment | {
            "DATABASE_URL": create_database(self._database, plain),
            "STORAGE_URL": self._store.make_bucket(f"atrium-{plain}"),
        }

    def prepare(self, archive: RunningArchive) -> None:
        archive.data_dir.mkdir(parents=True)
        archive.manage("migrate", "--noinput", "--verbosity", "0")


def backend() -> Backend:
    """The backend that ATRIUM_TEST_BACKEND names. Servers asked for that can't run are an error, not a skip."""
    match os.environ.get("ATRIUM_TEST_BACKEND", "embedded"):
        case "embedded":
            return Embedded()
        case "server":
            return Servers(postgres_server(), s3_server())
        case other:
            raise ValueError(f"ATRIUM_TEST_BACKEND={other}: embedded or server")
