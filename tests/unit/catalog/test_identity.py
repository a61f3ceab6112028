"""Who is one patient, and who never is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def resolve(
    patient_id: str = "1", name: str = "Berg^Anna", birth_date: str = "19500101", sex: str = "F", **others: str
) -> int:
    from archive.catalog.identity import Identity, patient_of

    domain, alone_in = others.get("domain", "NORTH"), others.get("alone_in", "")
    return patient_of(Identity(domain, patient_id, name, birth_date, sex, alone_in), NOW)


@pytest.mark.parametrize(
    "same",
    [
        {"name": "BERG^ANNA"},
        {"name": "Berg^Anna^^Dr"},
        {"name": "Berg^Anna^M"},
        {"name": "Bérg^Anna"},
        {"name": "Berg^Anna=山田^花子"},
        {"name": ""},
        {"birth_date": ""},
        {"sex": ""},
        {"name": "", "birth_date": "", "sex": ""},
    ],
)
def test_nothing_that_contradicts_is_the_same_patient(index: None, same: dict[str, str]) -> None:
    assert resolve() == resolve(**same)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Holm^Carl"},
        {"name": "Berg^Anton"},
        {"birth_date": "19500102"},
        {"sex": "M"},
        {"domain": "SOUTH"},
        {"patient_id": "2"},
    ],
)
def test_a_contradiction_or_another_issuer_is_another_patient(index: None, other: dict[str, str]) -> None:
    assert resolve() != resolve(**other)


def test_a_contradiction_is_flagged_on_both_and_each_finds_its_own_again(index: None) -> None:
    from archive.models import Patient

    first, second = resolve(), resolve(name="Holm^Carl", sex="M")
    assert resolve() == first
    assert resolve(name="Holm^Carl", sex="M") == second
    assert list(Patient.objects.values_list("identity_conflict", flat=True)) == [True, True]


def test_what_was_unknown_is_filled_in_and_then_counts(index: None) -> None:
    first = resolve(birth_date="")
    assert resolve(birth_date="19500101") == first
    assert resolve(birth_date="19600202") != first


def test_without_patient_id_every_study_stands_alone(index: None) -> None:
    one = resolve(patient_id="", alone_in="1.2.3")
    assert resolve(patient_id="", alone_in="1.2.3") == one
    assert resolve(patient_id="", alone_in="1.2.4") != one
    assert resolve(patient_id="", alone_in="1.2.3", name="Holm^Carl") != one
