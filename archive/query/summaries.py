"""Index rows → what the reading screens show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from archive.catalog.scope import StudyScope
from archive.catalog.search_studies import SeriesRow, StudyRow, times_of_studies
from archive.dicom.person_name import component_groups
from archive.errors import NotFound
from archive.query.records import PatientName, PatientRecord, SeriesSummary, StudyFlags, StudySummary
from archive.query.series_kind import series_kind

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def summarise(rows: Sequence[StudyRow], *, scope: StudyScope) -> tuple[StudySummary, ...]:
    """The rows with the number of each one's priors, which takes one query for all."""
    times = times_of_studies((row.patient_id for row in rows), scope=scope)
    return tuple(summary(row, prior_count=sum(when < _when(row) for when in times[row.patient_id])) for row in rows)


def summary(row: StudyRow, *, prior_count: int) -> StudySummary:
    """One Study."""
    return StudySummary(
        study_instance_uid=row.study_instance_uid,
        patient=patient(row),
        description=row.study_description,
        accession_number=row.accession_number,
        study_id=row.study_id,
        modalities=values(row.modalities),
        department=row.department,
        date=iso_date(row.study_date),
        time=iso_time(row.study_time),
        referring_physician=_spoken(row.referring_physician_name),
        institution=row.institution_name,
        series_count=row.series_count,
        instance_count=row.instance_count,
        arrived_at=row.arrived_at,
        prior_count=prior_count,
        flags=StudyFlags(
            identity_conflict=row.identity_conflict or row.patient_conflict,
            another_version_waits=row.waiting_versions,
            incomplete=row.refused_instances,
        ),
        synthetic=row.synthetic,
        thumbnail=f"/dicom-web/studies/{row.study_instance_uid}/thumbnail",
    )


def patient(row: StudyRow) -> PatientRecord:
    """The Patient of a Study, as old as at that Study."""
    return PatientRecord(
        key=patient_key(row.patient_id),
        name=PatientName(*component_groups(row.patient_name)),
        patient_id=row.patient_number,
        issuer=row.patient_domain,
        birth_date=iso_date(row.patient_birth_date),
        sex=row.patient_sex,
        age=_age(row),
        identity_conflict=row.patient_conflict,
    )


def series_summary(row: SeriesRow, study_instance_uid: str) -> SeriesSummary:
    """One Series."""
    sop_class_uids = values(row.sop_classes)
    return SeriesSummary(
        series_instance_uid=row.series_instance_uid,
        number=_number(row.series_number),
        modality=row.modality,
        description=row.series_description,
        body_part=row.body_part_examined,
        laterality=row.laterality,
        instance_count=row.instance_count,
        frame_count=row.frame_count,
        sop_class_uids=sop_class_uids,
        kind=series_kind(
            sop_class_uids, modality=row.modality, instance_count=row.instance_count, frame_count=row.frame_count
        ),
        thumbnail=f"/dicom-web/studies/{study_instance_uid}/series/{row.series_instance_uid}/thumbnail",
        rows=row.rows,
        columns=row.columns,
        manufacturer=row.manufacturer,
        station_name=row.station_name,
        protocol_name=row.protocol_name,
        frame_of_reference_uid=row.frame_of_reference_uid,
    )


def earlier(rows: Iterable[StudyRow], than: StudyRow) -> list[StudyRow]:
    """Those that came before `than`: its priors."""
    return [row for row in rows if _when(row) < _when(than)]


def patient_key(patient_id: int) -> str:
    """The name of a Patient in URLs: no Patient ID, no name, nothing that could be meant to be read."""
    digits = ""
    while patient_id:
        patient_id, digit = divmod(patient_id, 36)
        digits = _DIGITS[digit] + digits
    return "p" + (digits or "0")


def patient_of_key(key: str) -> int:
    """The row that `patient_key` named.

    Raises:
        NotFound: it is no such key.
    """
    digits = key[1:]
    if key[:1] != "p" or not 0 < len(digits) <= 12 or not set(digits) <= set(_DIGITS):
        raise NotFound("no such patient")
    return int(digits, 36)


def values(text: str) -> tuple[str, ...]:
    """The values of a backslash-separated column."""
    return tuple(filter(None, text.split("\\")))


def iso_date(text: str) -> str:
    """YYYY-MM-DD, or empty when the text is no day of the calendar."""
    day = _day(text)
    return day.isoformat() if day else ""


def iso_time(text: str) -> str:
    """HH:MM:SS of a TM value of any precision, or empty."""
    digits = text.replace(":", "").partition(".")[0]
    if len(digits) not in (2, 4, 6) or not (digits.isascii() and digits.isdigit()):
        return ""
    digits = digits.ljust(6, "0")
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:]}"


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 and text.isascii() else None
    except ValueError:
        return None


def _when(row: StudyRow) -> tuple[str, str, int]:
    return row.study_date, row.study_time, row.id


def _age(row: StudyRow) -> str:
    """Patient's Age (0010,1010) less its padding, else years, months or days between birth and Study."""
    stated = row.patient_age.strip().lstrip("0")
    if stated[:-1].isdigit():
        return stated
    born, then = _day(row.patient_birth_date), _day(row.study_date)
    if born is None or then is None or then < born:
        return ""
    months = (then.year - born.year) * 12 + then.month - born.month - (then.day < born.day)
    if months >= 24:
        return f"{months // 12}Y"
    return f"{months}M" if months else f"{(then - born).days}D"


def _spoken(name: str) -> str:
    """A name in one line: family name, comma, the rest in its order."""
    alphabetic, ideographic, _phonetic = component_groups(name)
    family, _, rest = (alphabetic or ideographic).partition("^")
    return ", ".join(filter(None, (family.strip(), " ".join(rest.replace("^", " ").split()))))


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
