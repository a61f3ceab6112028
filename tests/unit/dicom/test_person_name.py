from __future__ import annotations

import pytest

from archive.dicom.person_name import component_groups, fold, search_text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("DOE^John", "doe^john"),
        ("Müller", "muller"),
        ("MU\u0308LLER", "muller"),
        ("Große", "grosse"),
        ("Łukasz Øst", "lukasz ost"),
        ("İstanbul", "istanbul"),
        ("Πέτρος", "πετροσ"),
        ("ＹＡＭＡＤＡ", "yamada"),
        ("  two   spaces ", "two spaces"),
        ("김희중", "김희중"),
        ("ガ", "ガ"),
        ("ｶﾞ", "ガ"),
        ("สมชาย^ใจดี", "สมชาย^ใจดี"),
    ],
)
def test_fold_drops_case_and_accents_but_no_letters(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(folded) == folded


def test_every_group_stands_on_its_own_line() -> None:
    assert search_text("Yamada^Tarou=山田^太郎=やまだ^たろう") == "\nyamada^tarou\n山田^太郎\nやまだ^たろう\n"
    assert search_text("DOE^JOHN^^^") == "\ndoe^john\n\n\n"
    assert search_text("=山田^太郎") == "\n\n山田^太郎\n\n"
    assert search_text(" Doe ^ John ") == "\ndoe^john\n\n\n"


@pytest.mark.parametrize("empty", ["", " ", "^^", "==", "\\"])
def test_a_name_of_nothing_has_nothing_to_match(empty: str) -> None:
    assert search_text(empty) == ""


def test_groups_are_given_as_written() -> None:
    assert component_groups("Yamada^Tarou=山田^太郎") == ("Yamada^Tarou", "山田^太郎", "")
