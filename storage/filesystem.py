"""Objects as files in one folder, for small sites and the embedded default.

A new object is written beside the others under a name nobody looks up, forced to disk, and then renamed to its key,
by a rename that refuses to replace what is there: the file system itself decides races, and a crash at any point
leaves a whole object or none. Then the folder is forced to disk, too. The order matters; see
`tests/unit/storage/test_filesystem.py`, which watches the system calls.

The SHA-256 is kept in the extended attribute `user.sha256` (32 raw bytes: they fit beside the inode and cost no disk
block). File systems and copies without such attributes lose only what `head` says about the digest.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from storage.base import ObjectInfo
from storage.errors import (
    DeleteIncomplete,
    DigestMismatch,
    ObjectConflict,
    ObjectNotFound,
    PermanentStoreError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from storage.keys import check_key, is_key, is_prefix
from storage.renaming import rename_without_replacing
from storage.streams import CHUNK_SIZE, checked_chunks, end_of_range, opened

_DIGEST_ATTRIBUTE = "user.sha256"
_FOLDER_MODE, _OBJECT_MODE = 0o750, 0o440  # the group may read, for a web server in front; nobody writes an object

# What a crash left behind in the folder for unfinished objects goes after this time; no put takes so long.
_LEFTOVER_AGE_S = 24 * 3600

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR})
# EIO is not among them: after a failed sync the kernel forgets which pages were dirty, and a second try "succeeds".
_PASSING = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT}
)


class FilesystemStore:
    """A folder as a store. It must be on one file system, and so should the spool be."""

    def __init__(self, root: Path) -> None:
        """Use `root`, an absolute path, and make it if need be.

        Raises: PermanentStoreError when it can't be made or is no folder.
        """
        self._root = root
        self._unfinished = root / ".unfinished"
        self._lasting_folders: set[Path] = set()
        with _translated(str(root)):
            for folder in (*reversed(root.parents), root, self._unfinished):
                if not folder.is_dir():
                    self._make_lasting(folder)
            self._remove_leftovers()

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        target = self._path(key)
        unfinished = self._unfinished / uuid.uuid4().hex
        with _translated(key, missing=StoreUnavailable):
            try:
                with _descriptor(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
                    for chunk in checked_chunks(body, length=length, sha256=sha256):
                        _write(descriptor, chunk)
                    _seal(descriptor, sha256)
                self._publish(unfinished, target, length=length, sha256=sha256)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        target = self._path(key)
        with _descriptor(path, os.O_RDONLY | os.O_NOFOLLOW) as descriptor, _translated(key, missing=StoreUnavailable):
            size = os.fstat(descriptor).st_size
            if size != length:
                raise DigestMismatch(f"{key}: {size} bytes instead of the promised {length}")
            _seal(descriptor, sha256)
            try:
                self._publish(path, target, length=length, sha256=sha256)
            except OSError as problem:
                if problem.errno != errno.EXDEV:
                    raise
                # Another file system: no rename can reach there, so copy.
                with os.fdopen(os.dup(descriptor), "rb") as body:
                    self.put(key, body, length=length, sha256=sha256 or _digest(path))
                path.unlink()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        with self._reading(key) as descriptor:
            end_of_range(key, _size(key, descriptor), offset, length)
            return _read(key, descriptor, offset, length)

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        return opened(self._chunks(key, offset, length))

    def _chunks(self, key: str, offset: int, length: int | None) -> Generator[bytes, None, None]:
        with self._reading(key) as descriptor:
            end = end_of_range(key, _size(key, descriptor), offset, length)
            yield b""
            for start in range(offset, end, CHUNK_SIZE):
                yield _read(key, descriptor, start, min(CHUNK_SIZE, end - start))

    def head(self, key: str) -> ObjectInfo:
        with self._reading(key) as descriptor:
            _size(key, descriptor)
            try:
                sha256 = os.getxattr(descriptor, _DIGEST_ATTRIBUTE).hex()
            except OSError:
                sha256 = None
            return _info(key, os.fstat(descriptor), sha256)

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        if is_prefix(prefix):
            yield from self._list_folder(prefix[: prefix.rfind("/") + 1], prefix, start_after)

    def _list_folder(self, folder: str, prefix: str, start_after: str) -> Iterator[ObjectInfo]:
        """Keys below `folder` ("" or ending in "/"), in order: a folder sorts as its name with the slash."""
        try:
            with self._present(folder), os.scandir(self._root / folder) as entries:
                names = {
                    entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name: entry
                    for entry in entries
                    if is_key(folder + entry.name)  # shuts out the driver's own, dotted names
                }
        except ObjectNotFound:
            return
        for name in sorted(names):
            key = folder + name
            if name.endswith("/"):
                wanted = key.startswith(prefix) or prefix.startswith(key)
                if wanted and (key > start_after or start_after.startswith(key)):
                    yield from self._list_folder(key, prefix, start_after)
            elif key.startswith(prefix) and key > start_after:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    yield _info(key, names[name].stat(follow_symlinks=False), None)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with suppress(ObjectNotFound), _translated(key):
            path.unlink()
            _sync_folder(path.parent)

    def delete_many(self, keys: Iterable[str]) -> None:
        failed: dict[str, str] = {}
        folders: dict[Path, str] = {}  # with one of its deleted keys, each folder forced to disk once
        for key in keys:
            path = self._path(key)
            try:
                with suppress(ObjectNotFound), _translated(key):
                    path.unlink()
                    folders[path.parent] = key
            except StoreError as problem:
                failed[key] = str(problem)
        for folder, key in folders.items():
            with suppress(ObjectNotFound), _translated(key):
                _sync_folder(folder)
        if failed:
            raise DeleteIncomplete(failed)

    def local_path(self, key: str) -> Path | None:
        path = self._path(key)
        with self._present(key):
            if not S_ISREG(path.stat().st_mode):
                raise ObjectNotFound(key)
        return path

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    @contextmanager
    def _reading(self, key: str) -> Iterator[int]:
        path = self._path(key)
        with self._present(key), _descriptor(path, os.O_RDONLY) as descriptor:
            yield descriptor

    @contextmanager
    def _present(self, name: str) -> Iterator[None]:
        """As `_translated`, but a missing object is only believed while the store itself is there.

        A disk that is not mounted must look like trouble, not like an archive that has lost everything.
        """
        try:
            with _translated(name):
                yield
        except ObjectNotFound:
            if not self._unfinished.is_dir():
                raise StoreUnavailable(f"{self._root} is no store any more; is its disk mounted?") from None
            raise

    def _publish(self, source: Path, target: Path, *, length: int, sha256: str | None) -> None:
        """Give the finished, synced file `source` its key; where the same bytes have it already, just remove it."""
        self._make_lasting(target.parent)
        try:
            # Opened first: want of a descriptor must not be noticed after the file has gone from its old place.
            with _descriptor(target.parent, os.O_RDONLY | os.O_DIRECTORY) as folder:
                try:
                    rename_without_replacing(source, target)
                    is_twin = False
                except FileExistsError:
                    self._check_same(source, target, length=length, sha256=sha256)
                    is_twin = True
                os.fsync(folder)  # for a twin, too: the first writer may not have come to this line yet
                if is_twin:
                    source.unlink()
        except FileNotFoundError:
            # Somebody removed the empty folder: forget it, so that the next try makes it anew.
            self._lasting_folders.discard(target.parent)
            raise

    def _check_same(self, source: Path, target: Path, *, length: int, sha256: str | None) -> None:
        if not target.is_file() or target.stat().st_size != length:
            raise ObjectConflict(f"{target.relative_to(self._root)} is taken")
        if _digest(target) != (sha256 or _digest(source)):
            raise ObjectConflict(f"{target.relative_to(self._root)} holds other bytes")

    def _make_lasting(self, folder: Path) -> None:
        """Make `folder` and those above it, up to the root, survive a power cut; a set look-up when known.

        A folder that exists but is not known is synced all the same: its maker may have crashed before doing so.
        """
        if folder in self._lasting_folders:
            return
        if self._root in folder.parents:
            self._make_lasting(folder.parent)
        try:
            folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ObjectConflict(f"{folder} is an object, not a folder") from None
        _sync_folder(folder.parent)
        self._lasting_folders.add(folder)

    def _remove_leftovers(self) -> None:
        oldest = time.time() - _LEFTOVER_AGE_S
        for leftover in self._unfinished.iterdir():
            with suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()


@contextmanager
def _translated(name: str, missing: type[StoreError] = ObjectNotFound) -> Iterator[None]:
    """The border: what the operating system reports, in the words of `storage.errors`."""
    try:
        yield
    except OSError as problem:
        reason = f"{name}: {problem.strerror}"
        if problem.errno in _FULL:
            raise StoreFull(reason) from problem
        if problem.errno in _MISSING:
            raise missing(reason) from problem
        if problem.errno in _PASSING:
            raise StoreUnavailable(reason) from problem
        raise PermanentStoreError(reason) from problem


@contextmanager
def _descriptor(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _seal(descriptor: int, sha256: str | None) -> None:
    """Note the digest, take away the right to write, force everything to disk."""
    if sha256 is not None:
        with suppress(OSError):  # a file system without extended attributes, or without room for one
            os.setxattr(descriptor, _DIGEST_ATTRIBUTE, bytes.fromhex(sha256))
    os.fchmod(descriptor, _OBJECT_MODE)
    os.fdatasync(descriptor)


def _sync_folder(folder: Path) -> None:
    with _descriptor(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
        os.fsync(descriptor)


def _write(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(key: str, descriptor: int, offset: int, length: int) -> bytes:
    """Exactly that range; a file that has become shorter is damaged."""
    data = os.pread(descriptor, length, offset)
    while len(data) < length:
        more = os.pread(descriptor, length - len(data), offset + len(data))
        if not more:
            raise DigestMismatch(f"{key} ends early")
        data += more
    return data


def _size(key: str, descriptor: int) -> int:
    status = os.fstat(descriptor)
    if not S_ISREG(status.st_mode):
        raise ObjectNotFound(key)
    return status.st_size


def _info(key: str, status: os.stat_result, sha256: str | None) -> ObjectInfo:
    return ObjectInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), sha256)


def _digest(path: Path) -> str:
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()
