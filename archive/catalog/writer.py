"""register(): the one way into the index, one transaction per call.

Objects are durable before it is called and nothing is acknowledged before it returns, so a crash leaves an object
without a row (the sweep's work), never a row without its object. Races are decided by unique constraints.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from archive.catalog import jobs, waiting
from archive.catalog.headers import compress
from archive.catalog.identity import patient_of
from archive.catalog.registration import NewInstance, Registered, Registration
from archive.catalog.sql import execute, insert_many, lock_change_feed, moment, writers_turn
from archive.catalog.tree import Branch, add_counts, add_requests, per_series, series_of, study_of
from archive.dicom.scanner import RequestAttributes

TRIES = 4
INSTANCE_COLUMNS = (
    "sop_instance_uid series_id study_id sop_class_uid transfer_syntax_uid instance_number sort_number rows columns"
    " bits_allocated number_of_frames stored_object_id object_offset length sha256 dataset_offset preamble"
    " registration arrived_at frames header"
).split()
QUOTED = {"rows": '"rows"', "columns": '"columns"'}  # words of SQL itself

Announce = Callable[[dict[str, int]], None]


def known_digests(sop_instance_uids: Iterable[str]) -> dict[str, str]:
    """SHA-256 of those instances that are stored, by SOP Instance UID."""
    uids = sorted(set(sop_instance_uids))
    found: dict[str, str] = {}
    for start in range(0, len(uids), 500):
        part = uids[start : start + 500]
        marks = ", ".join(["%s"] * len(part))
        held = execute(f"SELECT sop_instance_uid, sha256 FROM instance WHERE sop_instance_uid IN ({marks})", part)  # noqa: S608
        found.update((uid, digest) for uid, digest in held)
    return found


def register(registration: Registration, announce: Announce) -> list[Registered]:
    """Enters durable instances, their tree, counters, change events and jobs; all of it or nothing.

    Args:
        registration: what arrived.
        announce: called with instances per Study Instance UID inside the transaction, to write the audit.

    Returns:
        What became of each instance, in the order given.

    Raises:
        OperationalError: the database is away, or contention outlasted the tries; nothing was entered, or, when the
            connection broke at COMMIT, the same call may be made again: it finds its own rows.
    """
    for attempt in range(TRIES):
        try:
            with writers_turn(), transaction.atomic():
                return _register(registration, announce)
        except (IntegrityError, OperationalError) as error:
            # Lost a race for a unique key, or was chosen as a deadlock's victim: what the winner wrote is visible now.
            if attempt == TRIES - 1 or not (isinstance(error, IntegrityError) or _may_pass(error)):
                raise
    raise AssertionError("unreachable")


def _may_pass(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", None) in ("40001", "40P01")  # serialization failure, deadlock


def _register(registration: Registration, announce: Announce) -> list[Registered]:
    now = timezone.now()
    number = secrets.randbits(62)
    outcomes, fresh, different = _sort_out(registration.instances)
    objects = _insert_objects([*fresh, *different], now)
    branches = _branches(fresh, registration, now)
    rows = []
    for new in sorted(fresh, key=lambda each: each.scanned.sop_instance_uid):  # one order for all: no deadlock
        branch = branches[_branch_key(new)]
        branch.count(new)
        rows.append(_instance_row(new, branch, objects[new.key], number, now))
    insert_many("instance", [QUOTED.get(name, name) for name in INSTANCE_COLUMNS], rows)
    add_counts(branches.values(), now)
    waiting.keep(different, registration, objects, now)
    waiting.note_refusals(registration, branches.values(), [new.scanned.sop_instance_uid for new in fresh], now)
    counts = dict(per_series(branches.values()))
    announce(counts | {new.scanned.study_instance_uid: 0 for new in different if not counts})
    due = now + timedelta(seconds=registration.settle_after_s)
    jobs.enqueue("settle", [str(branch.series) for branch in branches.values()], due_at=due)
    lock_change_feed()
    insert_many(
        "change_event",
        ("kind", "study_instance_uid", "series_instance_uid", "registration", "instance_count", "at"),
        [
            ("stored", branch.study_instance_uid, branch.series_instance_uid, number, branch.instances, moment(now))
            for branch in branches.values()
        ],
    )
    return outcomes


def _sort_out(instances: Sequence[NewInstance]) -> tuple[list[Registered], list[NewInstance], list[NewInstance]]:
    """Outcome of each instance, then those to enter and those that must wait for a person."""
    digests = known_digests(new.scanned.sop_instance_uid for new in instances)
    outcomes, fresh, different = [], [], []
    for new in instances:
        held = digests.setdefault(new.scanned.sop_instance_uid, "")
        if not held:
            digests[new.scanned.sop_instance_uid] = new.sha256
            outcomes.append(Registered.STORED)
            fresh.append(new)
        elif held == new.sha256:
            outcomes.append(Registered.SAME)
        else:
            outcomes.append(Registered.DIFFERENT)
            different.append(new)
    return outcomes, fresh, different


def _branch_key(new: NewInstance) -> tuple[Any, str, str]:
    return new.identity, new.scanned.study_instance_uid, new.scanned.series_instance_uid


def _branches(
    fresh: Sequence[NewInstance], registration: Registration, now: datetime
) -> dict[tuple[Any, str, str], Branch]:
    """One branch per patient, Study and Series; rows are locked in one order for all writers."""
    firsts: dict[tuple[Any, str, str], NewInstance] = {}
    of_study: dict[tuple[Any, str], NewInstance] = {}  # a Study shows the attributes of its first instance to arrive
    for new in fresh:
        firsts.setdefault(_branch_key(new), new)
        of_study.setdefault(_branch_key(new)[:2], new)
    ordered = sorted(firsts.items(), key=lambda item: (item[1].identity.patient_id, *item[0][1:]))
    patients = {key[0]: patient_of(key[0], now) for key, _new in ordered}
    branches: dict[tuple[Any, str, str], Branch] = {}
    by_row: dict[int, Branch] = {}
    for key, new in ordered:
        study = study_of(
            of_study[key[:2]],
            patients[key[0]],
            time_zone=registration.time_zone,
            now=now,
            department=registration.department,
        )
        branch = series_of(new, study, now)
        branches[key] = by_row.setdefault(branch.series, branch)  # two spellings of one patient share a row
    requests: dict[int, dict[RequestAttributes, None]] = {}
    for new in fresh:
        if new.scanned.request_attributes:
            series = branches[_branch_key(new)].series
            requests.setdefault(series, {}).update(dict.fromkeys(new.scanned.request_attributes))
    for series, items in requests.items():
        add_requests(items, series)
    return branches


def _insert_objects(instances: Sequence[NewInstance], now: datetime) -> dict[str, int]:
    lengths = {new.key: new.object_length for new in instances}
    insert = "INSERT INTO stored_object (key, length, created_at) VALUES (%s, %s, %s) RETURNING id"
    return {key: execute(insert, [key, length, moment(now)])[0][0] for key, length in lengths.items()}


def _instance_row(new: NewInstance, branch: Branch, stored_object: int, number: int, now: datetime) -> tuple[Any, ...]:
    scanned = new.scanned
    said = scanned.attributes.get
    return (
        scanned.sop_instance_uid,
        branch.series,
        branch.study,
        scanned.sop_class_uid,
        scanned.transfer_syntax_uid,
        said("InstanceNumber", "")[:16],
        _integer(said("InstanceNumber", ""), 63) or 0,
        _integer(said("Rows", "")),
        _integer(said("Columns", "")),
        _integer(said("BitsAllocated", "")),
        _integer(said("NumberOfFrames", "")),
        stored_object,
        new.offset,
        new.length,
        new.sha256,
        scanned.dataset_offset,
        str(scanned.preamble.value)[:12],
        number,
        moment(now),
        scanned.frames.pack() if scanned.frames else None,
        compress(scanned.json_template),
    )


def _integer(text: str, bits: int = 31) -> int | None:
    try:
        value = int(text.split("\\")[0])
    except ValueError:
        return None
    return value if -(1 << bits) <= value < 1 << bits else None
