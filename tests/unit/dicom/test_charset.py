"""Specific Character Set: every repertoire becomes UTF-8, and what is wrong falls back audibly."""

from __future__ import annotations

import pytest

from archive.dicom.charset import charset_of
from archive.dicom.scanner import scan
from tests import factories
from tests.unit.dicom.scanning import data_set_json, element, metadata, sequence, with_elements

PATIENT_NAME = "00100010"


@pytest.mark.parametrize(("name", "character_sets"), factories.ODD_CHARACTER_SETS)
def test_names_of_all_repertoires_come_out_as_they_went_in(name: str, character_sets: str | list[str]) -> None:
    scanned = scan(factories.part10_bytes(factories.named(name, character_sets)))
    groups = name.rstrip("=").split("=")
    assert scanned.attributes["PatientName"].split("=") == groups
    expected = dict(zip(("Alphabetic", "Ideographic", "Phonetic"), groups, strict=False))
    assert metadata(scanned)[PATIENT_NAME]["Value"] == [expected]
    assert scanned.findings == ()


@pytest.mark.parametrize(("name", "character_sets"), factories.ODD_CHARACTER_SETS)
def test_the_answer_says_that_it_is_utf_8(name: str, character_sets: str | list[str]) -> None:
    scanned = scan(factories.part10_bytes(factories.named(name, character_sets)))
    assert metadata(scanned)["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    said = character_sets if isinstance(character_sets, str) else "\\".join(character_sets)
    assert scanned.attributes["SpecificCharacterSet"] == said


@pytest.mark.parametrize(
    ("raw", "character_sets", "name"),
    [
        # PS3.5 Annex K: the escape sequence is not part of the name.
        (
            b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab",
            ["", "ISO 2022 IR 58"],
            "Zhang^XiaoDong=张^小东",
        ),
        # PS3.5 Annex H and I
        (
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            ["", "ISO 2022 IR 87"],
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            ["", "ISO 2022 IR 149"],
            "Hong^Gildong=洪^吉洞=홍^길동",
        ),
        # a second byte of 0x5C is half a letter, not a separator of values
        ("誰^誠".encode("gb18030"), "GB18030", "誰^誠"),
        (b"Dionysios=\x1b-F\xc4\xe9\xef", ["", "ISO 2022 IR 126"], "Dionysios=Διο"),
    ],
)
def test_code_extensions_as_writers_use_them(raw: bytes, character_sets: str | list[str], name: str) -> None:
    scanned = scan(factories.part10_with_raw_name(raw, character_sets))
    assert scanned.attributes["PatientName"] == name


@pytest.mark.parametrize(
    ("term", "codec"),
    [
        (b"ISO-IR 100", "latin_1"),
        (b"ISO IR 192", "utf_8"),
        (b"iso_ir 144", "iso_ir_144"),
        (b"ISO_2022_IR_100", "latin_1"),
        (b"utf-8", "utf-8"),
        (b"windows-1251", "cp1251"),
    ],
)
def test_misspelt_terms_are_understood_and_noted(term: bytes, codec: str) -> None:
    charset = charset_of(term)
    assert charset.codecs == (codec,)
    assert charset.comment


@pytest.mark.parametrize("term", [b"ISO_IR 999", b"unicode_escape", b"zlib", b"idna", b"rot13", b"utf-16", b"\xff"])
def test_unknown_terms_are_read_as_latin_1(term: bytes) -> None:
    assert charset_of(term).codecs == ("iso8859_1",)
    assert charset_of(term).comment


def test_a_stand_alone_set_takes_no_extensions() -> None:
    assert charset_of(b"ISO_IR 192\\ISO 2022 IR 87").codecs == ("utf_8",)
    assert charset_of(b"\\GB18030\\ISO 2022 IR 87").codecs == ("iso8859_1", "iso2022_jp")


def test_bytes_that_are_no_text_are_replaced_and_noted() -> None:
    scanned = scan(factories.part10_with_raw_name(b"A\xff\xfe^B", "ISO_IR 192"))
    assert scanned.attributes["PatientName"] == "A��^B"
    assert [finding.keyword for finding in scanned.findings] == ["PatientName"]


def test_without_a_character_set_letters_are_latin_1_and_the_answer_says_utf_8() -> None:
    scanned = scan(factories.part10_with_raw_name("Äther^Übel".encode("latin-1"), None))
    assert scanned.attributes["PatientName"] == "Äther^Übel"
    assert "SpecificCharacterSet" not in scanned.attributes
    assert metadata(scanned)["00080005"]["Value"] == ["ISO_IR 192"]


def test_an_item_may_have_its_own_character_set() -> None:
    item = element(0x00080005, "CS", b"ISO_IR 144") + element(0x00080104, "LO", "Люк".encode("iso_ir_144"))
    inherits = element(0x00080104, "LO", "Übel".encode())
    told = data_set_json(with_elements(sequence(0x00400260, item, inherits)))
    first, second = told["00400260"]["Value"]
    assert first["00080104"]["Value"] == ["Люк"]
    assert second["00080104"]["Value"] == ["Übel"]
