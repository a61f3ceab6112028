"""kill -9 in the middle of a STOW: nothing acknowledged is lost, nothing visible is torn (invariants I1 to I3)."""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass, field

import pytest
import requests

from tests.conftest import FULL, Starter
from tests.e2e import dicomweb
from tests.e2e.synthetic import SyntheticInstance, new_uid, study
from tests.server import RunningArchive

KILLS = 20 if FULL else 6
SEED = int(os.environ.get("ATRIUM_TEST_SEED", "20261120"))
CLIENTS = 3


@dataclass
class Ledger:
    """What the senders know: everything that was sent, and which of it was acknowledged."""

    sent: dict[str, SyntheticInstance] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, instances: list[SyntheticInstance]) -> None:
        with self.lock:
            self.sent.update((instance.sop, instance) for instance in instances)

    def acknowledge(self, uids: set[str]) -> None:
        with self.lock:
            self.acknowledged |= uids


def _keep_sending(archive: RunningArchive, ledger: Ledger, seed: int, stop: threading.Event) -> None:
    """One modality: requests of 1 to 30 instances, some adding to its last study, until the server is gone."""
    draw = random.Random(seed)
    session = archive.session()
    uid = new_uid()
    while not stop.is_set():
        uid = uid if draw.random() < 0.4 else new_uid()
        instances = study(draw.choice((1, 5, 30)), uid=uid, pixel_bytes=draw.choice((2048, 131072)))
        ledger.send(instances)
        try:
            answer = dicomweb.store(session, archive, [instance.data for instance in instances])
        except requests.RequestException:
            return
        ledger.acknowledge(answer.stored)


def _check(archive: RunningArchive, ledger: Ledger, uids: set[str]) -> None:
    """Compares the ledger with what the archive shows of `uids`."""
    session = archive.session()
    visible = 0
    for uid in uids:
        answer = dicomweb.original(session, archive, ledger.sent[uid])
        if answer.status_code == 404:
            assert uid not in ledger.acknowledged, f"acknowledged and lost: {uid}"
            continue
        assert answer.status_code == 200, f"{uid}: {answer.status_code} {answer.text[:200]}"
        assert answer.content == ledger.sent[uid].data, f"other bytes: {uid}"
        visible += 1
    counted = 0
    for study_uid in {ledger.sent[uid].study for uid in uids}:
        found = dicomweb.search(session, archive, "/studies", StudyInstanceUID=study_uid)
        if not found:
            continue
        told = dicomweb.value(found[0], "00201208")
        listed = dicomweb.search(session, archive, f"/studies/{study_uid}/instances", limit="5000")
        metadata = dicomweb.search(session, archive, f"/studies/{study_uid}/metadata")
        assert told == len(listed) == len(metadata), f"counters disagree with rows in {study_uid}"
        series = dicomweb.search(session, archive, f"/studies/{study_uid}/series")
        assert sum(dicomweb.value(row, "00201209") for row in series) == told
        counted += told
    assert counted == visible


@pytest.mark.timeout(1200)
def test_kill_9_in_the_middle_of_a_store_loses_nothing(fresh_archive: Starter) -> None:
    draw = random.Random(SEED)
    print(f"seed {SEED}, {KILLS} kills")
    archive, ledger = fresh_archive(), Ledger()
    slowest = 0.0
    for _ in range(KILLS):
        before, stop = set(ledger.sent), threading.Event()
        senders = [
            threading.Thread(target=_keep_sending, args=(archive, ledger, draw.random(), stop)) for _ in range(CLIENTS)
        ]
        for sender in senders:
            sender.start()
        time.sleep(draw.uniform(0.05, 2.0))
        archive.kill()
        stop.set()
        for sender in senders:
            sender.join()
        began = time.monotonic()
        archive.start()
        slowest = max(slowest, time.monotonic() - began)
        _check(archive, ledger, set(ledger.sent) - before)
    assert ledger.acknowledged, "the run was too short to acknowledge anything"
    assert len(ledger.sent) > len(ledger.acknowledged), "no kill hit a request"
    _check(archive, ledger, _studies_whole(ledger, draw, 30))
    print(f"{len(ledger.sent)} sent, {len(ledger.acknowledged)} acknowledged, slowest restart {slowest:.1f} s")


def _studies_whole(ledger: Ledger, draw: random.Random, count: int) -> set[str]:
    """All instances of `count` studies of the whole run: what survived one kill must survive the next ones."""
    studies = sorted({instance.study for instance in ledger.sent.values()})
    chosen = set(draw.sample(studies, min(count, len(studies))))
    return {uid for uid, instance in ledger.sent.items() if instance.study in chosen}


def test_sending_again_after_a_crash_completes_the_study(fresh_archive: Starter) -> None:
    archive = fresh_archive()
    instances = study(40)
    sender = threading.Thread(target=_send_once, args=(archive, instances))
    sender.start()
    time.sleep(0.05)
    archive.kill()
    sender.join()
    archive.start()
    answer = dicomweb.store(archive.session(), archive, [instance.data for instance in instances])
    assert answer.status == 200, answer.text
    assert len(answer.stored) == 40
    found = dicomweb.search(archive.session(), archive, "/studies", StudyInstanceUID=instances[0].study)
    assert dicomweb.value(found[0], "00201208") == 40


def _send_once(archive: RunningArchive, instances: list[SyntheticInstance]) -> None:
    try:
        dicomweb.store(archive.session(), archive, [instance.data for instance in instances])
    except requests.RequestException:
        return
