"""What a scan tells of an instance, and which odd ones it takes or refuses."""

from __future__ import annotations

import struct

import pytest

from archive.dicom.part10 import Preamble
from archive.dicom.scanner import NO_PIXEL_DATA, RequestAttributes, scan
from archive.errors import CannotUnderstand, UnsupportedTransferSyntax
from tests import factories
from tests.unit.dicom.scanning import (
    ITEM,
    SEQUENCE_END,
    UNDEFINED,
    element,
    header,
    implicit,
    metadata,
    sequence,
    with_elements,
)

EXPLICIT, IMPLICIT, BIG, DEFLATED = factories.NATIVE_TRANSFER_SYNTAXES


def data_set_of(data: bytes) -> bytes:
    """The bytes behind the File Meta Information."""
    return data[144 + int.from_bytes(data[140:144], "little") :]


def comments(data: bytes) -> str:
    return "; ".join(finding.comment for finding in scan(data).findings)


@pytest.mark.parametrize("syntax", factories.NATIVE_TRANSFER_SYNTAXES)
def test_identity_and_index_attributes(syntax: str) -> None:
    ds = factories.ct_slice(4)
    scanned = scan(factories.part10_bytes(ds, syntax))
    assert scanned.sop_class_uid == ds.SOPClassUID
    assert scanned.sop_instance_uid == ds.SOPInstanceUID
    assert scanned.study_instance_uid == ds.StudyInstanceUID
    assert scanned.series_instance_uid == ds.SeriesInstanceUID
    assert scanned.transfer_syntax_uid == syntax
    assert scanned.findings == ()
    expected = {
        "PatientName": "Tester^Theo",
        "PatientID": "P00001",
        "InstitutionName": "Klinik Übersee",
        "ImageType": "ORIGINAL\\PRIMARY\\AXIAL",
        "InstanceNumber": "5",
        "Rows": "64",
        "PixelSpacing": "0.625\\0.625",
        "WindowCenter": "40\\-600",
        "PixelRepresentation": "1",
    }
    assert {keyword: scanned.attributes[keyword] for keyword in expected} == expected
    assert "BodyPartExamined" in scanned.attributes
    assert "DocumentTitle" not in scanned.attributes


@pytest.mark.parametrize("syntax", factories.NATIVE_TRANSFER_SYNTAXES)
def test_all_syntaxes_tell_the_same_header(syntax: str) -> None:
    for make in (factories.ct_slice, factories.multi_frame, factories.structured_report):
        ds = make()
        ds.remove_private_tags()  # Implicit VR does not tell theirs
        assert metadata(scan(factories.part10_bytes(ds, syntax))) == metadata(scan(factories.part10_bytes(ds)))


def test_request_attributes_come_item_by_item() -> None:
    ds = factories.ct_slice()
    ds.RequestAttributesSequence = [
        factories.request_attributes("S1", "R1", "A1"),
        factories.request_attributes("S2", "R2", ""),
    ]
    data = factories.part10_bytes(ds)
    expected = (RequestAttributes("S1", "R1", "A1"), RequestAttributes("S2", "R2", ""))
    assert scan(data).request_attributes == expected
    assert scan(data).request_attributes == expected  # nor does the memory of Sequences swallow them


def test_the_title_of_a_report_is_an_index_attribute() -> None:
    assert scan(factories.part10_bytes(factories.structured_report())).attributes["ConceptNameCodeSequence"] == (
        "Radiology Report"
    )


def test_attributes_of_items_are_not_taken_for_the_instance() -> None:
    item = element(0x00100020, "LO", b"OTHER") + element(0x00200013, "IS", b"99")
    scanned = scan(with_elements(sequence(0x00400260, item)))
    assert scanned.attributes["PatientID"] == "P00001"
    assert scanned.attributes["InstanceNumber"] == "1"


def test_index_text_never_holds_a_null_character() -> None:
    data = factories.part10_with_raw_name(b"A\0B^C\0", "ISO_IR 192")
    assert scan(data).attributes["PatientName"] == "AB^C"


