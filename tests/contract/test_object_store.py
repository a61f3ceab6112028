"""The contract of `storage.base`, one suite for every driver and every store around a store.

S3 means a real server: Ceph RGW, or the one that ATRIUM_TEST_S3 names.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.base import ObjectStore
from storage.errors import DigestMismatch, InvalidKey, InvalidRange, ObjectConflict, ObjectNotFound, StoreError
from storage.factory import open_store
from storage.filesystem import FilesystemStore
from storage.memory import MemoryStore
from storage.s3 import S3Location, S3Store
from storage.streams import CHUNK_SIZE
from storage.wrappers import RetryingStore, VerifyingStore
from tests.servers import ServerUnavailable
from tests.servers.ceph import S3Server
from tests.servers.shared import s3_server

MIB = 1024 * 1024
SMALLEST_PART = 5 * MIB


@pytest.fixture(scope="session")
def bucket() -> tuple[S3Server, str]:
    try:
        server = s3_server()
    except ServerUnavailable as problem:
        pytest.skip(str(problem))
    name = f"contract-{uuid.uuid4().hex[:12]}"
    server.make_bucket(name)
    return server, name


def _s3_url(request: pytest.FixtureRequest) -> str:
    """A fresh prefix in the bucket, with the credentials where boto3 looks for them."""
    server, name = request.getfixturevalue("bucket")
    patch = request.getfixturevalue("monkeypatch")
    for variable, value in server.environment.items():
        patch.setenv(variable, value)
    url: str = server.storage_url(f"{name}/{uuid.uuid4().hex}")
    return url


def _s3(request: pytest.FixtureRequest, part_size: int) -> ObjectStore:
    url = urlsplit(_s3_url(request))
    location = S3Location(
        bucket=url.netloc,
        prefix=url.path.strip("/"),
        endpoint=request.getfixturevalue("bucket")[0].endpoint,
        path_style=True,
    )
    return S3Store(location, part_size=part_size)


DRIVERS: dict[str, Callable[[pytest.FixtureRequest, Path], ObjectStore]] = {
    "memory": lambda request, folder: MemoryStore(),
    "filesystem": lambda request, folder: FilesystemStore(folder / "store"),
    "retrying": lambda request, folder: RetryingStore(MemoryStore()),
    "verifying": lambda request, folder: VerifyingStore(FilesystemStore(folder / "store")),
    "file-url": lambda request, folder: open_store(f"file://{folder}/store"),
    "s3": lambda request, folder: _s3(request, 64 * MIB),
    "s3-multipart": lambda request, folder: _s3(request, SMALLEST_PART),
    "s3-url": lambda request, folder: open_store(_s3_url(request)),
}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.s3 if "s3" in name else ()) for name in DRIVERS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return DRIVERS[request.param](request, tmp_path)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes without a pattern, the same for the same seed; a shift or a repeat can't go unseen."""
    return hashlib.shake_128(f"{seed}".encode()).digest(size)


def put(store: ObjectStore, key: str, data: bytes) -> None:
    store.put(key, io.BytesIO(data), length=len(data), sha256=sha256(data))


def read(store: ObjectStore, key: str) -> bytes:
    return b"".join(store.open(key))


def keys(store: ObjectStore, prefix: str = "", start_after: str = "") -> list[str]:
    return [info.key for info in store.list(prefix, start_after=start_after)]


# ---- putting


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 12 * MIB + 7])
def test_what_was_put_comes_back(store: ObjectStore, size: int) -> None:
    data = noise(size)
    put(store, "packs/2026/one.tar", data)
    assert read(store, "packs/2026/one.tar") == data
    assert store.get_range("packs/2026/one.tar", 0, size) == data


def test_an_object_begins_where_the_body_stands(store: ObjectStore) -> None:
    body = io.BytesIO(b"header" + b"object")
    body.seek(6)
    store.put("a", body, length=6, sha256=sha256(b"object"))
    assert read(store, "a") == b"object"
    assert not body.closed


@pytest.mark.parametrize("size", [6, 11 * MIB])
def test_same_bytes_twice_is_success(store: ObjectStore, size: int) -> None:
    put(store, "a/b", noise(size))
    put(store, "a/b", noise(size))
    assert read(store, "a/b") == noise(size)


