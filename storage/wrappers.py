"""Stores around stores: what every driver needs and none should do by itself."""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from storage.base import ObjectInfo, ObjectStore
from storage.errors import DeleteIncomplete, DigestMismatch, RetryableStoreError
from storage.streams import opened

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How patiently to try again. The wait doubles; a random half of it keeps many callers from returning at once."""

    tries: int = 6
    first_wait_s: float = 0.1
    longest_wait_s: float = 3.0
    give_up_after_s: float = 10.0  # no new try later than this after the first, so that a caller hears in time

    def wait_s(self, tries_made: int) -> float:
        """How long to wait after that many tries."""
        longest = min(self.longest_wait_s, self.first_wait_s * 2.0 ** (tries_made - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  spreading load is no secret


class _Attempts:
    """The tries of one call: says whether and waits until the next may be made. Progress starts the count anew."""

    def __init__(self, backoff: Backoff, sleep: Callable[[float], None]) -> None:
        self._backoff, self._sleep = backoff, sleep
        self.restart()

    def restart(self) -> None:
        self._made, self._began = 0, time.monotonic()

    def wait_after(self, problem: RetryableStoreError) -> None:
        """Wait for the next try, or raise `problem` when there have been enough."""
        self._made += 1
        wait_s = self._backoff.wait_s(self._made)
        late = time.monotonic() + wait_s > self._began + self._backoff.give_up_after_s
        if self._made >= self._backoff.tries or late:
            raise problem
        logger.warning("object store: try %d failed, next in %.2f s: %s", self._made, wait_s, problem)
        self._sleep(wait_s)


class RetryingStore:
    """Repeats what failed for a passing reason, and nothing else.

    Every call of the contract may be repeated: objects never change, the same put twice is success, delete is
    idempotent. A stream goes on where it broke off, a listing after the last key it gave.
    """

    def __init__(
        self, store: ObjectStore, backoff: Backoff | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store, self._backoff, self._sleep = store, backoff or Backoff(), sleep

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        start = body.tell()

        def attempt() -> None:
            body.seek(start)
            self._store.put(key, body, length=length, sha256=sha256)

        self._repeat(attempt)

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        self._repeat(lambda: self._store.adopt(key, path, length=length, sha256=sha256))

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        return self._repeat(lambda: self._store.get_range(key, offset, length))

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        return opened(self._chunks(key, offset, length))

    def _chunks(self, key: str, offset: int, length: int | None) -> Generator[bytes, None, None]:
        attempts, reached = self._attempts(), 0
        is_open = False
        while True:
            try:
                rest = None if length is None else length - reached
                stream = self._store.open(key, offset=offset + reached, length=rest)
                try:
                    if not is_open:
                        is_open = True
                        yield b""
                    for chunk in stream:
                        reached += len(chunk)
                        yield chunk
                        attempts.restart()  # after the yield: the reader's own pauses are not the store's
                finally:
                    stream.close()
            except RetryableStoreError as problem:
                attempts.wait_after(problem)
            else:
                return

    def head(self, key: str) -> ObjectInfo:
        return self._repeat(lambda: self._store.head(key))

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        attempts = self._attempts()
        while True:
            try:
                for info in self._store.list(prefix, start_after=start_after):
                    start_after = info.key
                    yield info
                    attempts.restart()
            except RetryableStoreError as problem:
                attempts.wait_after(problem)
            else:
                return

    def delete(self, key: str) -> None:
        self._repeat(lambda: self._store.delete(key))

    def delete_many(self, keys: Iterable[str]) -> None:
        attempts, left = self._attempts(), [*keys]
        while True:
            try:
                self._store.delete_many(left)
            except RetryableStoreError as problem:
                attempts.wait_after(problem)
                if isinstance(problem, DeleteIncomplete):
                    left = [*problem.failed]
            else:
                return

    def local_path(self, key: str) -> Path | None:
        return self._repeat(lambda: self._store.local_path(key))

    def _attempts(self) -> _Attempts:
        return _Attempts(self._backoff, self._sleep)

    def _repeat(self, call: Callable[[], _Result]) -> _Result:
        attempts = self._attempts()
        while True:
            try:
                return call()
            except RetryableStoreError as problem:
                attempts.wait_after(problem)


class VerifyingStore:
    """Compares a whole object, as it is streamed, with the SHA-256 that the store kept at `put`.

    The last chunk is held back until the digest fits, so wrong bytes never reach their end: the reader gets
    `DigestMismatch` and a short answer. Ranges can't be compared and pass through; who reads those has their digest
    in the catalog. Writing passes through too, because each driver checks before it publishes.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        self._store.put(key, body, length=length, sha256=sha256)

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        self._store.adopt(key, path, length=length, sha256=sha256)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        return self._store.get_range(key, offset, length)

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        if offset == 0:
            info = self._store.head(key)
            if info.sha256 is not None and length in (None, info.size):
                return opened(self._checked(key, info.sha256))
        return self._store.open(key, offset=offset, length=length)

    def _checked(self, key: str, sha256: str) -> Generator[bytes, None, None]:
        stream = self._store.open(key)
        try:
            digest, held = hashlib.sha256(), b""
            for chunk in stream:
                digest.update(chunk)
                yield held
                held = chunk
            if digest.hexdigest() != sha256:
                raise DigestMismatch(f"{key}: SHA-256 is {digest.hexdigest()}, stored was {sha256}")
            yield held
        finally:
            stream.close()

    def head(self, key: str) -> ObjectInfo:
        return self._store.head(key)

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        return self._store.list(prefix, start_after=start_after)

    def delete(self, key: str) -> None:
        self._store.delete(key)

    def delete_many(self, keys: Iterable[str]) -> None:
        self._store.delete_many(keys)

    def local_path(self, key: str) -> Path | None:
        return self._store.local_path(key)
