"""Folders, zips and DICOMDIR media: everything is found, nothing is trusted."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite

from archive.errors import ArchiveError, CannotUnderstand, InvalidRequest, TooLarge
from archive.management.media import MediaFile, count_files, media_files

LIMIT = 64 << 20


def _read(path: Path, limit: int = LIMIT) -> dict[str, bytes | type[ArchiveError]]:
    """Each file's bytes, or the kind of error that it has."""
    return {file.name: _bytes(file) for file in media_files(path, limit=limit)}


def _bytes(file: MediaFile) -> bytes | type[ArchiveError]:
    if file.fault:
        return type(file.fault)
    try:
        return b"".join(file.chunks())
    except ArchiveError as error:
        return type(error)


def _directory(path: Path, *file_ids: list[str] | str) -> None:
    """A DICOMDIR with one image record per File ID."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    dataset.DirectoryRecordSequence = []
    for file_id in file_ids:
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", file_id
        dataset.DirectoryRecordSequence.append(record)
    dcmwrite(path, dataset, enforce_file_format=True)


def test_a_folder_gives_every_file_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2").write_bytes(b"two")
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert list(_read(tmp_path).values()) == [b"one", b"two"]
    assert count_files(tmp_path) == 2


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert _read(tmp_path / "nothing") == {str(tmp_path / "nothing"): InvalidRequest}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0)
    assert list(_read(tmp_path).values()) == [CannotUnderstand]


def test_a_zip_is_streamed_whatever_its_members_are_called(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "/absolute", "C:\\windows", "a/./../b", "plain"]
    with zipfile.ZipFile(tmp_path / "images.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, name.encode())
        archive.writestr("folder/", b"")
    before = sorted(tmp_path.rglob("*"))
    found = _read(tmp_path)
    assert set(found.values()) == {name.encode() for name in names}
    assert sorted(tmp_path.rglob("*")) == before
    assert count_files(tmp_path) == len(names)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50 << 20))
    assert list(_read(tmp_path).values()) == [TooLarge]


def test_a_member_beyond_the_limit_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("large", os.urandom(2 << 20))
        archive.writestr("small", b"small")
    assert list(_read(tmp_path, limit=1 << 20).values()) == [TooLarge, b"small"]


def test_damaged_and_encrypted_members_are_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1-damaged", b"DAMAGED-CONTENT")
        archive.writestr("2-whole", b"whole")
    path.write_bytes(path.read_bytes().replace(b"DAMAGED-CONTENT", b"DAMAGED_CONTENT", 1))
    assert list(_read(path).values()) == [CannotUnderstand, b"whole"]

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("secret", b"secret")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # "encrypted" in the central directory
    path.write_bytes(data)
    assert list(_read(path).values()) == [CannotUnderstand]


def test_an_instance_with_the_preamble_of_a_zip_stays_an_instance(tmp_path: Path) -> None:
    data = b"PK\x03\x04".ljust(128, b"\0") + b"DICM rest"
    (tmp_path / "both").write_bytes(data)
    assert list(_read(tmp_path).values()) == [data]


def test_a_dicomdir_leads_to_its_files_in_either_case(tmp_path: Path) -> None:
    _directory(tmp_path / "DICOMDIR", ["IMAGES", "IM01"], "IM02")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "im01").write_bytes(b"one")
    (tmp_path / "IM02").write_bytes(b"two")
    (tmp_path / "readme.txt").write_bytes(b"not named by the DICOMDIR")
    assert list(_read(tmp_path / "DICOMDIR").values()) == [b"one", b"two"]


def test_a_folder_with_a_dicomdir_gives_each_file_once_and_tells_what_is_missing(tmp_path: Path) -> None:
    _directory(tmp_path / "DICOMDIR", "IM01", "IM99")
    (tmp_path / "IM01").write_bytes(b"one")
    assert list(_read(tmp_path).values()) == [InvalidRequest, b"one"]


def test_a_dicomdir_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    media = tmp_path / "media"
    media.mkdir()
    (media / "link").symlink_to(tmp_path / "outside")
    _directory(media / "DICOMDIR", ["..", "outside"], ["/etc", "passwd"], "../outside", "link", ".")
    assert b"secret" not in _read(media / "DICOMDIR").values()
    assert all(isinstance(found, type) for found in _read(media / "DICOMDIR").values())


def test_a_broken_dicomdir_is_one_refusal(tmp_path: Path) -> None:
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 64)
    (tmp_path / "IM01").write_bytes(b"one")
    assert list(_read(tmp_path).values()) == [CannotUnderstand, b"one"]
