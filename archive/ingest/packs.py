"""Packs: the instances of one Study that arrive together become one object, an uncompressed `tar`.

One fdatasync (or one PUT) then makes a whole pack durable, and any tool can open it without us. An instance that
comes alone, or is larger than what is kept in memory, is an object of its own (`.dcm`).
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO

from django.conf import settings

from archive.catalog.objects import new_key, object_store, store_errors
from archive.ingest.spool import Spooled

PACK_BYTES = 64 << 20
BLOCK = tarfile.BLOCKSIZE


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the bytes of an instance lie."""

    key: str
    object_length: int
    offset: int


@dataclass(slots=True)
class _Member:
    number: int
    name: str
    offset: int
    length: int


@dataclass(slots=True)
class Pack:
    """The open pack of one Study. `close` makes it durable and says where each member lies."""

    folder: Path
    _first: tuple[int, str, Spooled] | None = None
    _file: IO[bytes] | None = None
    _members: list[_Member] = field(default_factory=list)
    _length: int = 0

    @property
    def full(self) -> bool:
        """Another small instance might not fit."""
        return self._length >= PACK_BYTES - (8 << 20) - 4 * BLOCK

    def add(self, number: int, name: str, spooled: Spooled) -> None:
        """Takes a small instance in; the first is held back until a second one comes."""
        if self._file is None and self._first is None and not self._members:
            self._first = (number, name, spooled)
            self._length = spooled.length
            return
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=self.folder, suffix=".pack", delete=False)  # noqa: SIM115
            self._length = 0
            if self._first is not None:
                self._append(*self._first)
                self._first[2].discard()
                self._first = None
        self._append(number, name, spooled)

    def close(self, keep: Callable[[int], bool]) -> dict[int, Placement]:
        """Writes the members that `keep` wants; gives their placements by number.

        Raises:
            StoreUnavailable: nothing of this pack was stored.
        """
        if self._first is not None:
            number, _name, spooled = self._first
            if keep(number):
                return {number: put_alone(spooled)}
            spooled.discard()
            return {}
        if self._file is None:
            return {}
        with self._file as file:
            kept = [member for member in self._members if keep(member.number)]
            path = Path(file.name)
            try:
                if not kept:
                    return {}
                if len(kept) < len(self._members):
                    return self._rewritten(file, kept)
                file.write(bytes(2 * BLOCK))  # the end-of-archive mark
                file.flush()
                key, length = new_key(".tar"), file.tell()
                with store_errors():
                    object_store().adopt(key, path, length=length, sha256=None)
                return {member.number: Placement(key, length, member.offset) for member in kept}
            finally:
                path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Gives the pack up; nothing was stored."""
        if self._first is not None:
            self._first[2].discard()
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def _append(self, number: int, name: str, spooled: Spooled) -> None:
        assert self._file is not None
        info = tarfile.TarInfo(name)
        info.size = spooled.length
        self._file.write(info.tobuf(tarfile.GNU_FORMAT))
        self._length += BLOCK
        self._members.append(_Member(number, name, self._length, spooled.length))
        self._file.write(spooled.data)
        padding = -spooled.length % BLOCK
        self._file.write(bytes(padding))
        self._length += spooled.length + padding

    def _rewritten(self, file: IO[bytes], kept: list[_Member]) -> dict[int, Placement]:
        """The pack once more without what the archive has already: rare, so a plain copy will do."""
        fresh = Pack(self.folder)
        try:
            for member in kept:
                with Path(file.name).open("rb") as source:
                    file.flush()
                    source.seek(member.offset)
                    data = source.read(member.length)
                    fresh.add(member.number, member.name, Spooled(member.length, sha256(data).hexdigest(), data))
            return fresh.close(lambda _number: True)
        finally:
            fresh.discard()


def put_alone(spooled: Spooled) -> Placement:
    """Stores one instance as an object of its own.

    Raises:
        StoreUnavailable: it was not stored.
    """
    key = new_key(".dcm")
    folder: Path = settings.ATRIUM_SPOOL_DIR
    with store_errors():
        object_store().adopt(key, spooled.file(folder), length=spooled.length, sha256=spooled.sha256)
    return Placement(key, spooled.length, 0)
