"""Studies, their Series and their Patients as the worklist and the study page list them. Plain tuples out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Length

from archive.catalog.scope import StudyScope
from archive.models import Instance, Series, Study


class StudyRow(NamedTuple):
    """One Study of one Patient."""

    id: int
    study_instance_uid: str
    study_date: str
    study_time: str
    accession_number: str
    study_id: str
    study_description: str
    referring_physician_name: str
    institution_name: str
    department: str
    patient_age: str
    modalities: str
    series_count: int
    instance_count: int
    waiting_versions: int
    refused_instances: int
    identity_conflict: bool
    synthetic: bool
    arrived_at: datetime
    patient_id: int
    patient_name: str
    patient_number: str
    """Patient ID (0010,0020)."""
    patient_domain: str
    patient_birth_date: str
    patient_sex: str
    patient_conflict: bool


class SeriesRow(NamedTuple):
    """One Series, with the size of its first image."""

    series_instance_uid: str
    series_number: str
    modality: str
    series_description: str
    body_part_examined: str
    laterality: str
    instance_count: int
    frame_count: int
    sop_classes: str
    manufacturer: str
    station_name: str
    protocol_name: str
    frame_of_reference_uid: str
    rows: int | None
    columns: int | None


NEWEST_FIRST = ("-study_date", "-study_time", "-id")
_OF_PATIENT = {
    "patient_name": "patient__name",
    "patient_number": "patient__patient_id",
    "patient_domain": "patient__domain",
    "patient_birth_date": "patient__birth_date",
    "patient_sex": "patient__sex",
    "patient_conflict": "patient__identity_conflict",
}
_STUDY_COLUMNS = tuple(_OF_PATIENT.get(name, name) for name in StudyRow._fields)


def study_rows(studies: QuerySet[Study]) -> list[StudyRow]:
    """The rows of a query, in its order."""
    return [StudyRow._make(row) for row in studies.values_list(*_STUDY_COLUMNS)]


def studies_with_uid(study_instance_uid: str, *, scope: StudyScope) -> list[StudyRow]:
    """Every Patient's Study of that UID, the first to arrive first."""
    found = Study.objects.filter(study_instance_uid=study_instance_uid).order_by("id")
    return study_rows(scope.restrict(found))


def studies_of_patient(patient_id: int, *, scope: StudyScope) -> list[StudyRow]:
    """The Patient's Studies, newest first."""
    studies = scope.restrict(Study.objects.filter(patient_id=patient_id))
    # By UTC: studies of one patient may come from several time zones.
    return study_rows(studies.order_by(F("started_at").desc(nulls_last=True), *NEWEST_FIRST))


def times_of_studies(patient_ids: Iterable[int], *, scope: StudyScope) -> dict[int, list[tuple[str, str, int]]]:
    """(date, time, id) of every Study of these Patients."""
    found: dict[int, list[tuple[str, str, int]]] = {}
    rows = scope.restrict(Study.objects.filter(patient_id__in=set(patient_ids)))
    for patient_id, day, time, pk in rows.values_list("patient_id", "study_date", "study_time", "id"):
        found.setdefault(patient_id, []).append((day, time, pk))
    return found


def series_of_study(study: int) -> list[SeriesRow]:
    """The Series of a Study row by number."""
    first = Instance.objects.filter(series_id=OuterRef("pk")).order_by("sort_number", "id")
    rows = (
        Series.objects.filter(study_id=study)
        .alias(number_length=Length("series_number"))
        .annotate(rows=Subquery(first.values("rows")[:1]), columns=Subquery(first.values("columns")[:1]))
        .order_by("number_length", "series_number", "id")
    )
    return [SeriesRow._make(row) for row in rows.values_list(*SeriesRow._fields)]
