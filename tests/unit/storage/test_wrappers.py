"""How often and how long is tried again, and what a digest check lets through; real faults are in tests/contract."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.base import ObjectInfo
from storage.errors import (
    DeleteIncomplete,
    DigestMismatch,
    ObjectNotFound,
    PermanentStoreError,
    RetryableStoreError,
    StoreUnavailable,
)
from storage.filesystem import FilesystemStore
from storage.memory import MemoryStore
from storage.streams import CHUNK_SIZE
from storage.wrappers import Backoff, RetryingStore, VerifyingStore

DATA = bytes(range(251)) * 20_000


class Unsteady(MemoryStore):
    """A memory store that is unavailable for the next `down` calls, and whose streams break every `stride` bytes."""

    down = 0
    stride: int | None = None
    calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.down:
            self.down -= 1
            raise StoreUnavailable("down")

    def head(self, key: str) -> ObjectInfo:
        self._call()
        return super().head(key)

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        self._call()
        if self.stride is None:
            return super().open(key, offset=offset, length=length)
        whole = b"".join(super().open(key, offset=offset, length=length))
        return self._broken(whole)

    def _broken(self, whole: bytes) -> Generator[bytes, None, None]:
        yield whole[: self.stride]
        if self.stride is not None and len(whole) > self.stride:
            raise StoreUnavailable("broken")

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        for number, info in enumerate(super().list(prefix, start_after=start_after)):
            if number == self.stride:
                raise StoreUnavailable("broken")
            yield info

    def delete_many(self, keys: Iterable[str]) -> None:
        self.calls += 1
        first, *rest = keys
        self.delete(first)
        if rest:
            raise DeleteIncomplete(dict.fromkeys(rest, "SlowDown"))


def put(store: MemoryStore, key: str, data: bytes = DATA) -> None:
    store.put(key, io.BytesIO(data), length=len(data), sha256=sha256(data).hexdigest())


@pytest.fixture
def unsteady() -> Unsteady:
    store = Unsteady()
    put(store, "a")
    return store


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def retrying(unsteady: Unsteady, waits: list[float]) -> RetryingStore:
    return RetryingStore(unsteady, Backoff(tries=5, first_wait_s=0.1, longest_wait_s=0.4), sleep=waits.append)


def test_waits_double_up_to_the_longest(retrying: RetryingStore, unsteady: Unsteady, waits: list[float]) -> None:
    unsteady.down = 4
    assert retrying.head("a").size == len(DATA)
    for waited, longest in zip(waits, (0.1, 0.2, 0.4, 0.4), strict=True):
        assert longest / 2 <= waited <= longest


def test_enough_is_enough(retrying: RetryingStore, unsteady: Unsteady, waits: list[float]) -> None:
    unsteady.down = 100
    with pytest.raises(StoreUnavailable):
        retrying.head("a")
    assert (unsteady.calls, len(waits)) == (5, 4)


def test_no_try_begins_after_the_time_is_up(unsteady: Unsteady, waits: list[float]) -> None:
    unsteady.down = 100
    with pytest.raises(StoreUnavailable):
        RetryingStore(unsteady, Backoff(first_wait_s=1, give_up_after_s=0.4), sleep=waits.append).head("a")
    assert (unsteady.calls, waits) == (1, [])


def test_a_permanent_error_is_not_tried_again(retrying: RetryingStore, unsteady: Unsteady, waits: list[float]) -> None:
    with pytest.raises(ObjectNotFound):
        retrying.head("never")
    assert (unsteady.calls, waits) == (1, [])


@given(st.integers(1, 2000), st.integers(0, 5000), st.none() | st.integers(0, 5000))
def test_a_stream_that_breaks_again_and_again_still_arrives(stride: int, offset: int, length: int | None) -> None:
    store = Unsteady()
    data = DATA[:10_000]
    put(store, "a", data)
    store.stride = stride
    patient = RetryingStore(store, Backoff(tries=2), sleep=lambda _: None)
    end = len(data) if length is None else offset + length
    assert b"".join(patient.open("a", offset=offset, length=length)) == data[offset:end]


def test_the_readers_own_pause_is_not_held_against_the_store(
    unsteady: Unsteady, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("storage.wrappers.time.monotonic", lambda: clock[0])
    unsteady.stride = 1_000_000
    store = RetryingStore(unsteady, Backoff(give_up_after_s=10), sleep=lambda _: None)
    arrived = b""
    for chunk in store.open("a"):
        arrived += chunk
        clock[0] += 3600
    assert arrived == DATA


def test_a_listing_that_breaks_goes_on_after_its_last_key(unsteady: Unsteady) -> None:
    for number in range(10):
        put(unsteady, f"k{number}", b"x")
    unsteady.stride = 3
    listed = RetryingStore(unsteady, Backoff(tries=2), sleep=lambda _: None).list("k")
    assert [info.key for info in listed] == [f"k{number}" for number in range(10)]


def test_only_what_is_left_is_deleted_again(retrying: RetryingStore, unsteady: Unsteady) -> None:
    for key in ("b", "c"):
        put(unsteady, key, b"x")
    retrying.delete_many(["a", "b", "c"])
    assert unsteady.calls == 3
    assert [*unsteady.list()] == []


def test_what_can_not_be_deleted_is_named(unsteady: Unsteady) -> None:
    with pytest.raises(DeleteIncomplete) as caught:
        RetryingStore(unsteady, Backoff(tries=1)).delete_many(["a", "b", "c"])
    assert caught.value.failed == {"b": "SlowDown", "c": "SlowDown"}
    assert isinstance(caught.value, RetryableStoreError)


# ---- digests


def damaged(folder: Path, data: bytes, at: int) -> VerifyingStore:
    """A store whose only object has one bit flipped on disk, behind its back."""
    store = FilesystemStore(folder)
    store.put("a", io.BytesIO(data), length=len(data), sha256=sha256(data).hexdigest())
    path = folder / "a"
    path.chmod(0o600)
    rotten = bytearray(data)
    rotten[at] ^= 1
    path.write_bytes(rotten)
    assert store.head("a").sha256 == sha256(data).hexdigest(), "the file system keeps no extended attributes"
    return VerifyingStore(store)


@pytest.mark.parametrize("size", [1, CHUNK_SIZE, CHUNK_SIZE + 1, 3 * CHUNK_SIZE])
@pytest.mark.parametrize("whole", [None, "length"])
def test_one_flipped_bit_never_reaches_the_end(tmp_path: Path, size: int, whole: str | None) -> None:
    store = damaged(tmp_path / "store", DATA[:size], size // 2)
    given: list[bytes] = []
    with pytest.raises(DigestMismatch):
        given.extend(store.open("a", length=size if whole else None))
    assert len(b"".join(given)) < size


def test_a_part_of_an_object_passes_unchecked(tmp_path: Path) -> None:
    store = damaged(tmp_path / "store", DATA, len(DATA) - 1)
    assert b"".join(store.open("a", length=100)) == DATA[:100]
    assert b"".join(store.open("a", offset=100, length=100)) == DATA[100:200]
    assert store.get_range("a", 5, 5) == DATA[5:10]


def test_an_object_without_a_known_digest_is_given_as_it_is(tmp_path: Path) -> None:
    store = VerifyingStore(FilesystemStore(tmp_path / "store"))
    (tmp_path / "store" / "copied").write_bytes(DATA)
    assert store.head("copied").sha256 is None
    assert b"".join(store.open("copied")) == DATA


def test_a_digest_mismatch_is_permanent() -> None:
    assert issubclass(DigestMismatch, PermanentStoreError)
