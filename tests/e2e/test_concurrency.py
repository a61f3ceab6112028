"""Eight writing clients beside the worker: nobody waits for a lock in vain, and every count is exact."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import FULL
from tests.e2e import dicomweb
from tests.e2e.synthetic import new_uid, study
from tests.server import RunningArchive

CLIENTS = 8
REQUESTS = 60 if FULL else 15


@pytest.mark.timeout(600)
def test_eight_clients_and_the_worker_never_meet_a_locked_database(archive: RunningArchive) -> None:
    """Half of each client's requests go to a study that all clients fill at the same time."""
    shared, shared_series = new_uid(), new_uid()
    start = threading.Barrier(CLIENTS)

    def modality(number: int) -> list[int]:
        session = archive.session()
        own = new_uid()
        start.wait()
        statuses = []
        for request in range(REQUESTS):
            together = request % 2 == 0
            uid, series = (shared, shared_series) if together else (own, "")
            instances = study(5, uid=uid, series=series)
            statuses.append(dicomweb.store(session, archive, [instance.data for instance in instances]).status)
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = [status for told in pool.map(modality, range(CLIENTS)) for status in told]
    assert statuses == [200] * (CLIENTS * REQUESTS)
    session = archive.session()
    expected = CLIENTS * 5 * ((REQUESTS + 1) // 2)
    found = dicomweb.search(session, archive, "/studies", StudyInstanceUID=shared)
    assert [dicomweb.value(row, "00201208") for row in found] == [expected]
    assert len(dicomweb.search(session, archive, f"/studies/{shared}/metadata")) == expected
    assert not archive.faults()


def test_one_instance_from_many_clients_at_once_is_stored_once(archive: RunningArchive) -> None:
    session = archive.session()
    for _ in range(20 if FULL else 5):
        [instance] = study(1)
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(
                pool.map(
                    lambda _, data=instance.data: dicomweb.store(archive.session(), archive, [data]), range(CLIENTS)
                )
            )
        assert [answer.status for answer in answers] == [200] * CLIENTS
        found = dicomweb.search(session, archive, "/studies", StudyInstanceUID=instance.study)
        assert dicomweb.value(found[0], "00201208") == 1


def test_two_versions_of_one_instance_at_once_keep_exactly_one(archive: RunningArchive) -> None:
    """The same SOP Instance UID with other bytes: one is stored, all others are told 0x0111 (duplicate)."""
    session = archive.session()
    for _ in range(20 if FULL else 5):
        [instance] = study(1)
        versions = [instance.data[:-16] + bytes([number]) * 16 for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda data: dicomweb.store(archive.session(), archive, [data]), versions))
        assert sorted(answer.status for answer in answers) == [200] + [409] * (CLIENTS - 1)
        assert all(answer.failed == {instance.sop: 0x0111} for answer in answers if answer.status == 409)
        kept = dicomweb.original(session, archive, instance).content
        assert kept == versions[[answer.status for answer in answers].index(200)]
