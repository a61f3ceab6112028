"""The contract of an object store. Whoever writes a driver reads this page; `tests/contract` holds them all to it.

* **Objects never change.** A key once put keeps its bytes until it is deleted. Putting the same bytes again is
  success; putting other bytes raises `ObjectConflict`. Where a server can't decide a race of two writers (see
  `storage.s3`), the archive's keys must make one impossible: they carry a digest or a random part.
* **Durable.** When `put` or `adopt` returns, the object survives a crash of the process, the machine and its power.
* **Atomic.** A reader sees a whole object or none, also while it is written and after a crash in the middle.
* **Checked.** `put` compares the bytes with the promised length and SHA-256 before anything becomes visible.
* **Errors** are `PermanentStoreError` or `RetryableStoreError`, raised by the call itself. A stream may raise later,
  too, and then what it gave so far is a true beginning of the object; a listing raises as it goes.
* **Threads** may share a store; processes open their own (connections do not survive a fork).

One restriction: a key must not continue another key (`a/b` and `a/b/c`), because a folder can't be a file too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a store knows of an object without reading it."""

    key: str
    size: int  # bytes
    modified: datetime  # when it was put, aware, UTC
    sha256: str | None = None  # lower-case hex as given to put; None when the store did not keep it


class ObjectStore(Protocol):
    """Bytes under keys; the rules above hold for every implementation."""

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        """Store what `body` gives from its current position to its end; durable when this returns.

        `body` is seekable and stays open. `length` is in bytes, `sha256` lower-case hex.

        Raises: DigestMismatch (nothing is stored), ObjectConflict, InvalidKey, StoreFull.
        """

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        """Take a finished local file over: as `put`, but `path` is gone afterwards. It stays when this raises, unless
        the disk fails at the very last step.

        The caller vouches for the digest. A driver that only moves the file checks its length and does not read it
        again; one that sends it elsewhere checks the digest, too. Nobody may write to `path` any more.

        Raises: as `put`; OSError when `path` itself can't be opened, which is the caller's affair.
        """

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; meant for frames, so the whole answer is held in memory.

        Raises: ObjectNotFound, InvalidRange.
        """

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        """The object, or that range of it, as chunks of at most 1 MiB; memory stays flat.

        `length` None means to the end, and then `offset` may equal the size. Close the stream when leaving early.

        Raises: ObjectNotFound, InvalidRange, both before the first chunk.
        """

    def head(self, key: str) -> ObjectInfo:
        """What is known of the object.

        Raises: ObjectNotFound.
        """

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        """All objects whose key starts with `prefix` and sorts after `start_after`, in the order of their keys (ASCII).

        `sha256` may be None here though `head` knows it. Objects put or deleted meanwhile may or may not appear.
        """

    def delete(self, key: str) -> None:
        """Remove the object for good; success also when there is none."""

    def delete_many(self, keys: Iterable[str]) -> None:
        """Remove all these objects; one that fails does not keep the others.

        Raises: DeleteIncomplete, naming the keys that are still there.
        """

    def local_path(self, key: str) -> Path | None:
        """The file that holds the object, to be mapped or handed to a web server, never written.

        None where a driver has no such files; then the object is not looked for.

        Raises: ObjectNotFound, where the driver has files but not this one.
        """
