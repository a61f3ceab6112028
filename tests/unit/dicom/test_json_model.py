"""DICOM JSON (PS3.18 Annex F), rule by rule."""

from __future__ import annotations

import base64
import json
import struct

import pytest

from archive.dicom.scanner import ROOT_MARK, scan
from tests import factories
from tests.unit.dicom.scanning import ROOT, element, header, metadata, sequence, told, with_elements

NAN = float("nan")


def test_tags_are_upper_case_and_ascending_and_every_element_has_its_vr() -> None:
    scanned = scan(with_elements(element(0x00400280, "ST", b"b"), element(0x00400009, "SH", b"a")))
    data_set = metadata(scanned)
    assert list(data_set) == sorted(data_set)
    assert all(tag == tag.upper() and len(tag) == 8 for tag in data_set)
    assert all(len(attribute["vr"]) == 2 for attribute in data_set.values())


def test_group_lengths_and_the_file_meta_information_are_left_out() -> None:
    data_set = told(element(0x00400000, "UL", b"\4\0\0\0"), element(0x00400009, "SH", b"a"))
    assert "00400000" not in data_set
    assert not [tag for tag in data_set if tag.startswith("0002")]


def test_an_empty_value_has_no_value_key_and_an_empty_one_among_several_is_null() -> None:
    data_set = told(
        element(0x00400009, "SH", b""),
        element(0x00400010, "SH", b"a\\\\b"),
        element(0x00400011, "SH", b"  "),
        element(0x00400244, "DA", b"\\20200101"),
        header(0x00400260, "SQ", 0),
    )
    assert data_set["00400009"] == {"vr": "SH"}
    assert data_set["00400010"] == {"vr": "SH", "Value": ["a", None, "b"]}
    assert data_set["00400011"] == {"vr": "SH"}
    assert data_set["00400244"] == {"vr": "DA", "Value": [None, "20200101"]}
    assert data_set["00400260"] == {"vr": "SQ"}


def test_an_empty_item_is_an_empty_object() -> None:
    assert told(sequence(0x00400260, b"", b""))["00400260"] == {"vr": "SQ", "Value": [{}, {}]}


def test_texts_are_one_value_whatever_backslashes_they_hold() -> None:
    data_set = told(
        element(0x00400280, "ST", b" a\\b "),
        element(0x00404000, "LT", b"c:\\d\\e"),
        element(0x0040A160, "UT", b"\\"),
        element(0x0040E010, "UR", b"http://x/?a\\b "),
    )
    assert data_set["00400280"]["Value"] == [" a\\b"]
    assert data_set["00404000"]["Value"] == ["c:\\d\\e"]
    assert data_set["0040A160"]["Value"] == ["\\"]
    assert data_set["0040E010"]["Value"] == ["http://x/?a\\b"]


def test_person_names_are_objects_of_their_component_groups() -> None:
    data_set = told(element(0x00401010, "PN", "Wang^X=王^小東\\=山田\\\\A==c^d ".encode()))
    assert data_set["00401010"]["Value"] == [
        {"Alphabetic": "Wang^X", "Ideographic": "王^小東"},
        {"Ideographic": "山田"},
        None,
        {"Alphabetic": "A", "Phonetic": "c^d"},
    ]
    assert told(element(0x00401010, "PN", b"=="))["00401010"] == {"vr": "PN"}


