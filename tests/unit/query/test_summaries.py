from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import NotFound

if TYPE_CHECKING:
    from archive.catalog.search_studies import StudyRow

pytestmark = pytest.mark.usefixtures("django")


def row(**changes: object) -> StudyRow:
    from archive.catalog.search_studies import StudyRow

    columns = dict.fromkeys(StudyRow._fields, "") | {"id": 1, "patient_id": 1, "arrived_at": datetime.now(UTC)}
    return StudyRow(**columns | changes)  # type: ignore[arg-type]


@given(st.integers(0, 10**18))
def test_a_patient_key_names_one_patient(patient_id: int) -> None:
    from archive.query.summaries import patient_key, patient_of_key

    assert patient_of_key(patient_key(patient_id)) == patient_id


@pytest.mark.parametrize("key", ["", "p", "1", "pA", "p-1", "p ", "p1/2", "p" + "z" * 13, "q1"])
def test_what_is_no_key_names_nobody(key: str) -> None:
    from archive.query.summaries import patient_of_key

    with pytest.raises(NotFound):
        patient_of_key(key)


@pytest.mark.parametrize(
    ("text", "written"),
    [("20240229", "2024-02-29"), ("20240230", ""), ("", ""), ("2024", ""), ("2024-2-9", ""), ("٢٠٢٤٠١٠١", "")],
)
def test_dates_are_written_only_when_they_are_days(text: str, written: str) -> None:
    from archive.query.summaries import iso_date

    assert iso_date(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [("081530.5", "08:15:30"), ("0815", "08:15:00"), ("08", "08:00:00"), ("08:15:30", "08:15:30"), ("", ""), ("8", "")],
)
def test_times_are_written_to_the_second(text: str, written: str) -> None:
    from archive.query.summaries import iso_time

    assert iso_time(text) == written


@pytest.mark.parametrize(
    ("stated", "born", "studied", "age"),
    [
        ("045Y", "", "", "45Y"),
        ("", "19700102", "20240101", "53Y"),
        ("", "20230601", "20240531", "11M"),
        ("", "20240520", "20240601", "12D"),
        ("", "20240601", "20240520", ""),
        ("", "", "20240520", ""),
        ("odd", "19700101", "20240101", "54Y"),
    ],
)
def test_age_is_as_stated_or_else_from_birth_to_study(stated: str, born: str, studied: str, age: str) -> None:
    from archive.query.summaries import summary

    study = summary(row(patient_age=stated, patient_birth_date=born, study_date=studied), prior_count=0)
    assert study.patient.age == age


def test_a_conflict_of_the_patient_flags_every_study() -> None:
    from archive.query.summaries import summary

    assert summary(row(identity_conflict=False, patient_conflict=True), prior_count=0).flags.identity_conflict
