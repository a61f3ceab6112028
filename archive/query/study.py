"""What a reader needs to open a Study, in one call."""

from __future__ import annotations

from archive.access.audit import record_read
from archive.access.policy import Action, Actor, permit
from archive.catalog.search_studies import StudyRow, series_of_study, studies_of_patient, studies_with_uid
from archive.dicom.uids import is_uid
from archive.errors import NotFound
from archive.query.records import StudyDetail
from archive.query.summaries import earlier, patient, patient_of_key, series_summary, summary


def study_summary(*, actor: Actor | None, study_instance_uid: str, patient_key: str | None = None) -> StudyDetail:
    """The Study with its Series and the Patient's earlier Studies.

    Where several Patients came under the same UID, `patient_key` says whose Study is meant (the first to arrive when
    it is None), and the others are named but their Studies never mixed in.

    Raises:
        NotFound: no such Study, or none of that Patient.
    """
    scope = permit(actor, Action.SEARCH)
    rows = studies_with_uid(study_instance_uid, scope=scope) if is_uid(study_instance_uid) else []
    chosen = _chosen(rows, patient_key)
    history = studies_of_patient(chosen.patient_id, scope=scope)
    priors = earlier(history, than=chosen)
    found = StudyDetail(
        study=summary(chosen, prior_count=len(priors)),
        series=tuple(series_summary(row, study_instance_uid) for row in series_of_study(chosen.id)),
        priors=tuple(summary(row, prior_count=len(priors) - place) for place, row in enumerate(priors, start=1)),
        other_patients=tuple(patient(row) for row in rows if row.id != chosen.id),
    )
    if actor is not None:
        record_read(actor, "open study", (study_instance_uid,))
    return found


def _chosen(rows: list[StudyRow], patient_key: str | None) -> StudyRow:
    if patient_key is not None:
        patient_id = patient_of_key(patient_key)
        rows = [row for row in rows if row.patient_id == patient_id]
    if not rows:
        raise NotFound("no such study")
    return rows[0]