@pytest.mark.parametrize("uid", ["", "1.2.", "1/2", "../../x", "1.2.*", "x" * 10])
def test_an_instance_without_proper_uids_is_refused(uid: str) -> None:
    old = factories.uid(1, 1)
    data = factories.part10_bytes(factories.instance())
    new = header(0x0020000E, "UI", len(uid) + len(uid) % 2) + uid.encode() + b"\0" * (len(uid) % 2)
    at = data.index(header(0x0020000E, "UI", len(old) + len(old) % 2))
    data = data[:at] + new + data[at + 8 + len(old) + len(old) % 2 :]
    with pytest.raises(CannotUnderstand, match="SeriesInstanceUID"):
        scan(data)


def test_a_dicomdir_is_refused_by_name() -> None:
    ds = factories.instance("1.2.840.10008.1.3.10")
    with pytest.raises(CannotUnderstand, match="DICOMDIR"):
        scan(factories.part10_bytes(ds))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"DICM", b"\0" * 132, b"\0" * 128 + b"DICM", b"<html>" * 50, b"%PDF-1.4" * 99]
)
def test_what_is_not_dicom_is_refused(data: bytes) -> None:
    with pytest.raises(CannotUnderstand):
        scan(data)


@pytest.mark.parametrize("syntax", ["1.2.3.4", "1.2.840.10008.1.2.7.1", "1.2.840.113619.5.2"])
def test_foreign_transfer_syntaxes_are_refused(syntax: str) -> None:
    data = factories.part10_bytes(factories.instance()).replace(
        element(0x00020010, "UI", EXPLICIT.encode()), element(0x00020010, "UI", syntax.encode())
    )
    with pytest.raises(UnsupportedTransferSyntax):
        scan(data)


@pytest.mark.parametrize(
    ("preamble", "kind"),
    [
        (bytes(128), Preamble.ZERO),
        (b"II*\0" + bytes(124), Preamble.TIFF),
        (b"MM\0*" + bytes(124), Preamble.TIFF),
        (b"MZ\x90" + bytes(125), Preamble.OTHER),
        (b"\x7fELF" + bytes(124), Preamble.OTHER),
    ],
)
def test_the_preamble_is_told(preamble: bytes, kind: Preamble) -> None:
    assert scan(preamble + factories.part10_bytes(factories.instance())[128:]).preamble is kind


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_a_bare_data_set_tells_its_encoding(syntax: str) -> None:
    scanned = scan(data_set_of(factories.part10_bytes(factories.ct_slice(), syntax)))
    assert scanned.transfer_syntax_uid == syntax
    assert scanned.preamble is Preamble.ABSENT
    assert metadata(scanned) == metadata(scan(factories.part10_bytes(factories.ct_slice(), syntax)))


def test_the_letters_dicm_in_a_bare_data_set_are_no_prefix() -> None:
    before = data_set_of(factories.part10_bytes(factories.instance()))
    start = before.index(b"\x08\x00\x16\x00UI")
    character_set = before[:start]
    filler = element(0x00080008, "CS", b"A" * (128 - start - 8) + b"DICM")
    data = character_set + filler + before[start:]
    assert data[128:132] == b"DICM"
    assert scan(data).preamble is Preamble.ABSENT


@pytest.mark.parametrize("actual", [EXPLICIT, IMPLICIT, BIG])
@pytest.mark.parametrize("declared", [EXPLICIT, IMPLICIT, BIG, DEFLATED])
def test_the_bytes_decide_when_the_transfer_syntax_is_wrong(declared: str, actual: str) -> None:
    meta = factories.part10_bytes(factories.instance(), declared)
    meta = meta[: 144 + int.from_bytes(meta[140:144], "little")]
    data = meta + data_set_of(factories.part10_bytes(factories.ct_slice(), actual))
    scanned = scan(data)
    assert scanned.transfer_syntax_uid == actual
    assert scanned.attributes["PatientName"] == "Tester^Theo"
    assert bool(scanned.findings) >= (declared != actual)


