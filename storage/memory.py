"""A store in memory, for tests: the shortest reading of the contract. Keeps nothing, so nothing is durable."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from storage.base import ObjectInfo
from storage.errors import ObjectConflict, ObjectNotFound
from storage.keys import check_key
from storage.streams import CHUNK_SIZE, checked_chunks, end_of_range, opened


@dataclass(frozen=True, slots=True)
class _Object:
    data: bytes
    info: ObjectInfo


class MemoryStore:
    """Objects in a dictionary. `dict.setdefault` is atomic, which decides races."""

    def __init__(self) -> None:
        self._objects: dict[str, _Object] = {}

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        check_key(key)
        data = b"".join(checked_chunks(body, length=length, sha256=sha256))
        newcomer = _Object(data, ObjectInfo(key, length, datetime.now(UTC), sha256))
        if self._objects.setdefault(key, newcomer).data != data:
            raise ObjectConflict(f"{key} holds other bytes")

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        with path.open("rb") as body:
            digest = sha256 or hashlib.file_digest(body, "sha256").hexdigest()
            body.seek(0)
            self.put(key, body, length=length, sha256=digest)
        path.unlink()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        data = self._get(key).data
        return data[offset : end_of_range(key, len(data), offset, length)]

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        return opened(self._chunks(key, offset, length))

    def _chunks(self, key: str, offset: int, length: int | None) -> Generator[bytes, None, None]:
        data = self._get(key).data
        end = end_of_range(key, len(data), offset, length)
        yield b""
        for start in range(offset, end, CHUNK_SIZE):
            yield data[start : min(start + CHUNK_SIZE, end)]

    def head(self, key: str) -> ObjectInfo:
        return self._get(key).info

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        found = [stored.info for stored in tuple(self._objects.values())]
        yield from sorted(
            (info for info in found if info.key.startswith(prefix) and info.key > start_after),
            key=lambda info: info.key,
        )

    def delete(self, key: str) -> None:
        self._objects.pop(check_key(key), None)

    def delete_many(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.delete(key)

    def local_path(self, key: str) -> Path | None:
        return None

    def _get(self, key: str) -> _Object:
        try:
            return self._objects[check_key(key)]
        except KeyError:
            raise ObjectNotFound(key) from None
