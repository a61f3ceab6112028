"""What the reading screens show: plain values, ready to be written as JSON with these very names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PatientName:
    """The component groups as stored, components joined by `^`."""

    alphabetic: str
    ideographic: str
    phonetic: str


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One person as one issuer knows them."""

    key: str
    name: PatientName
    patient_id: str
    issuer: str
    """The domain of the Patient ID: its issuer, or else that of its source."""
    birth_date: str
    """YYYY-MM-DD, or empty."""
    sex: str
    age: str
    """At the Study, like "45Y"; empty when neither stated nor known from dates."""
    identity_conflict: bool


@dataclass(frozen=True, slots=True)
class StudyFlags:
    """What a reader must know before trusting a Study."""

    identity_conflict: bool
    another_version_waits: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class StudySummary:
    """One Study of one Patient."""

    study_instance_uid: str
    patient: PatientRecord
    description: str
    accession_number: str
    study_id: str
    modalities: tuple[str, ...]
    department: str
    """One of `archive.dicom.departments.LANES`."""
    date: str
    """YYYY-MM-DD as the sender's clock said, or empty."""
    time: str
    """HH:MM:SS, or empty."""
    referring_physician: str
    institution: str
    series_count: int
    instance_count: int
    arrived_at: datetime
    """UTC."""
    prior_count: int
    """Earlier Studies of the same Patient."""
    flags: StudyFlags
    synthetic: bool
    thumbnail: str


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """One Series; `rows` and `columns` are those of its first instance."""

    series_instance_uid: str
    number: int | None
    modality: str
    description: str
    body_part: str
    laterality: str
    instance_count: int
    frame_count: int
    sop_class_uids: tuple[str, ...]
    kind: str
    """One of `archive.query.series_kind.KINDS`."""
    thumbnail: str
    rows: int | None
    columns: int | None
    manufacturer: str
    station_name: str
    protocol_name: str
    frame_of_reference_uid: str


@dataclass(frozen=True, slots=True)
class WorklistCounts:
    """Studies by facet, each under all filters but its own."""

    departments: dict[str, int]
    modalities: dict[str, int]


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """A page of the worklist; `next` asks for the one after it."""

    studies: tuple[StudySummary, ...]
    next: str | None
    total: int
    counts: WorklistCounts


@dataclass(frozen=True, slots=True)
class StudyDetail:
    """A Study with its Series and the Patient's earlier Studies, newest first."""

    study: StudySummary
    series: tuple[SeriesSummary, ...]
    priors: tuple[StudySummary, ...]
    other_patients: tuple[PatientRecord, ...]
    """Whose Studies came under the same Study Instance UID; never mixed, only named."""


@dataclass(frozen=True, slots=True)
class PatientDetail:
    """A Patient with all Studies, newest first."""

    patient: PatientRecord
    studies: tuple[StudySummary, ...]