def test_a_wrong_group_length_of_the_file_meta_information_is_a_finding() -> None:
    data = bytearray(factories.part10_bytes(factories.instance()))
    data[140:144] = (7).to_bytes(4, "little")
    assert "group length" in comments(bytes(data))


def test_un_of_undefined_length_is_a_sequence_in_implicit_vr() -> None:
    body = ITEM + UNDEFINED + implicit(0x00080104, b"hidden") + b"\xfe\xff\x0d\xe0\0\0\0\0"
    data = with_elements(header(0x00411010, "UN", None) + body + SEQUENCE_END)
    assert metadata(scan(data))["00411010"] == {
        "vr": "SQ",
        "Value": [{"00080104": {"vr": "LO", "Value": ["hidden"]}}],
    }


def test_un_of_a_known_tag_gets_its_vr_back() -> None:
    assert metadata(scan(with_elements(element(0x00400009, "UN", b"SPS1"))))["00400009"] == {
        "vr": "SH",
        "Value": ["SPS1"],
    }


def test_private_elements_of_implicit_vr_are_known_by_their_creator() -> None:
    known = implicit(0x00290010, b"SIEMENS CSA HEADER") + implicit(0x00291008, b"IMAGE NUM 4 ")
    unknown = implicit(0x00310010, b"NOBODY") + implicit(0x00311008, b"abcd")
    told = metadata(scan(factories.part10_bytes(factories.instance(), IMPLICIT) + known + unknown))
    assert told["00291008"] == {"vr": "CS", "Value": ["IMAGE NUM 4"]}
    assert told["00311008"]["vr"] == "UN"
    assert told["00310010"] == {"vr": "LO", "Value": ["NOBODY"]}


def test_signedness_in_implicit_vr_follows_pixel_representation_wherever_it_stands() -> None:
    ds = factories.ct_slice()
    ds.PixelPaddingValue = -2000
    ds["PixelPaddingValue"].VR = "SS"
    ds.SmallestImagePixelValue = -5
    ds["SmallestImagePixelValue"].VR = "SS"
    told = metadata(scan(factories.part10_bytes(ds, IMPLICIT)))
    assert told["00280120"] == {"vr": "SS", "Value": [-2000]}
    assert told["00280106"] == {"vr": "SS", "Value": [-5]}


def test_an_unknown_vr_keeps_its_value() -> None:
    long_form = struct.pack("<HH2sHI", 0x0041, 0x1010, b"ZZ", 0, 4) + b"abcd"
    short_form = struct.pack("<HH2sH", 0x0041, 0x1011, b"ZY", 4) + b"efgh"
    told = metadata(scan(with_elements(long_form, short_form)))
    assert told["00411010"] == {"vr": "UN", "InlineBinary": "YWJjZA=="}
    assert told["00411011"] == {"vr": "UN", "InlineBinary": "ZWZnaA=="}


def test_trailing_padding_and_zeros_are_taken() -> None:
    padding = struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 64) + bytes(64)
    assert scan(with_elements(padding)).findings == ()
    assert "zeros" in comments(with_elements(bytes(500)))
    with pytest.raises(CannotUnderstand):
        scan(with_elements(b"\0" * 500 + b"x"))


def test_an_image_without_pixel_data_is_noted() -> None:
    ds = factories.ct_slice()
    del ds.PixelData
    assert NO_PIXEL_DATA in comments(factories.part10_bytes(ds))


def test_all_kinds_of_buffers_are_the_same() -> None:
    data = factories.part10_bytes(factories.ct_slice())
    expected = scan(data)
    assert scan(bytearray(data)) == expected
    assert scan(memoryview(data)) == expected
    assert scan(memoryview(b"xx" + data)[2:]) == expected


def test_findings_tell_no_values() -> None:
    ds = factories.part10_with_raw_name(b"SECRET\xff\xfe", "ISO_IR 192")
    [finding] = scan(ds).findings
    assert "SECRET" not in finding.comment
    assert (finding.tag, finding.keyword) == (0x00100010, "PatientName")
