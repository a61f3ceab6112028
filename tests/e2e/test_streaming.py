"""A study of gigabytes passes through a web worker whose memory stays flat, in and out."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests import processes
from tests.conftest import FULL, Starter
from tests.e2e import dicomweb
from tests.e2e.synthetic import huge, new_uid, stream
from tests.server import RunningArchive

MIB = 1 << 20
INSTANCES, EACH = (4, 512 * MIB) if FULL else (3, 96 * MIB)
MOST_GROWTH = 40 * MIB
MOST_RESIDENT = 200 * MIB


class Watch:
    """Samples the resident set of one process while its body runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.most = 0

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.most = max(self.most, processes.resident_bytes(self._pid))

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _warm(archive: RunningArchive) -> None:
    """One small study in and out, so that imports and caches are not counted as growth."""
    uid, series = new_uid(), new_uid()
    small, length = huge(2 * MIB, uid=uid, series=series)
    session = archive.session()
    body = b"".join(stream(small, length, bytes(MIB)))
    assert dicomweb.store(session, archive, [body]).status == 200
    assert dicomweb.original(session, archive, small).content == body
    session.get(f"{archive.dicom_web}/studies/{uid}", headers={"Accept": dicomweb.AS_STORED}, timeout=60)


@pytest.mark.timeout(1800)
def test_memory_stays_flat_while_a_huge_study_passes(fresh_archive: Starter) -> None:
    archive = fresh_archive(ATRIUM_WEB_WORKERS="1")
    [worker] = archive.web_worker_pids()
    _warm(archive)
    idle = processes.resident_bytes(worker)
    uid, series, block = new_uid(), new_uid(), bytes(range(256)) * (MIB // 256)
    made = [huge(EACH, uid=uid, series=series) for _ in range(INSTANCES)]
    digests = {}
    for instance, length in made:
        digest = hashlib.sha256(instance.data)
        for _ in range(length // MIB):
            digest.update(block)
        digests[instance.sop] = digest.hexdigest()

    def body() -> Iterator[bytes]:  # a generator: requests sends it with chunked transfer coding
        for instance, length in made:
            yield from dicomweb.part(stream(instance, length, block))
        yield dicomweb.closing()

    session = archive.session()
    headers = {"Content-Type": dicomweb.STORE_TYPE, "Accept": dicomweb.JSON}
    with Watch(worker) as storing:
        answer = session.post(f"{archive.dicom_web}/studies", data=body(), headers=headers, timeout=1200)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.request.headers["Transfer-Encoding"] == "chunked"

    with Watch(worker) as reading:
        for instance, _ in made:
            assert _digest(session, f"{archive.dicom_web}{instance.path}/original") == digests[instance.sop]
        received = _length(session, f"{archive.dicom_web}/studies/{uid}")
    assert received > INSTANCES * EACH
    grown = max(storing.most, reading.most) - idle
    print(
        f"{INSTANCES * EACH >> 20} MiB: idle {idle >> 20} MiB, storing +{(storing.most - idle) >> 20}, "
        f"reading +{(reading.most - idle) >> 20}"
    )
    assert grown <= MOST_GROWTH
    assert max(storing.most, reading.most) <= MOST_RESIDENT


def _digest(session, url: str) -> str:  # type: ignore[no-untyped-def]
    digest = hashlib.sha256()
    with session.get(url, stream=True, timeout=600) as answer:
        assert answer.status_code == 200
        for chunk in answer.iter_content(MIB):
            digest.update(chunk)
    return digest.hexdigest()


def _length(session, url: str) -> int:  # type: ignore[no-untyped-def]
    with session.get(url, headers={"Accept": dicomweb.AS_STORED}, stream=True, timeout=600) as answer:
        assert answer.status_code == 200
        return sum(len(chunk) for chunk in answer.iter_content(MIB))


def test_a_body_that_breaks_off_stores_nothing_of_its_last_instance(archive: RunningArchive) -> None:
    """The connection ends inside the second part: no acknowledgement, and nothing half stored."""
    uid, series = new_uid(), new_uid()
    whole, length = huge(2 * MIB, uid=uid, series=series)
    torn, _ = huge(8 * MIB, uid=uid, series=series)
    head = (
        f"POST /dicom-web/studies HTTP/1.1\r\nHost: 127.0.0.1:{archive.port}\r\n"
        f"Authorization: Bearer {archive.token}\r\n"
        f"Content-Type: {dicomweb.STORE_TYPE}\r\nContent-Length: {64 * MIB}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", archive.port), timeout=30) as raw:
        raw.sendall(head.encode())
        for chunk in dicomweb.part(stream(whole, length, bytes(MIB))):
            raw.sendall(chunk)
        for chunk in dicomweb.part(stream(torn, MIB, bytes(MIB))):
            raw.sendall(chunk)
        raw.shutdown(socket.SHUT_WR)
        status = raw.recv(65536)[:32]
    assert status == b"" or status.startswith(b"HTTP/1.1 400"), status
    session = archive.session()
    assert dicomweb.original(session, archive, torn).status_code == 404
    found = dicomweb.search(session, archive, "/studies", StudyInstanceUID=uid)
    assert all(dicomweb.value(row, "00201208") == 1 for row in found)
