"""One incoming instance, in memory while it is small and in a spool file when it is not, hashed as it passes."""

from __future__ import annotations

import hashlib
import mmap
import os
import secrets
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from archive.errors import TooLarge

IN_MEMORY = 8 << 20
BESIDE_BYTES = 64 << 10  # below this, handing the write to another thread costs more than it saves


@dataclass(slots=True)
class Spooled:
    """The bytes of one instance and their SHA-256; `path` is set when they lie in a file and not in memory."""

    length: int
    sha256: str
    data: bytes | mmap.mmap
    path: Path | None = None
    writing: Future[Path] | None = None

    def file(self, folder: Path) -> Path:
        """The instance as a file that an object store may take over."""
        if self.path is not None:
            return self.path
        return self.writing.result() if self.writing else _written(self.data, folder)

    def discard(self) -> None:
        """Lets go of the memory map and removes the spool file."""
        if isinstance(self.data, mmap.mmap):
            self.data.close()
        if self.path is not None or self.writing is not None:
            self.file(Path()).unlink(missing_ok=True)


def spool(chunks: Iterable[bytes], *, folder: Path, limit: int, body_length: int = 0) -> Spooled:
    """Takes one instance off the wire: up to 8 MiB stay in memory, anything larger goes to a file in `folder`.

    An instance that fills most of a body of `body_length` comes alone and will be an object of its own: its way to the
    disk, which needs no processor, begins at once, beside hashing and scanning.

    Raises:
        TooLarge: more than `limit` bytes; the rest of `chunks` is left unread and no file stays behind.
    """
    pieces: list[bytes] = []
    length = 0
    incoming = iter(chunks)
    for chunk in incoming:
        pieces.append(chunk)
        length += len(chunk)
        if length > IN_MEMORY:
            return _spool_to_file(pieces, incoming, length, folder=folder, limit=limit)
    data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    alone = length >= BESIDE_BYTES and body_length < 2 * length
    writing = _writers().submit(_written, data, folder) if alone and body_length else None
    return Spooled(length, hashlib.sha256(data).hexdigest(), data, writing=writing)


def _written(data: bytes | mmap.mmap, folder: Path) -> Path:
    """The bytes in a spool file, on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(12)}.part"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fdatasync(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return path


@lru_cache(maxsize=1)
def _writers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="spool")


def _spool_to_file(pieces: list[bytes], incoming: Iterable[bytes], length: int, *, folder: Path, limit: int) -> Spooled:
    digest = hashlib.sha256()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        path = Path(file.name)
        try:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            pieces.clear()
            for chunk in incoming:
                length += len(chunk)
                if length > limit:
                    raise TooLarge(f"the instance is larger than {limit} bytes")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    mapped.madvise(mmap.MADV_RANDOM)  # the scanner touches headers only: no read-ahead into pixels
    return Spooled(length, digest.hexdigest(), mapped, path)