@pytest.mark.parametrize("size", [6, 11 * MIB])
def test_other_bytes_under_a_taken_key_are_refused_and_the_first_stay(store: ObjectStore, size: int) -> None:
    put(store, "a/b", noise(size, seed=1))
    with pytest.raises(ObjectConflict):
        put(store, "a/b", noise(size, seed=2))
    with pytest.raises(ObjectConflict):
        put(store, "a/b", noise(size + 1, seed=2))
    assert read(store, "a/b") == noise(size, seed=1)


@pytest.mark.parametrize(
    ("data", "length", "digest"),
    [
        (b"object", 6, sha256(b"Object")),
        (b"object", 5, sha256(b"objec")),
        (b"object", 7, sha256(b"object")),
        (b"", 1, sha256(b"")),
        (b"object", 6, ""),
    ],
)
def test_bytes_that_are_not_the_promised_ones_are_not_stored(
    store: ObjectStore, data: bytes, length: int, digest: str
) -> None:
    with pytest.raises(DigestMismatch):
        store.put("a", io.BytesIO(data), length=length, sha256=digest)
    assert keys(store) == []
    put(store, "a", b"the key is still free")


# ---- adopting


@pytest.fixture
def spooled(tmp_path: Path) -> Callable[[bytes], Path]:
    numbers = itertools.count()

    def spool(data: bytes) -> Path:
        path = tmp_path / f"spooled{next(numbers)}"
        path.write_bytes(data)
        return path

    return spool


@pytest.mark.parametrize("size", [0, 500_000, 11 * MIB])
@pytest.mark.parametrize("digest_known", [True, False])
def test_an_adopted_file_is_the_object_and_is_gone_from_the_spool(
    store: ObjectStore, spooled: Callable[[bytes], Path], size: int, digest_known: bool
) -> None:
    data = noise(size)
    path = spooled(data)
    store.adopt("a/b/c", path, length=size, sha256=sha256(data) if digest_known else None)
    assert read(store, "a/b/c") == data
    assert not path.exists()


@pytest.mark.parametrize("digest", [sha256(b"object"), None])
def test_adopting_the_same_bytes_again_is_success(
    store: ObjectStore, spooled: Callable[[bytes], Path], digest: str | None
) -> None:
    put(store, "a", b"object")
    path = spooled(b"object")
    store.adopt("a", path, length=6, sha256=digest)
    assert not path.exists()


@pytest.mark.parametrize("digest", [sha256(b"OBJECT"), None])
def test_a_file_that_may_not_be_adopted_stays(
    store: ObjectStore, spooled: Callable[[bytes], Path], digest: str | None
) -> None:
    put(store, "a", b"object")
    path = spooled(b"OBJECT")
    with pytest.raises(ObjectConflict):
        store.adopt("a", path, length=6, sha256=digest)
    with pytest.raises(DigestMismatch):
        store.adopt("b", path, length=7, sha256=digest)
    assert path.read_bytes() == b"OBJECT"
    assert read(store, "a") == b"object"
    assert keys(store) == ["a"]


def test_a_file_to_adopt_that_is_missing_is_the_callers_error(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.adopt("a", tmp_path / "never made", length=1, sha256=sha256(b"x"))


# ---- reading


def test_every_range_is_the_same_slice(store: ObjectStore) -> None:
    data = noise(CHUNK_SIZE + 1000)
    put(store, "a", data)

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(data)), st.integers(0, len(data)))
    def check(first: int, second: int) -> None:
        start, end = sorted((first, second))
        assert store.get_range("a", start, end - start) == data[start:end]
        assert b"".join(store.open("a", offset=start, length=end - start)) == data[start:end]
        assert b"".join(store.open("a", offset=start)) == data[start:]

    check()


@pytest.mark.parametrize(("offset", "length"), [(0, 7), (6, 1), (7, 0), (5, 2), (-1, 2), (2, -1), (1 << 40, 1)])
def test_a_range_beyond_the_object_is_an_error_never_a_short_answer(
    store: ObjectStore, offset: int, length: int
) -> None:
    put(store, "a", b"object")
    with pytest.raises(InvalidRange):
        store.get_range("a", offset, length)
    with pytest.raises(InvalidRange):
        store.open("a", offset=offset, length=length)


