"""store_instances(): the only way in. Spool → scan → object PUT → one transaction → and only then an answer.

A fault of one instance is its own outcome; the rest of the request goes on. A fault of the store or the index is the
whole request's: nothing of it is acknowledged, and the sender may send it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from archive import errors
from archive.access import audit
from archive.access.policy import Action, Actor, permit
from archive.catalog import writer
from archive.catalog.identity import Identity
from archive.catalog.registration import NewInstance, Refusal, Registered, Registration
from archive.catalog.sources import KnownSource, source
from archive.dicom.scanner import NO_PIXEL_DATA, ScannedInstance, scan
from archive.ingest.outcome import FailureReason, Outcome, StoreReport, WarningReason
from archive.ingest.packs import Pack, Placement, put_alone
from archive.ingest.spool import Spooled, spool

log = structlog.get_logger(__name__)
MOST_OPEN_PACKS = 8
INSTANCES_PER_TRANSACTION = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """One instance as it arrives: its bytes in chunks, or the fault that its envelope has already."""

    chunks: Iterable[bytes]
    fault: errors.ArchiveError | None = None


def store_instances(
    *, actor: Actor | None, parts: Iterable[Part], study_instance_uid: str = "", body_length: int = 0
) -> StoreReport:
    """Stores every instance of `parts` and answers for each one, in order (PS3.18 §10.5).

    Args:
        actor: who stores; their source decides Patient ID domain and time zone.
        parts: instances as they come off the wire; read once, one at a time.
        study_instance_uid: the only Study that may be stored to, or empty.
        body_length: bytes of all parts together where that is known beforehand, else 0; a hint for speed alone.

    Raises:
        NotSignedIn, AccessDenied: before anything is read.
        InvalidRequest: the request as a whole is broken; nothing of it was acknowledged.
        StoreUnavailable: bytes or index could not be made durable.
    """
    permit(actor, Action.STORE)
    assert actor is not None
    request = _Request(
        actor=actor, source=source(actor.source_id), only_study=study_instance_uid, body_length=body_length
    )
    try:
        for part in parts:
            request.take(part)
        request.commit()
    finally:
        request.discard()
    report = StoreReport(request.outcomes)
    _log(report, actor)
    return report


@dataclass(slots=True)
class _Arrived:
    """An instance that was understood, on its way to an object and a row."""

    number: int
    scanned: ScannedInstance
    length: int
    sha256: str
    placement: Placement | None = None


@dataclass(slots=True)
class _Request:
    actor: Actor
    source: KnownSource
    only_study: str
    body_length: int
    outcomes: list[Outcome] = field(default_factory=list)
    arrived: dict[int, _Arrived] = field(default_factory=dict)
    packs: dict[str, Pack] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def take(self, part: Part) -> None:
        """One instance: spooled, scanned, put aside for its pack; its fault stays its own."""
        outcome = Outcome()
        self.outcomes.append(outcome)
        spooled: Spooled | None = None
        in_pack = False
        try:
            if part.fault is not None:
                raise part.fault
            limit = settings.ATRIUM_MAX_INSTANCE_BYTES
            spooled = spool(part.chunks, folder=_spool_folder(), limit=limit, body_length=self.body_length)
            scanned = scan(spooled.data)
            _identify(outcome, scanned.attributes)
            self._check_study(scanned)
            _warn(outcome, scanned)
            in_pack = self._place(len(self.outcomes) - 1, scanned, spooled)
        except errors.StoreUnavailable:
            raise
        except errors.ArchiveError as error:
            outcome.fail(error)
            if isinstance(error, errors.CannotUnderstand):
                _identify(outcome, error.uids)
            if outcome.study_instance_uid:
                self._remember_refusal(outcome, spooled)
        except OSError as error:  # the spool's disk is full or gone
            raise errors.StoreUnavailable(f"spool: {error.strerror}") from error
        finally:
            if spooled is not None and not in_pack:
                spooled.discard()
        if len(self.arrived) >= INSTANCES_PER_TRANSACTION:
            self.commit()

    def commit(self) -> None:
        """Makes what has arrived durable, then visible; outcomes are final after this."""
        for study in list(self.packs):
            self._close_pack(study)
        batch = [each for each in self.arrived.values() if each.placement is not None]
        self._settle_known([each for each in self.arrived.values() if each.placement is None])
        if not batch and not self.refusals:
            self.arrived.clear()
            return
        registration = Registration(
            instances=[self._new_instance(each) for each in batch],
            refusals=self.refusals,
            source_id=self.source.id,
            time_zone=self.source.time_zone,
            department=self.source.department,
            duplicate_reason=FailureReason.DUPLICATE_INSTANCE,
            settle_after_s=settings.ATRIUM_SETTLE_S,
        )
        for each, registered in zip(batch, self._register(registration), strict=True):
            self._settle(each, registered)
        self.arrived.clear()
        self.refusals = []

    def discard(self) -> None:
        """Removes spool files that are left; objects already put become orphans for the sweep."""
        for pack in self.packs.values():
            pack.discard()

    def _check_study(self, scanned: ScannedInstance) -> None:
        if self.only_study and scanned.study_instance_uid != self.only_study:
            raise errors.StudyMismatch("the instance belongs to another Study than the one in the URL")

    def _place(self, number: int, scanned: ScannedInstance, spooled: Spooled) -> bool:
        """Puts a large instance, or adds a small one to its Study's pack; whether a pack has it now."""
        arrived = _Arrived(number, scanned, spooled.length, spooled.sha256)
        if spooled.path is not None:
            if not self._is_known(arrived):
                arrived.placement = put_alone(spooled)
            self.arrived[number] = arrived
            return False
        study = scanned.study_instance_uid
        pack = self.packs.get(study)
        if pack is None:
            if len(self.packs) >= MOST_OPEN_PACKS:
                self._close_pack(next(iter(self.packs)))
            pack = self.packs[study] = Pack(_spool_folder())
        pack.add(number, f"{scanned.sop_instance_uid}.dcm", spooled)
        self.arrived[number] = arrived
        if pack.full:
            self._close_pack(study)
        return True

    def _close_pack(self, study: str) -> None:
        """Puts the pack, less what the archive holds already byte for byte."""
        inside = [each for each in self.arrived.values() if each.scanned.study_instance_uid == study]
        digests = writer.known_digests(each.scanned.sop_instance_uid for each in inside)
        again: set[int] = set()
        for each in inside:
            if digests.setdefault(each.scanned.sop_instance_uid, "") == each.sha256:
                again.add(each.number)
            elif not digests[each.scanned.sop_instance_uid]:
                digests[each.scanned.sop_instance_uid] = each.sha256  # the same twice in one request counts once
        placed = self.packs[study].close(lambda number: number not in again)
        del self.packs[study]
        for number, placement in placed.items():
            self.arrived[number].placement = placement

    def _is_known(self, arrived: _Arrived) -> bool:
        uid = arrived.scanned.sop_instance_uid
        return writer.known_digests([uid]).get(uid) == arrived.sha256

    def _new_instance(self, each: _Arrived) -> NewInstance:
        assert each.placement is not None
        return NewInstance(
            scanned=each.scanned,
            identity=_identity(each.scanned, self.source),
            key=each.placement.key,
            object_length=each.placement.object_length,
            offset=each.placement.offset,
            length=each.length,
            sha256=each.sha256,
        )

    def _register(self, registration: Registration) -> list[Registered]:
        who = audit.who(self.actor)
        try:
            return writer.register(registration, lambda counts: audit.record_change(who, Action.STORE, counts))
        except (DatabaseError, InterfaceError) as error:
            raise errors.StoreUnavailable(f"index: {type(error).__name__}") from error

    def _settle_known(self, known: Iterable[_Arrived]) -> None:
        """Same bytes as stored: nothing to do, and a success."""
        for each in known:
            self._settle(each, Registered.SAME)

    def _settle(self, each: _Arrived, registered: Registered) -> None:
        outcome = self.outcomes[each.number]
        if registered is Registered.DIFFERENT:
            fault = errors.DuplicateInstance("another version is stored; this one waits for a person")
            if settings.ATRIUM_DUPLICATES == "refuse":
                outcome.fail(fault)
            else:
                outcome.warning, outcome.comment = WarningReason.DATA_SET_MISMATCH, str(fault)

    def _remember_refusal(self, outcome: Outcome, spooled: Spooled | None) -> None:
        assert outcome.failure is not None
        self.refusals.append(
            Refusal(
                study_instance_uid=outcome.study_instance_uid,
                series_instance_uid=outcome.series_instance_uid,
                sop_instance_uid=outcome.sop_instance_uid,
                failure_reason=outcome.failure,
                comment=outcome.comment,
                sha256=spooled.sha256 if spooled else "",
            )
        )


