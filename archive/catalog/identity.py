"""Which Patient an instance belongs to: (domain, Patient ID), unless name, birth date or sex contradict.

A contradiction is kept apart and flagged on every side; joining is a person's decision. An empty Patient ID joins
nobody: its Study stands alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from archive.catalog.sql import execute, for_update, moment
from archive.dicom.person_name import component_groups, fold, search_text
from archive.models import Patient, Study


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an instance says its patient is."""

    domain: str
    patient_id: str
    name: str
    birth_date: str
    sex: str
    alone_in: str
    """The Study Instance UID when there is no Patient ID, else empty."""


def patient_of(identity: Identity, now: datetime) -> int:
    """The id of the Patient row for `identity`, made if need be; runs inside the caller's transaction."""
    while True:
        known = _known(identity)
        for pk, name, birth_date, sex in known:
            if _agrees(identity, name, birth_date, sex):
                _fill_blanks(pk, identity, name, birth_date, sex)
                return pk
        made = _insert(identity, conflict=bool(known), now=now)
        if made is not None:
            if known:
                _flag([pk for pk, *_rest in known] + [made])
            return made
        # Another writer made the row between our look and our insert: look again.


def flag_study(study_instance_uid: str) -> None:
    """Two patients in one Study: every part of it says so."""
    Study.objects.filter(study_instance_uid=study_instance_uid).update(identity_conflict=True)


def _known(identity: Identity) -> list[tuple[int, str, str, str]]:
    sql = "SELECT id, name, birth_date, sex FROM patient WHERE domain = %s AND patient_id = %s"
    values = [identity.domain, identity.patient_id]
    if identity.alone_in:
        sql += " AND variant LIKE %s"
        values.append(f"study:{identity.alone_in}%")
    return [
        (pk, name, birth_date, sex)
        for pk, name, birth_date, sex in execute(sql + " ORDER BY id" + for_update(), values)
    ]


def _agrees(identity: Identity, name: str, birth_date: str, sex: str) -> bool:
    """Nothing that both sides state differs."""
    return (
        _same_name(identity.name, name)
        and (not birth_date or not identity.birth_date or birth_date == identity.birth_date)
        and (not sex or not identity.sex or sex == identity.sex)
    )


def _same_name(one: str, other: str) -> bool:
    """Family and given name agree in a component group that both have; a missing middle name is no contradiction."""
    if one == other or not one or not other:
        return True
    pairs = [(a, b) for a, b in zip(component_groups(one), component_groups(other), strict=True) if a and b]
    return not pairs or all(_same_components(a, b) for a, b in pairs)


def _same_components(one: str, other: str) -> bool:
    ours, theirs = (tuple(part.strip() for part in fold(group).split("^")) for group in (one, other))
    return ours[:2] == theirs[:2] and all(a == b for a, b in zip(ours[2:3], theirs[2:3], strict=False) if a and b)


def _fill_blanks(pk: int, identity: Identity, name: str, birth_date: str, sex: str) -> None:
    fresh: dict[str, str] = {}
    if not name and identity.name:
        fresh |= {"name": identity.name[:330], "name_search": search_text(identity.name)}
    if not birth_date and identity.birth_date:
        fresh["birth_date"] = identity.birth_date
    if not sex and identity.sex:
        fresh["sex"] = identity.sex
    if fresh:
        Patient.objects.filter(pk=pk).update(**fresh)


def _insert(identity: Identity, *, conflict: bool, now: datetime) -> int | None:
    variant = f"study:{identity.alone_in}" if identity.alone_in else ""
    if conflict:
        said = "|".join((fold(identity.name), identity.birth_date, identity.sex))
        digest = hashlib.sha256(said.encode()).hexdigest()
        variant = f"{variant}:{digest[:8]}" if variant else digest[:16]
    rows = execute(
        "INSERT INTO patient (domain, patient_id, variant, name, name_search, birth_date, sex, identity_conflict,"
        " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        [
            identity.domain,
            identity.patient_id,
            variant,
            identity.name[:330],
            search_text(identity.name),
            identity.birth_date,
            identity.sex,
            conflict,
            moment(now),
        ],
    )
    return rows[0][0] if rows else None


def _flag(patients: list[int]) -> None:
    Patient.objects.filter(pk__in=patients).update(identity_conflict=True)
    Study.objects.filter(patient__in=patients).update(identity_conflict=True)
