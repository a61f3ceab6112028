"""One Patient's Studies over the years: never those of another identity, however alike."""

from __future__ import annotations

from archive.access.audit import record_read
from archive.access.policy import Action, Actor, permit
from archive.catalog.search_studies import studies_of_patient
from archive.errors import NotFound
from archive.query.records import PatientDetail
from archive.query.summaries import patient, patient_of_key, summary


def patient_record(*, actor: Actor | None, patient_key: str) -> PatientDetail:
    """The Patient as of the newest Study, with all Studies, newest first.

    Raises:
        NotFound: no such Patient, or none with a Study that this actor may see.
    """
    scope = permit(actor, Action.SEARCH)
    rows = studies_of_patient(patient_of_key(patient_key), scope=scope)
    if not rows:
        raise NotFound("no such patient")
    count = len(rows)
    found = PatientDetail(
        patient=patient(rows[0]),
        studies=tuple(summary(row, prior_count=count - place) for place, row in enumerate(rows, start=1)),
    )
    if actor is not None:
        record_read(actor, "open patient", sorted({row.study_instance_uid for row in rows}))
    return found