def test_the_rest_of_an_object_may_be_empty_but_not_begin_behind_it(store: ObjectStore) -> None:
    put(store, "a", b"object")
    put(store, "empty", b"")
    assert b"".join(store.open("a", offset=6)) == b""
    assert b"".join(store.open("a", offset=3, length=0)) == b""
    assert b"".join(store.open("empty")) == b""
    assert store.get_range("empty", 0, 0) == b""
    with pytest.raises(InvalidRange):
        store.open("a", offset=7)


def test_a_stream_comes_in_chunks_and_may_be_left_early(store: ObjectStore) -> None:
    data = noise(5 * MIB)
    put(store, "a", data)
    assert max(len(chunk) for chunk in store.open("a")) <= CHUNK_SIZE
    for _ in range(3):
        stream = store.open("a", offset=10)
        assert data[10:].startswith(next(stream))
        stream.close()
    store.open("a").close()


def test_what_is_not_there_is_said_at_once(store: ObjectStore) -> None:
    put(store, "a/b", b"object")
    for key in ("a", "a/b/c", "b", "a/bb"):
        for look in (
            store.open,
            store.head,
            lambda key: store.get_range(key, 0, 0),
            lambda key: store.get_range(key, 0, 1),
        ):
            with pytest.raises(ObjectNotFound):
                look(key)


def test_head_tells_size_time_and_digest(store: ObjectStore) -> None:
    put(store, "a", b"object")
    info = store.head("a")
    assert (info.key, info.size, info.sha256) == ("a", 6, sha256(b"object"))
    assert info.modified.tzinfo is UTC
    assert abs(info.modified - datetime.now(UTC)) < timedelta(seconds=60)


def test_a_local_path_is_the_object_where_there_are_files(store: ObjectStore) -> None:
    put(store, "a/b", b"object")
    path = store.local_path("a/b")
    assert path is None or path.read_bytes() == b"object"


# ---- listing and deleting


SEGMENTS = st.sampled_from(["a", "a-b", "a.b", "a0", "ab", "b", "A", "_", "z=1"])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)


def _without_continued_keys(found: set[str]) -> list[str]:
    """The contract's one restriction: no key is a folder of another."""
    return [key for key in found if not any(other.startswith(key + "/") for other in found)]


