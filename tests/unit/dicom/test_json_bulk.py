"""Bulk data are found again by the path that the metadata tell, and are the very bytes."""

from __future__ import annotations

import re

import pytest

from archive.dicom.bulk import find_bulk_data
from archive.dicom.scanner import ROOT_MARK, scan
from archive.errors import InvalidRequest, NotFound
from tests import factories

EXPLICIT, IMPLICIT, BIG, DEFLATED = factories.NATIVE_TRANSFER_SYNTAXES


def paths(data: bytes) -> list[str]:
    """The ends of all bulk data URIs in the metadata."""
    template = scan(data).json_template.replace(ROOT_MARK, b"")
    return [match.decode() for match in re.findall(rb'"BulkDataURI":"[^"]*/bulkdata/([^"]*)"', template)]


def value_at(data: bytes, path: str) -> bytes:
    found = find_bulk_data(data, path)
    return found.value if found.value is not None else data[found.offset : found.offset + found.length]


@pytest.mark.parametrize("syntax", factories.NATIVE_TRANSFER_SYNTAXES)
def test_nested_values_are_found_in_every_syntax(syntax: str) -> None:
    ds = factories.ecg()
    expected = bytes(ds.WaveformSequence[0][0x54001010].value)
    data = factories.part10_bytes(ds, syntax)
    if syntax == BIG:  # pydicom writes the words as they stand
        expected = b"".join(expected[at : at + 2][::-1] for at in range(0, len(expected), 2))
    assert paths(data) == ["54000100/0/54001010"]
    assert value_at(data, "54000100/0/54001010") == expected
    assert find_bulk_data(data, "54000100/0/54001010").vr == "OW"


@pytest.mark.parametrize("syntax", factories.NATIVE_TRANSFER_SYNTAXES)
def test_pixel_data_are_little_endian_whatever_the_object_is(syntax: str) -> None:
    ds = factories.ct_slice()
    pixels = bytes(ds.PixelData)
    data = factories.part10_bytes(ds, syntax)
    assert value_at(data, "7FE00010") == pixels
    assert value_at(data, "7fe00010") == pixels


def test_plain_values_are_ranges_and_not_copies() -> None:
    found = find_bulk_data(factories.part10_bytes(factories.encapsulated_pdf()), "00420011")
    assert found.value is None
    assert (found.vr, found.encapsulated) == ("OB", False)


def test_encapsulated_pixel_data_are_told_as_such() -> None:
    data = factories.part10_bytes(factories.encapsulated([factories.jpeg_like()]))
    found = find_bulk_data(data, "7FE00010")
    assert found.encapsulated
    assert data[found.offset : found.offset + 4] == b"\xfe\xff\x00\xe0"
    assert data[found.offset + found.length :][:4] == b"\xfe\xff\xdd\xe0"


@pytest.mark.parametrize(
    "path", ["", "7FE0001", "7FE00010/", "../7FE00010", "7FE00010/0", "x" * 8, "54000100/-1/54001010"]
)
def test_what_is_no_path_is_an_invalid_request(path: str) -> None:
    with pytest.raises(InvalidRequest):
        find_bulk_data(factories.part10_bytes(factories.ecg()), path)


@pytest.mark.parametrize("path", ["7FE00010", "54000100/1/54001010", "54000100/0/54001011", "00420011"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        find_bulk_data(factories.part10_bytes(factories.ecg()), path)