@pytest.mark.parametrize(
    ("vr", "raw", "values"),
    [
        ("DS", b"1.50\\-2e-3 ", [1.5, -0.002]),
        ("DS", b"+1.5\\.5\\5.\\007\\", [1.5, 0.5, 5.0, 7, None]),
        ("DS", b" 1 \\ 2 ", [1, 2]),
        ("DS", b"abc\\1", ["abc", 1]),
        ("DS", b"1e999\\nan ", ["1e999", "nan"]),
        ("IS", b"007\\+3 \\-1", [7, 3, -1]),
        ("IS", b"1.5 ", [1.5]),
        ("IS", b"12345678901234567890", ["12345678901234567890"]),
        ("IS", b"1_000 ", ["1_000"]),
        ("AT", b"\x08\x00\x18\x00\xe0\x7f\x10\x00", ["00080018", "7FE00010"]),
        ("US", b"\1\0\xff\xff", [1, 65535]),
        ("SS", b"\1\0\xff\xff", [1, -1]),
        ("UL", b"\xff\xff\xff\xff", [4294967295]),
        ("SL", b"\xff\xff\xff\xff", [-1]),
        ("UV", b"\xff" * 8, [18446744073709551615]),
        ("SV", b"\xff" * 8, [-1]),
        ("FL", struct.pack("<f", 0.1), [0.10000000149011612]),
        ("FD", struct.pack("<3d", 0.1, NAN, float("-inf")), [0.1, None, None]),
        ("AE", b" STATION ", ["STATION"]),
        ("CS", b"A \\ B ", ["A", "B"]),
        ("LO", b" a b ", ["a b"]),
        ("UI", b"1.2\x00", ["1.2"]),
        ("UC", b" a \\b ", [" a", "b"]),
        ("AS", b"045Y", ["045Y"]),
    ],
)
def test_values_by_vr(vr: str, raw: bytes, values: list[object]) -> None:
    assert told(element(0x00411001, vr, raw))["00411001"] == {"vr": vr, "Value": values}


def test_digits_of_decimal_strings_survive() -> None:
    template = scan(with_elements(element(0x00411001, "DS", b"0.10\\1.000"))).json_template
    assert b'"Value":[0.10,1.000]' in template


@pytest.mark.parametrize("vr", ["OB", "OW", "OF", "OD", "OL", "OV", "UN"])
def test_short_binary_is_inline_and_long_binary_is_bulk_data(vr: str) -> None:
    short, long = bytes(range(256)) * 4, bytes(1026)
    data_set = told(element(0x00411001, vr, short), element(0x00411002, vr, long))
    assert data_set["00411001"] == {"vr": vr, "InlineBinary": base64.b64encode(short).decode()}
    assert set(data_set["00411002"]) == {"vr", "BulkDataURI"}


def test_bulk_data_uris_start_with_the_service_root_and_tell_the_path() -> None:
    scanned = scan(factories.part10_bytes(factories.ecg()))
    uri = metadata(scanned)["54000100"]["Value"][0]["54001010"]["BulkDataURI"]
    assert uri == (
        f"{ROOT.decode()}/studies/{scanned.study_instance_uid}/series/{scanned.series_instance_uid}"
        f"/instances/{scanned.sop_instance_uid}/bulkdata/54000100/0/54001010"
    )


def test_pixel_data_are_never_inline() -> None:
    scanned = scan(factories.part10_bytes(factories.bitmap_frames()))
    assert set(metadata(scanned)["7FE00010"]) == {"vr", "BulkDataURI"}


def test_the_mark_of_the_service_root_stands_nowhere_else() -> None:
    scanned = scan(
        with_elements(element(0x00404000, "LT", bytes(range(1, 32))), element(0x00411001, "OB", bytes(2000)))
    )
    assert scanned.json_template.count(ROOT_MARK) == 1
    assert metadata(scanned)["00404000"]["Value"] == [bytes(range(1, 32)).decode()]


def test_a_value_of_the_wrong_length_keeps_its_bytes_as_un() -> None:
    scanned = scan(with_elements(element(0x00411001, "FD", b"abcd")))
    assert metadata(scanned)["00411001"] == {"vr": "UN", "InlineBinary": base64.b64encode(b"abcd").decode()}
    assert [finding.tag for finding in scanned.findings] == [0x00411001]


def test_big_endian_words_are_told_as_little_endian() -> None:
    ds = factories.instance()
    ds.add_new(0x00281201, "OW", b"\1\2\3\4")
    data_set = metadata(scan(factories.part10_bytes(ds, factories.ExplicitVRBigEndian)))
    assert data_set["00281201"]["InlineBinary"] == base64.b64encode(b"\2\1\4\3").decode()


def test_the_same_header_is_told_the_same_with_and_without_memory() -> None:
    data = [factories.part10_bytes(ds) for ds in factories.ct_series(3)]
    first = [scan(one) for one in data]
    assert [scan(one) for one in data] == first
    assert len({json.dumps(metadata(one)) for one in first}) == 3