def test_a_listing_is_all_keys_with_the_prefix_in_order(store: ObjectStore) -> None:
    numbers = itertools.count()

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sets(KEYS, max_size=12).map(_without_continued_keys), st.data())
    def check(wanted: list[str], data: st.DataObject) -> None:
        root = f"r{next(numbers)}/"
        for key in wanted:
            put(store, root + key, key.encode())
        prefix = root + data.draw(st.one_of(st.just(""), KEYS, KEYS.map(lambda key: key[: len(key) // 2])))
        after = data.draw(
            st.one_of(st.just(""), KEYS.map(root.__add__), st.sampled_from(["", *(root + k for k in wanted)]))
        )
        expected = sorted(root + key for key in wanted if (root + key).startswith(prefix) and root + key > after)
        assert keys(store, prefix, after) == expected

    check()


def test_a_listing_tells_size_and_time(store: ObjectStore) -> None:
    put(store, "a/b", b"object")
    (info,) = store.list("a/")
    assert (info.key, info.size, info.modified) == (
        "a/b",
        6,
        store.head("a/b").modified.replace(microsecond=info.modified.microsecond),
    )
    assert info.sha256 in (None, sha256(b"object"))


@pytest.mark.parametrize("prefix", ["../", "/", "a/../", "//", "a//", ".", "\0", "a\\"])
def test_a_prefix_that_no_key_can_have_lists_nothing(store: ObjectStore, prefix: str) -> None:
    put(store, "a/b", b"object")
    assert keys(store, prefix) == []


def test_a_thousand_and_more_objects_are_listed_and_deleted(store: ObjectStore) -> None:
    wanted = [f"many/{number:05}" for number in range(1005)]
    with ThreadPoolExecutor(8) as threads:
        [*threads.map(lambda key: put(store, key, b"x"), wanted)]
    put(store, "other", b"stays")
    assert keys(store, "many/") == wanted
    assert keys(store, "many/", wanted[500]) == wanted[501:]
    store.delete_many(iter([*wanted, "many/never-there"]))
    assert keys(store) == ["other"]


def test_deleting_twice_or_nothing_is_success(store: ObjectStore) -> None:
    put(store, "a/b", b"object")
    store.delete("a/b")
    store.delete("a/b")
    store.delete("never/there")
    store.delete_many(["a/b", "never/there"])
    store.delete_many([])
    with pytest.raises(ObjectNotFound):
        store.open("a/b")
    put(store, "a/b", b"a deleted key is free for other bytes")
    assert read(store, "a/b") == b"a deleted key is free for other bytes"


# ---- keys


BAD_KEYS = [
    *("", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "a/./b", ".hidden", "a/.b"),
    *(
        "a\0b",
        "a\\b",
        "a\nb",
        "a b",
        "a?b",
        "a%2e",
        "é",
        "a\u202eb",
        "\ud800",
        "C:/a",
        "-rf",
        "a" * 201,
        "a/" * 256 + "a",
    ),
]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_outside_the_rules_is_refused_by_every_call(store: ObjectStore, key: str, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.write_bytes(b"x")
    calls: list[Callable[[], object]] = [
        lambda: put(store, key, b"x"),
        lambda: store.adopt(key, spool, length=1, sha256=None),
        lambda: store.get_range(key, 0, 1),
        lambda: store.open(key),
        lambda: store.head(key),
        lambda: store.delete(key),
        lambda: store.delete_many([key]),
    ]
    for call in calls:
        with pytest.raises(InvalidKey):
            call()
    assert spool.read_bytes() == b"x"


def test_any_key_within_the_rules_keeps_its_bytes(store: ObjectStore) -> None:
    segment = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._=+@-]{0,40}", fullmatch=True)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(segment, min_size=1, max_size=4))
    def check(segments: list[str]) -> None:
        key = "/".join([*segments, uuid.uuid4().hex])
        put(store, key, key.encode())
        assert read(store, key) == key.encode()
        assert keys(store, key) == [key]

    check()


def test_the_longest_key_is_kept(store: ObjectStore) -> None:
    key = "/".join(["k" * 127] * 4)
    put(store, key, b"object")
    assert (keys(store), read(store, key)) == ([key], b"object")


# ---- many at once


def _together(count: int, work: Callable[[int], object]) -> Iterator[object]:
    """What each of `count` threads, let loose at the same moment, returned or raised."""
    barrier = threading.Barrier(count)

    def run(number: int) -> object:
        barrier.wait()
        try:
            return work(number)
        except StoreError as problem:
            return problem

    with ThreadPoolExecutor(count) as threads:
        yield from threads.map(run, range(count))


def test_many_writers_of_the_same_bytes_all_succeed(store: ObjectStore) -> None:
    data = noise(300_000)
    for round_number in range(5):
        key = f"round/{round_number}"
        assert set(_together(12, lambda _, key=key: put(store, key, data))) == {None}  # type: ignore[misc]
        assert read(store, key) == data


def test_many_writers_of_different_bytes_have_one_winner(store: ObjectStore) -> None:
    for round_number in range(5):
        key = f"round/{round_number}"
        results = [*_together(12, lambda number, key=key: put(store, key, noise(300_000, seed=number)))]  # type: ignore[misc]
        winners = [number for number, result in enumerate(results) if result is None]
        assert len(winners) == 1, results
        assert all(isinstance(result, ObjectConflict) for number, result in enumerate(results) if number not in winners)
        assert read(store, key) == noise(300_000, seed=winners[0])


def test_a_reader_sees_a_whole_object_or_none(store: ObjectStore) -> None:
    data = noise(3 * MIB)
    done = threading.Event()

    def look(_: int) -> set[int]:
        seen = set()
        while not done.is_set():
            try:
                seen.add(len(read(store, "a")))
                seen.update(info.size for info in store.list())
            except ObjectNotFound:
                seen.add(-1)
        return seen

    def write() -> None:
        for _ in range(5):
            put(store, "a", data)
            store.delete("a")
        done.set()

    with ThreadPoolExecutor(3) as threads:
        watching = [threads.submit(look, number) for number in range(2)]
        write()
        for watch in watching:
            assert watch.result() <= {-1, len(data)}
