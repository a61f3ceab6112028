"""What was not entered, and where readers learn of it: versions that wait for a person, instances that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from archive.catalog.registration import NewInstance, Registration
from archive.catalog.sql import execute, moment
from archive.catalog.tree import Branch

WAITING_COLUMNS = (
    "sop_instance_uid series_instance_uid study_instance_uid failure_reason comment stored_object_id object_offset"
    " length sha256 source_id arrived_at"
).split()


def keep(different: Sequence[NewInstance], registration: Registration, objects: dict[str, int], now: datetime) -> None:
    """Other versions of stored instances: kept where a person can see them, and counted on their Study."""
    for new in different:
        scanned = new.scanned
        row = (
            scanned.sop_instance_uid,
            scanned.series_instance_uid,
            scanned.study_instance_uid,
            registration.duplicate_reason,
            "another version of this instance is stored",
            objects[new.key],
            new.offset,
            new.length,
            new.sha256,
            registration.source_id,
            moment(now),
        )
        if _insert(row):
            _count_version(scanned.study_instance_uid, scanned.sop_instance_uid)


def note_refusals(registration: Registration, branches: Iterable[Branch], stored: Sequence[str], now: datetime) -> None:
    """Remembers which instances of a Study were refused, and forgets those that have come whole since."""
    for refusal in registration.refusals:
        _insert(
            (
                refusal.sop_instance_uid,
                refusal.series_instance_uid,
                refusal.study_instance_uid,
                refusal.failure_reason,
                refusal.comment[:255],
                None,
                0,
                0,
                refusal.sha256,
                registration.source_id,
                moment(now),
            )
        )
    studies = {refusal.study_instance_uid for refusal in registration.refusals}
    studies |= {branch.study_instance_uid for branch in branches if branch.fresh_series}
    _count_refusals(sorted(studies | _arrived_after_all(stored)))


def _insert(row: tuple[Any, ...]) -> bool:
    marks = ", ".join(["%s"] * len(WAITING_COLUMNS))
    insert = f"INSERT INTO waiting_version ({', '.join(WAITING_COLUMNS)}) VALUES ({marks})"  # noqa: S608
    return bool(execute(insert + " ON CONFLICT DO NOTHING RETURNING id", row))


def _arrived_after_all(sop_instance_uids: Sequence[str]) -> set[str]:
    """Deletes the refusals of instances that are stored now; gives their Studies."""
    studies: set[str] = set()
    for start in range(0, len(sop_instance_uids), 500):
        part = list(sop_instance_uids[start : start + 500])
        refused = f"stored_object_id IS NULL AND sop_instance_uid IN ({', '.join(['%s'] * len(part))})"
        rows = execute(f"DELETE FROM waiting_version WHERE {refused} RETURNING study_instance_uid", part)  # noqa: S608
        studies.update(row[0] for row in rows)
    return studies


def _count_refusals(study_instance_uids: Iterable[str]) -> None:
    for uid in study_instance_uids:
        execute(
            "UPDATE study SET refused_instances = (SELECT count(*) FROM waiting_version"
            " WHERE waiting_version.study_instance_uid = study.study_instance_uid AND stored_object_id IS NULL)"
            " WHERE study_instance_uid = %s",
            [uid],
        )


def _count_version(study_instance_uid: str, sop_instance_uid: str) -> None:
    """Counts on the Study that holds the first version, and on the Study that the newcomer names."""
    execute(
        "UPDATE study SET waiting_versions = waiting_versions + 1 WHERE study_instance_uid = %s"
        " OR id IN (SELECT study_id FROM instance WHERE sop_instance_uid = %s)",
        [study_instance_uid, sop_instance_uid],
    )
