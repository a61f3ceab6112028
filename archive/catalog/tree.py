"""Study and Series rows for arriving instances: found or made, locked, and their counters kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from archive.catalog.headers import compress
from archive.catalog.identity import flag_study
from archive.catalog.registration import NewInstance
from archive.catalog.sql import execute, for_update, insert_many, moment
from archive.dicom.departments import department_of
from archive.dicom.levels import series_attributes, study_attributes
from archive.dicom.person_name import search_text
from archive.dicom.scanner import RequestAttributes, ScannedInstance

STUDY_COLUMNS = (
    "study_instance_uid patient_id study_date study_time timezone_offset started_at accession_number study_id"
    " study_description referring_physician_name referring_physician_search institution_name department patient_age"
    " modalities sop_classes series_count instance_count frame_count waiting_versions refused_instances"
    " identity_conflict synthetic arrived_at changed_at attributes"
).split()
SERIES_COLUMNS = (
    "series_instance_uid study_id modality series_number series_description body_part_examined laterality"
    " protocol_name manufacturer station_name frame_of_reference_uid performed_procedure_step_start_date"
    " performed_procedure_step_start_time sop_classes instance_count frame_count arrived_at changed_at settled_at"
    " attributes"
).split()
SYNTHETIC_MAKER = "Atrium Demo"


@dataclass(slots=True)
class Branch:
    """One Series row of one Study row, with what this transaction adds to it."""

    study: int
    series: int
    study_instance_uid: str
    series_instance_uid: str
    fresh_series: bool
    modality: str = ""
    instances: int = 0
    frames: int = 0
    sop_classes: set[str] = field(default_factory=set)

    def count(self, new: NewInstance) -> None:
        """Takes one newly registered instance into account."""
        self.instances += 1
        self.frames += frames_in(new.scanned)
        self.sop_classes.add(new.scanned.sop_class_uid)


def frames_in(scanned: ScannedInstance) -> int:
    """How many frames it shows; an object without pixels has none."""
    if "Rows" not in scanned.attributes:
        return 0
    number = scanned.attributes.get("NumberOfFrames", "")
    return max(int(number), 1) if number.isdigit() else 1


def study_of(new: NewInstance, patient: int, *, time_zone: str, now: datetime, department: str) -> int:
    """The id of the Study row of this patient, locked; made if need be."""
    uid = new.scanned.study_instance_uid
    rows = _studies(uid)
    if patient not in rows:
        values = _study_values(new.scanned, patient, time_zone=time_zone, now=now, department=department)
        insert_many("study", STUDY_COLUMNS, [values], ignore=True)
        rows = _studies(uid)
        if len(rows) > 1:
            flag_study(uid)
    return rows[patient]


def series_of(new: NewInstance, study: int, now: datetime) -> Branch:
    """The Series row under `study`, made if need be."""
    uid = new.scanned.series_instance_uid
    made = False
    while True:
        rows = execute("SELECT id FROM series WHERE study_id = %s AND series_instance_uid = %s", [study, uid])
        if rows:
            modality = new.scanned.attributes.get("Modality", "")
            return Branch(study, rows[0][0], new.scanned.study_instance_uid, uid, made, modality)
        insert_many("series", SERIES_COLUMNS, [_series_values(new.scanned, study, now)], ignore=True)
        made = True


def add_counts(branches: Iterable[Branch], now: datetime) -> None:
    """Adds what arrived to the counters of each Series and Study."""
    by_study: dict[int, list[Branch]] = {}
    for branch in branches:
        by_study.setdefault(branch.study, []).append(branch)
        held = execute(
            "UPDATE series SET instance_count = instance_count + %s, frame_count = frame_count + %s,"
            " changed_at = %s, settled_at = NULL WHERE id = %s RETURNING sop_classes",
            [branch.instances, branch.frames, moment(now), branch.series],
        )
        if (wider := _wider(held[0][0], branch.sop_classes)) is not None:
            execute("UPDATE series SET sop_classes = %s WHERE id = %s", [wider, branch.series])
    for study, group in by_study.items():
        held = execute(
            "UPDATE study SET instance_count = instance_count + %s, frame_count = frame_count + %s,"
            " series_count = series_count + %s, changed_at = %s WHERE id = %s RETURNING sop_classes, modalities",
            [
                sum(branch.instances for branch in group),
                sum(branch.frames for branch in group),
                sum(branch.fresh_series for branch in group),
                moment(now),
                study,
            ],
        )
        sop_classes = _wider(held[0][0], set().union(*(branch.sop_classes for branch in group)))
        if sop_classes is not None:
            execute("UPDATE study SET sop_classes = %s WHERE id = %s", [sop_classes, study])
        modalities = _wider(held[0][1], {branch.modality for branch in group} - {""})
        if modalities is not None:
            execute("UPDATE study SET modalities = %s WHERE id = %s", [modalities, study])


def add_requests(items: Iterable[RequestAttributes], series: int) -> None:
    """The items of Request Attributes Sequence that this Series has not shown before."""
    insert_many(
        "request_attributes",
        ("series_id", "scheduled_procedure_step_id", "requested_procedure_id", "accession_number"),
        [
            (
                series,
                item.scheduled_procedure_step_id[:64],
                item.requested_procedure_id[:64],
                item.accession_number[:64],
            )
            for item in items
        ],
        ignore=True,
    )


def _studies(uid: str) -> dict[int, int]:
    rows = execute("SELECT patient_id, id FROM study WHERE study_instance_uid = %s ORDER BY id" + for_update(), [uid])  # noqa: S608
    return dict(rows)


def _wider(held: str, values: set[str]) -> str | None:
    """A backslash-separated set with more values; None when, as mostly, there is nothing new."""
    wider = "\\".join(sorted(values.union(filter(None, held.split("\\")))))
    return wider if wider != held else None


def _study_values(
    scanned: ScannedInstance, patient: int, *, time_zone: str, now: datetime, department: str
) -> list[Any]:
    said = scanned.attributes.get
    date, time, offset = said("StudyDate", ""), said("StudyTime", ""), said("TimezoneOffsetFromUTC", "")
    named = said("InstitutionalDepartmentName", "") or department
    return [
        scanned.study_instance_uid,
        patient,
        date[:8],
        time[:16],
        offset[:5],
        moment(started_at(date, time, offset, time_zone)),
        said("AccessionNumber", "")[:64],
        said("StudyID", "")[:64],
        said("StudyDescription", "")[:255],
        said("ReferringPhysicianName", "")[:330],
        search_text(said("ReferringPhysicianName", "")),
        said("InstitutionName", "")[:255],
        department_of(named, said("Modality", ""), scanned.sop_class_uid),
        said("PatientAge", "")[:16],
        "",
        "",
        0,
        0,
        0,
        0,
        0,
        False,
        SYNTHETIC_MAKER in said("Manufacturer", ""),
        moment(now),
        moment(now),
        compress(orjson.dumps(study_attributes(header_of(scanned)))),
    ]


def _series_values(scanned: ScannedInstance, study: int, now: datetime) -> list[Any]:
    said = scanned.attributes.get
    return [
        scanned.series_instance_uid,
        study,
        said("Modality", "")[:16],
        said("SeriesNumber", "")[:16],
        said("SeriesDescription", "")[:255],
        said("BodyPartExamined", "")[:64],
        (said("Laterality", "") or said("ImageLaterality", ""))[:16],
        said("ProtocolName", "")[:255],
        said("Manufacturer", "")[:255],
        said("StationName", "")[:64],
        said("FrameOfReferenceUID", "")[:64],
        said("PerformedProcedureStepStartDate", "")[:8],
        said("PerformedProcedureStepStartTime", "")[:16],
        "",
        0,
        0,
        moment(now),
        moment(now),
        None,
        compress(orjson.dumps(series_attributes(header_of(scanned)))),
    ]


def header_of(scanned: ScannedInstance) -> dict[str, Any]:
    """The DICOM JSON of an instance as a dict; bulk data locations are relative to the service root."""
    header: dict[str, Any] = orjson.loads(scanned.json_template.replace(b"\x1f", b""))
    return header


def started_at(date: str, time: str, offset: str, time_zone: str) -> datetime | None:
    """Study Date and Time in UTC: by (0008,0201) where the object says so, else by its source's time zone."""
    digits = time.replace(":", "").split(".")[0].ljust(6, "0")
    try:
        local = datetime.strptime(date[:8] + digits[:6], "%Y%m%d%H%M%S")
        zone = _offset(offset) or ZoneInfo(time_zone)
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timezone | None:
    if len(text) != 5 or text[0] not in "+-" or not text[1:].isdigit():
        return None
    minutes = int(text[1:3]) * 60 + int(text[3:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes)) if minutes < 24 * 60 else None


def per_series(branches: Iterable[Branch]) -> Counter[str]:
    """How many instances arrived per Study Instance UID."""
    counts: Counter[str] = Counter()
    for branch in branches:
        counts[branch.study_instance_uid] += branch.instances
    return counts
