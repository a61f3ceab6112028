"""What stores do when the way to the server fails: a real S3 server behind a proxy that resets, lies and loses."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import s3
from storage.base import ObjectStore
from storage.errors import (
    DigestMismatch,
    ObjectConflict,
    ObjectNotFound,
    PermanentStoreError,
    RetryableStoreError,
    StoreUnavailable,
)
from storage.s3 import S3Location, S3Store
from storage.wrappers import Backoff, RetryingStore, VerifyingStore
from tests.servers import ServerUnavailable, free_port
from tests.servers.ceph import S3Server
from tests.servers.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from tests.servers.shared import s3_server

pytestmark = pytest.mark.s3

MIB = 1024 * 1024
OBJECT = hashlib.shake_128(b"object").digest(3 * MIB + 17)
PATIENT = Backoff(tries=4, first_wait_s=0.0)

ON_THE_WAY_OUT = [Fault.SLOW_DOWN, Fault.RESET_REQUEST, Fault.CORRUPT_REQUEST, Fault.LOSE_ANSWER]
ON_THE_WAY_BACK = [Fault.SLOW_DOWN, Fault.LOSE_ANSWER, Fault.RESET_ANSWER, Fault.TRUNCATE_ANSWER]


@pytest.fixture(scope="module")
def server() -> S3Server:
    try:
        return s3_server()
    except ServerUnavailable as problem:
        pytest.skip(str(problem))


@pytest.fixture
def proxy(server: S3Server) -> Iterator[FaultyProxy]:
    with faulty_proxy(server.endpoint) as running:
        yield running


@pytest.fixture
def location(server: S3Server, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> S3Location:
    for variable, value in server.environment.items():
        monkeypatch.setenv(variable, value)
    bucket = f"faults-{uuid.uuid4().hex[:12]}"
    server.make_bucket(bucket)
    return S3Location(bucket=bucket, prefix="p", endpoint=proxy.endpoint, path_style=True)


@pytest.fixture
def driver(location: S3Location) -> S3Store:
    return S3Store(location, part_size=5 * MIB)


@pytest.fixture
def store(driver: S3Store) -> ObjectStore:
    return VerifyingStore(RetryingStore(driver, PATIENT))


def put(store: ObjectStore, key: str, data: bytes) -> None:
    store.put(key, io.BytesIO(data), length=len(data), sha256=hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("fault", ON_THE_WAY_OUT)
def test_a_put_that_failed_on_the_way_is_retryable(driver: S3Store, proxy: FaultyProxy, fault: Fault) -> None:
    proxy.faults.append(fault)
    with pytest.raises(RetryableStoreError):
        put(driver, "a", OBJECT)
    put(driver, "a", OBJECT)
    assert b"".join(driver.open("a")) == OBJECT


@pytest.mark.parametrize("fault", ON_THE_WAY_OUT)
def test_a_put_is_repeated_from_the_start_of_its_body(store: ObjectStore, proxy: FaultyProxy, fault: Fault) -> None:
    body = io.BytesIO(b"before" + OBJECT)
    body.seek(6)
    proxy.faults.extend([fault] * 3)
    store.put("a", body, length=len(OBJECT), sha256=hashlib.sha256(OBJECT).hexdigest())
    assert proxy.requests.count("PUT") == 4
    assert b"".join(store.open("a")) == OBJECT


@pytest.mark.parametrize("fault", ON_THE_WAY_OUT)
@pytest.mark.parametrize("step", range(9))  # look (HEAD, GET), begin, three parts, look, complete
def test_a_multipart_upload_survives_a_fault_at_any_step(
    store: ObjectStore, proxy: FaultyProxy, server: S3Server, location: S3Location, fault: Fault, step: int
) -> None:
    data = OBJECT * 4
    proxy.faults.extend([None] * step)
    proxy.faults.append(fault)
    put(store, "big", data)
    assert not proxy.faults, "the upload has fewer steps"
    assert b"".join(store.open("big")) == data
    left = server.client.list_multipart_uploads(Bucket=location.bucket).get("Uploads", [])
    # When the answer to its creation is lost, nobody knows the upload's name; the bucket's lifecycle rule removes it.
    assert len(left) <= (1 if fault is Fault.LOSE_ANSWER else 0)


@pytest.mark.parametrize("fault", ON_THE_WAY_BACK)
def test_a_stream_goes_on_where_it_broke_off(store: ObjectStore, proxy: FaultyProxy, fault: Fault) -> None:
    put(store, "a", OBJECT)
    proxy.faults.extend([fault] * 3)
    assert b"".join(store.open("a", offset=MIB, length=2 * MIB)) == OBJECT[MIB : 3 * MIB]
    proxy.faults.extend([fault] * 3)
    assert store.get_range("a", 5, 100_000) == OBJECT[5:100_005]


@pytest.mark.parametrize("fault", ON_THE_WAY_BACK)
def test_without_retries_a_broken_stream_is_a_true_beginning(driver: S3Store, proxy: FaultyProxy, fault: Fault) -> None:
    put(driver, "a", OBJECT)
    proxy.faults.append(fault)
    given: list[bytes] = []
    with pytest.raises(RetryableStoreError):
        given.extend(driver.open("a"))
    assert OBJECT.startswith(b"".join(given))
    assert len(b"".join(given)) < len(OBJECT)


def test_corrupted_bytes_never_reach_their_end(store: ObjectStore, proxy: FaultyProxy) -> None:
    put(store, "a", OBJECT)
    given: list[bytes] = []
    proxy.faults.extend([None, Fault.CORRUPT_ANSWER])  # HEAD passes
    with pytest.raises(DigestMismatch):
        given.extend(store.open("a"))
    assert len(b"".join(given)) < len(OBJECT)


@pytest.mark.parametrize("fault", ON_THE_WAY_BACK)
def test_a_listing_goes_on_where_it_broke_off(store: ObjectStore, proxy: FaultyProxy, fault: Fault) -> None:
    wanted = [f"k{number:02}" for number in range(20)]
    for key in wanted:
        put(store, key, b"x")
    proxy.faults.extend([fault] * 3)
    assert [info.key for info in store.list()] == wanted


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.RESET_REQUEST, Fault.LOSE_ANSWER, Fault.TRUNCATE_ANSWER])
def test_deleting_is_repeated(store: ObjectStore, proxy: FaultyProxy, fault: Fault) -> None:
    put(store, "a", b"x")
    put(store, "b", b"x")
    proxy.faults.extend([fault] * 2)
    store.delete_many(["a", "b"])
    proxy.faults.extend([fault] * 2)
    store.delete("a")
    assert [*store.list()] == []


def test_a_lost_answer_to_a_put_does_not_hide_a_conflict(store: ObjectStore, proxy: FaultyProxy) -> None:
    put(store, "a", b"first")
    proxy.faults.append(Fault.LOSE_ANSWER)
    with pytest.raises(ObjectConflict):
        put(store, "a", b"other")


def test_retries_end(store: ObjectStore, proxy: FaultyProxy) -> None:
    proxy.faults.extend([Fault.SLOW_DOWN] * 100)
    with pytest.raises(StoreUnavailable, match="503 SlowDown"):
        store.get_range("a", 0, 1)
    assert len(proxy.requests) == PATIENT.tries


def test_a_permanent_error_is_not_repeated(store: ObjectStore, proxy: FaultyProxy) -> None:
    with pytest.raises(ObjectNotFound):
        store.get_range("never", 0, 1)
    assert proxy.requests == ["GET"]


def test_a_silent_server_is_given_up(location: S3Location, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_READ_TIMEOUT_S", 0.5)
    proxy.faults.append(Fault.SILENCE)
    with pytest.raises(StoreUnavailable, match="ReadTimeout"):
        S3Store(location).head("a")


def test_a_server_that_is_down_is_retryable(location: S3Location) -> None:
    nobody = S3Location(bucket=location.bucket, endpoint=f"http://127.0.0.1:{free_port()}", path_style=True)
    with pytest.raises(StoreUnavailable):
        S3Store(nobody).head("a")


def test_a_missing_bucket_is_trouble_not_an_empty_archive(
    proxy: FaultyProxy, location: S3Location, tmp_path: Path
) -> None:
    nowhere = S3Store(S3Location(bucket="no-such-bucket", endpoint=proxy.endpoint, path_style=True))
    spool = tmp_path / "spool"
    spool.write_bytes(b"x")
    calls = [
        lambda: nowhere.head("a"),
        lambda: nowhere.open("a"),
        lambda: nowhere.get_range("a", 0, 0),
        lambda: [*nowhere.list()],
        lambda: nowhere.delete_many(["a"]),
        lambda: put(nowhere, "a", b"x"),
        lambda: nowhere.adopt("a", spool, length=1, sha256=None),
    ]
    for call in calls:
        with pytest.raises(PermanentStoreError, match="NoSuchBucket"):
            call()
    assert spool.exists()


def test_wrong_credentials_are_permanent_and_not_shown(location: S3Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")
    with pytest.raises(PermanentStoreError) as caught:
        S3Store(location).get_range("a", 0, 1)
    assert not isinstance(caught.value, ObjectNotFound)
    assert "wrong-and-secret" not in str(caught.value)


def test_objects_are_encrypted_by_the_server_when_asked(location: S3Location, server: S3Server) -> None:
    encrypted = S3Store(
        S3Location(
            bucket=location.bucket, endpoint=server.endpoint, path_style=True, sse="aws:kms", kms_key_id="testkey-1"
        ),
        part_size=5 * MIB,
    )
    for key, data in (("small", OBJECT), ("parts", OBJECT * 4)):
        put(encrypted, key, data)
        assert server.client.head_object(Bucket=location.bucket, Key=key)["ServerSideEncryption"] == "aws:kms"
        assert b"".join(encrypted.open(key)) == data
        assert encrypted.get_range(key, 70_001, 1000) == data[70_001:71_001]


def test_checksums_kept_by_the_server_are_asked_for_when_wanted(location: S3Location, server: S3Server) -> None:
    store = S3Store(
        S3Location(bucket=location.bucket, endpoint=server.endpoint, path_style=True, checksum="when_supported"),
        part_size=5 * MIB,
    )
    for key, data in (("small", OBJECT), ("parts", OBJECT * 4)):
        put(store, key, data)
        assert b"".join(store.open(key)) == data
        assert store.head(key).sha256 == hashlib.sha256(data).hexdigest()
