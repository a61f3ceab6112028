"""Retrieve bulk data (PS3.18 §10.4.1.1.5): by the links of the metadata, whole and in ranges."""

from __future__ import annotations

import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests import factories
from tests.contract.retrieve_kit import OCTETS, Kit, ct_file, fresh, parts, path_of
from tests.server import RunningArchive


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


@pytest.fixture(scope="module")
def pixels(kit: Kit) -> tuple[str, bytes]:
    """The link to the pixel data of an instance, and their bytes."""
    instance, data = ct_file()
    kit.store(data)
    return f"{path_of(instance)}/bulkdata/7FE00010", instance.PixelData


def test_bytes_for_whoever_takes_anything_and_a_part_for_who_asks(kit: Kit, pixels: tuple[str, bytes]) -> None:
    path, data = pixels
    for accept in ("*/*", "application/octet-stream", "application/*"):
        answer = kit.get(path, accept)
        assert (answer.content, answer.headers["Content-Type"]) == (data, "application/octet-stream")
    for accept in (OCTETS, "multipart/related", 'multipart/related; type="*/*"'):
        [part] = parts(kit.get(path, accept))
        assert part.body == data
        assert part.headers["Content-Location"] == kit.archive.dicom_web + path
    assert kit.get(path, "image/png").status_code == 406


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("0-0", 0, 1),
        ("0-99", 0, 100),
        ("8000-", 8000, 8192),
        ("-10", 8182, 8192),
        ("8191-9999", 8191, 8192),
        ("-99999", 0, 8192),
    ],
)
def test_a_range_is_given(kit: Kit, pixels: tuple[str, bytes], asked: str, start: int, stop: int) -> None:
    path, data = pixels
    answer = kit.get(path, Range=f"bytes={asked}")
    assert answer.status_code == 206
    assert answer.content == data[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/8192"


@pytest.mark.parametrize("asked", ["8192-", "9000-9001", "-0"])
def test_a_range_outside_is_not_satisfiable(kit: Kit, pixels: tuple[str, bytes], asked: str) -> None:
    answer = kit.get(pixels[0], Range=f"bytes={asked}")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */8192"


@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-", ""])
def test_a_range_that_can_not_be_read_is_ignored(kit: Kit, pixels: tuple[str, bytes], asked: str) -> None:
    answer = kit.get(pixels[0], Range=asked)
    assert (answer.status_code, answer.content) == (200, pixels[1])


def test_a_range_of_another_version_is_not_given(kit: Kit, pixels: tuple[str, bytes]) -> None:
    tag = kit.get(pixels[0]).headers["ETag"]
    assert kit.get(pixels[0], Range="bytes=0-9", If_Range=tag).status_code == 206
    assert kit.get(pixels[0], Range="bytes=0-9", If_Range='"other"').status_code == 200


def test_a_value_inside_a_sequence_is_found(kit: Kit) -> None:
    instance = fresh(factories.ecg(samples=3000))
    [path] = kit.store(instance)
    [header] = kit.get(f"{path}/metadata").json()
    [group] = header["54000100"]["Value"]
    answer = kit.get(group["54001010"]["BulkDataURI"])
    assert answer.content == instance.WaveformSequence[0][0x54001010].value


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_values_are_little_endian_whatever_is_stored(kit: Kit, syntax: str) -> None:
    instance, data = ct_file(syntax)
    kit.store(data)
    path = f"{path_of(instance)}/bulkdata/7FE00010"
    assert kit.get(path).content == instance.PixelData
    assert kit.get(path, Range="bytes=100-199").content == instance.PixelData[100:200]


@pytest.mark.parametrize(
    ("element", "status"), [("00420011", 404), ("54000100/0/54001010", 404), ("7FE0001", 400), ("x", 400)]
)
def test_what_is_not_there_is_not_found(kit: Kit, pixels: tuple[str, bytes], element: str, status: int) -> None:
    path = pixels[0].replace("7FE00010", element)
    assert kit.get(path).status_code == status
