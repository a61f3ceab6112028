"""One incoming instance, in memory while it is small and in a spool file when it is not, hashed as it passes."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive.errors import TooLarge

IN_MEMORY = 8 << 20


@dataclass(slots=True)
class Spooled:
    """The bytes of one instance and their SHA-256; `path` is set when they lie in a file."""

    length: int
    sha256: str
    data: bytes | mmap.mmap
    path: Path | None = None

    def discard(self) -> None:
        """Lets go of the memory map and removes the spool file."""
        if isinstance(self.data, mmap.mmap):
            self.data.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def spool(chunks: Iterable[bytes], *, folder: Path, limit: int) -> Spooled:
    """Takes one instance off the wire: up to 8 MiB stay in memory, anything larger goes to a file in `folder`.

    Raises:
        TooLarge: more than `limit` bytes; the rest of `chunks` is left unread and no file stays behind.
    """
    digest = hashlib.sha256()
    pieces: list[bytes] = []
    length = 0
    incoming = iter(chunks)
    for chunk in incoming:
        digest.update(chunk)
        pieces.append(chunk)
        length += len(chunk)
        if length > IN_MEMORY:
            return _spool_to_file(pieces, incoming, digest, length, folder=folder, limit=limit)
    return Spooled(length, digest.hexdigest(), pieces[0] if len(pieces) == 1 else b"".join(pieces))


def _spool_to_file(
    pieces: list[bytes],
    incoming: Iterable[bytes],
    digest: hashlib._Hash,
    length: int,
    *,
    folder: Path,
    limit: int,
) -> Spooled:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        path = Path(file.name)
        try:
            for piece in pieces:
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
