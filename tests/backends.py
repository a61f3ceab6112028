"""Where the archive under test keeps index and bytes: embedded, or on a real PostgreSQL and a real Ceph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.server import RunningArchive


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


@contextmanager
def backend(folder: Path) -> Iterator[Backend]:
    """The backend that ATRIUM_TEST_BACKEND names."""
    yield Embedded()
