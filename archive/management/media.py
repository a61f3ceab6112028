"""Files as people have them: folders, zips, DICOMDIR media. Finds the instances in them; extracts and follows nothing.

Nothing here trusts a name: zip members are streamed and never written to disk under a name of their own, File IDs of a
DICOMDIR stay below its folder, symbolic links are not followed.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from archive.errors import ArchiveError, CannotUnderstand, InvalidRequest, TooLarge

CHUNK = 1 << 20
MOST_MEMBERS = 1_000_000
MOST_RATIO = 200  # no DICOM object shrinks further; a bomb does
RATIO_FROM_BYTES = 1 << 20
DICOMDIR = "DICOMDIR"


def _nothing() -> Iterator[bytes]:
    return iter(())


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file that may be an instance: how the report names it, and its bytes; or why it can't be read."""

    name: str
    chunks: Callable[[], Iterator[bytes]] = _nothing
    fault: ArchiveError | None = None


def media_files(path: Path, *, limit: int) -> Iterator[MediaFile]:
    """Every file of a folder, a zip or a DICOMDIR, in the order of their names.

    Each one's bytes must be read before the next is asked for (zips are closed when they are through). `limit` is the
    most bytes that a zip member may unpack to.
    """
    if path.is_dir():
        for below in sorted(path.rglob("*")):
            if below.is_file() and not below.is_symlink():
                yield from _file(below, limit=limit, inside=True)
    elif path.is_file():
        yield from _file(path, limit=limit, inside=False)
    else:
        yield MediaFile(str(path), fault=InvalidRequest("there is no such file or folder"))


def count_files(path: Path) -> int:
    """About how many `media_files` will find, without reading them."""
    if path.is_dir():
        return sum(_members(below) for below in path.rglob("*") if below.is_file() and not below.is_symlink())
    return _members(path)


def _members(path: Path) -> int:
    if path.name.upper() == DICOMDIR:
        return 0
    if not _is_zip(path):
        return 1
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(not member.is_dir() for member in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        return 1


def _file(path: Path, *, limit: int, inside: bool) -> Iterator[MediaFile]:
    """`inside` a folder every file is visited anyway, so a DICOMDIR there only tells what is missing."""
    if path.name.upper() == DICOMDIR:
        yield from _directory(path, only_missing=inside)
    elif _is_zip(path):
        yield from _zip(path, limit=limit)
    else:
        yield MediaFile(str(path), lambda: _read(path))


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise CannotUnderstand(f"the file cannot be read: {error.strerror}") from error


# ---- zip


def _is_zip(path: Path) -> bool:
    """By its first bytes; an instance may have any preamble, and stays an instance."""
    try:
        with path.open("rb") as file:
            start = file.read(132)
    except OSError:
        return False
    return start[:4] in (b"PK\x03\x04", b"PK\x05\x06") and start[128:] != b"DICM"


def _zip(path: Path, *, limit: int) -> Iterator[MediaFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            unpacked = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or _is_bomb(unpacked, path.stat().st_size):
                yield MediaFile(str(path), fault=TooLarge("the zip unpacks to far more than a zip of images does"))
                return
            for member in sorted(members, key=lambda member: member.filename):
                yield _member(path, archive, member, limit)
    except (zipfile.BadZipFile, OSError) as error:
        yield MediaFile(str(path), fault=CannotUnderstand(f"the zip cannot be read: {type(error).__name__}"))


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> MediaFile:
    name = f"{path}!{member.filename}"
    if member.flag_bits & 0x1:
        return MediaFile(name, fault=CannotUnderstand("the zip member is encrypted"))
    if member.file_size > limit or _is_bomb(member.file_size, member.compress_size):
        return MediaFile(name, fault=TooLarge("the zip member unpacks to more than is allowed"))
    return MediaFile(name, lambda: _unpack(archive, member))


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes; zipfile itself ends at the promised size and checks the CRC."""
    try:
        with archive.open(member) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise CannotUnderstand(f"the zip member is damaged: {type(error).__name__}") from error


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_FROM_BYTES and unpacked > MOST_RATIO * max(packed, 1)


# ---- DICOMDIR (PS3.3 Annex F, PS3.10 §8)


def _directory(path: Path, *, only_missing: bool) -> Iterator[MediaFile]:
    try:
        file_ids = _file_ids(path)
    except CannotUnderstand as error:
        yield MediaFile(str(path), fault=error)
        return
    for file_id in file_ids:
        name = f"{path}: {'/'.join(file_id)}"
        try:
            found = _resolve(path.parent, file_id)
        except InvalidRequest as error:
            yield MediaFile(name, fault=error)
            continue
        if found is None:
            yield MediaFile(name, fault=InvalidRequest("the DICOMDIR names a file that is not there"))
        elif not only_missing:
            yield MediaFile(name, lambda found=found: _read(found))  # type: ignore[misc]


def _file_ids(path: Path) -> list[tuple[str, ...]]:
    """Referenced File IDs (0004,1500) in the order of the records."""
    try:
        dataset = dcmread(path, specific_tags=["DirectoryRecordSequence"])
        values = [record.get("ReferencedFileID") for record in dataset.DirectoryRecordSequence]
    except (InvalidDicomError, OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise CannotUnderstand("the DICOMDIR is not readable") from error
    return [(value,) if isinstance(value, str) else tuple(map(str, value)) for value in values if value]


def _resolve(folder: Path, file_id: tuple[str, ...]) -> Path | None:
    """The file below `folder`; media written in capitals are often copied in small letters.

    Raises: InvalidRequest, when a component could lead elsewhere.
    """
    for component in file_id:
        if component in ("", ".", "..") or any(mark in component for mark in "/\\:\0"):
            raise InvalidRequest("the DICOMDIR names a file outside its folder")
        try:
            names = {entry.name.casefold(): entry for entry in folder.iterdir()}
        except OSError:
            return None
        found = names.get(component.casefold()) or names.get(f"{component.casefold()}.")
        if found is None or found.is_symlink():
            return None
        folder = found
    return folder if folder.is_file() else None