def _identify(outcome: Outcome, uids: Mapping[str, str]) -> None:
    outcome.sop_class_uid = uids.get("SOPClassUID", "")
    outcome.sop_instance_uid = uids.get("SOPInstanceUID", "")
    outcome.study_instance_uid = uids.get("StudyInstanceUID", "")
    outcome.series_instance_uid = uids.get("SeriesInstanceUID", "")


def _warn(outcome: Outcome, scanned: ScannedInstance) -> None:
    """An image without pixels may be a header kept on purpose, or a file cut off between two elements: say so."""
    if any(finding.comment == NO_PIXEL_DATA for finding in scanned.findings):
        outcome.warning, outcome.comment = WarningReason.DATA_SET_MISMATCH, "an image is described without Pixel Data"


def _identity(scanned: ScannedInstance, source: KnownSource) -> Identity:
    said = scanned.attributes.get
    patient_id = said("PatientID", "")[:64]
    return Identity(
        domain=(said("IssuerOfPatientID", "") or source.patient_domain)[:64],
        patient_id=patient_id,
        name=said("PatientName", ""),
        birth_date=said("PatientBirthDate", "")[:8],
        sex=said("PatientSex", "")[:16],
        alone_in="" if patient_id else scanned.study_instance_uid,
    )


def _spool_folder() -> Path:
    folder: Path = settings.ATRIUM_SPOOL_DIR
    return folder


def _log(report: StoreReport, actor: Actor) -> None:
    """One line per refused instance, one per request: UIDs and counts, never what the instance says of a person."""
    for outcome in report.failed:
        log.warning(
            "instance_refused",
            reason=f"0x{outcome.failure:04X}",
            comment=outcome.comment,
            sop_instance_uid=outcome.sop_instance_uid,
            study_instance_uid=outcome.study_instance_uid,
        )
    log.info("stored", actor=actor.name, instances=len(report.stored), refused=len(report.failed))


def whole(data: bytes) -> Iterator[bytes]:
    """A body that is in memory already, as chunks."""
    yield data
