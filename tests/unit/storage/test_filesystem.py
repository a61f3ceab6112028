"""What only a folder can meet: full disks, lost mounts, strange files, crashes, and the order of its system calls."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from storage.errors import (
    DigestMismatch,
    ObjectConflict,
    ObjectNotFound,
    PermanentStoreError,
    StoreFull,
    StoreUnavailable,
)
from storage.filesystem import FilesystemStore

MIB = 1024 * 1024


def put(store: FilesystemStore, key: str, data: bytes) -> None:
    store.put(key, io.BytesIO(data), length=len(data), sha256=sha256(data).hexdigest())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> FilesystemStore:
    return FilesystemStore(root)


def unfinished(root: Path) -> list[Path]:
    return [*(root / ".unfinished").iterdir()]


def test_nothing_is_left_behind_by_success_or_failure(store: FilesystemStore, root: Path) -> None:
    put(store, "a", b"object")
    with pytest.raises(DigestMismatch):
        store.put("b", io.BytesIO(b"object"), length=6, sha256="0" * 64)
    with pytest.raises(ObjectConflict):
        put(store, "a", b"OBJECT")
    assert unfinished(root) == []


def _open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_stays_open(store: FilesystemStore) -> None:
    before = _open_descriptors()
    put(store, "a", bytes(3 * MIB))
    for _ in range(20):
        store.open("a").close()
        next(store.open("a"))
        store.head("a")
        with pytest.raises(ObjectNotFound):
            store.open("b")
    assert _open_descriptors() == before


def test_objects_are_read_only_and_closed_to_others(store: FilesystemStore, root: Path, tmp_path: Path) -> None:
    put(store, "a/b", b"object")
    spool = tmp_path / "spool"
    spool.write_bytes(b"object")
    store.adopt("a/c", spool, length=6, sha256=None)
    assert (root / "a/b").stat().st_mode & 0o777 == 0o440
    assert (root / "a/c").stat().st_mode & 0o777 == 0o440
    assert (root / "a").stat().st_mode & 0o007 == 0


def test_a_key_can_not_continue_another(store: FilesystemStore) -> None:
    put(store, "a", b"object")
    put(store, "folder/b", b"object")
    with pytest.raises(ObjectConflict):
        put(store, "a/b", b"object")
    with pytest.raises(ObjectConflict):
        put(store, "folder", b"object")


def test_a_folder_removed_from_outside_is_made_again(store: FilesystemStore, root: Path) -> None:
    put(store, "a/b", b"object")
    shutil.rmtree(root / "a")
    with pytest.raises(StoreUnavailable):  # the folder was known; RetryingStore's next try makes it
        put(store, "a/b", b"object")
    put(store, "a/b", b"object")


def test_a_store_that_vanished_is_trouble_not_an_empty_archive(store: FilesystemStore, root: Path) -> None:
    put(store, "a/b", b"object")
    root.rename(root.with_name("unmounted"))
    root.mkdir()
    for look in (store.head, store.open, store.local_path, lambda key: store.get_range(key, 0, 1)):
        with pytest.raises(StoreUnavailable, match="mounted"):
            look("a/b")
    with pytest.raises(StoreUnavailable):
        [*store.list("a/")]
    with pytest.raises(StoreUnavailable):
        put(store, "c", b"object")
    assert [*root.iterdir()] == []


def test_leftovers_of_a_crash_go_after_a_day(root: Path) -> None:
    FilesystemStore(root)
    old, fresh = root / ".unfinished/old", root / ".unfinished/fresh"
    for leftover in (old, fresh):
        leftover.write_bytes(b"half")
    os.utime(old, (0, time.time() - 25 * 3600))
    FilesystemStore(root)
    assert unfinished(root) == [fresh]


def test_a_listing_leaves_out_what_no_put_can_have_made(store: FilesystemStore, root: Path) -> None:
    put(store, "a/b", b"object")
    for stray in (".DS_Store", "a/.nfs0001", "a/with space", "ä"):
        (root / stray).write_bytes(b"x")
    assert [info.key for info in store.list()] == ["a/b"]


def test_a_file_that_became_shorter_while_read_is_damaged(store: FilesystemStore, root: Path) -> None:
    put(store, "a", bytes(3 * MIB))
    stream = store.open("a")
    next(stream)
    (root / "a").chmod(0o600)
    os.truncate(root / "a", 100)
    with pytest.raises(DigestMismatch):
        next(stream)


def test_a_folder_where_none_can_be_made_is_a_permanent_error() -> None:
    with pytest.raises(PermanentStoreError):
        FilesystemStore(Path("/sys/atrium-store"))  # not even by root


# ---- a disk of its own


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Four megabytes, really mounted."""
    mount_point = tmp_path / "disk"
    mount_point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mount_point)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield mount_point
    subprocess.run(["umount", str(mount_point)], check=True)


def test_a_full_disk_is_said_and_heals_by_itself(small_disk: Path) -> None:
    store = FilesystemStore(small_disk / "store")
    put(store, "first", bytes(3 * MIB))
    with pytest.raises(StoreFull):
        put(store, "second", bytes(2 * MIB))
    assert [info.key for info in store.list()] == ["first"]
    assert unfinished(small_disk / "store") == []
    store.delete("first")
    put(store, "second", bytes(2 * MIB))


def test_a_spool_on_another_disk_is_copied(small_disk: Path, store: FilesystemStore) -> None:
    for digest in (sha256(b"object").hexdigest(), None):
        spool = small_disk / "spool"
        spool.write_bytes(b"object")
        store.adopt("a", spool, length=6, sha256=digest)
        assert not spool.exists()
    assert store.get_range("a", 0, 6) == b"object"


# ---- crashes

_WRITER = """
import hashlib, io, sys, time
from pathlib import Path
from storage.filesystem import FilesystemStore

class Slow(io.BytesIO):
    def read(self, size):
        time.sleep(0.0005)
        return super().read(min(size, 65536))

store, number = FilesystemStore(Path(sys.argv[1])), 0
print("ready", flush=True)
while True:
    data = hashlib.shake_128(sys.argv[2].encode() + b"%d" % number).digest(3_000_000)
    digest = hashlib.sha256(data).hexdigest()
    if number % 2:
        store.put(f"{digest[:2]}/{digest}", Slow(data), length=len(data), sha256=digest)
    else:
        spool = Path(sys.argv[1]).with_name("spooled")
        spool.write_bytes(data)
        store.adopt(f"{digest[:2]}/{digest}", spool, length=len(data), sha256=digest)
    print(digest, flush=True)
    number += 1
"""


def test_a_killed_writer_leaves_whole_objects_or_none(root: Path) -> None:
    """The body trickles in, so that most kills hit a put in the middle; a driver that writes in place fails here.
    The spooled file's name is used again, so one that leaves a crashed object under two names fails as well.
    """
    random = Random(20)
    acknowledged = set()
    for round_number in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, root, str(round_number)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(random.uniform(0, 0.15))
            writer.send_signal(signal.SIGKILL)
            acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    store = FilesystemStore(root)
    visible = {info.key.rpartition("/")[2] for info in store.list()}
    assert acknowledged <= visible
    assert len(acknowledged) > 12
    for digest in visible:
        assert sha256(b"".join(store.open(f"{digest[:2]}/{digest}"))).hexdigest() == digest


# ---- power cuts: nothing can be asserted after one here, but the order of the system calls can

_TRACED = """
import hashlib, io, os, sys
from pathlib import Path
from storage.filesystem import FilesystemStore
root = Path(sys.argv[1])
store, data = FilesystemStore(root / "store"), bytes(500_000)
digest = hashlib.sha256(data).hexdigest()
for key in ("2026/cold", "2026/hot"):
    (root / "spool").write_bytes(data)
    os.write(1, b"MARK adopt\\n")
    store.adopt(key, root / "spool", length=len(data), sha256=digest)
    os.write(1, b"MARK put\\n")
    store.put(key + ".put", io.BytesIO(data), length=len(data), sha256=digest)
os.write(1, b"MARK end\\n")
"""


def _traced_calls(folder: Path) -> list[list[str]]:
    """The system calls that change something, per marked step: adopt and put, cold and hot."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = folder / "strace.log"
    # -y shows the path behind each descriptor.
    calls = "write,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir"
    command = [
        strace,
        "-f",
        "-y",
        "-s",
        "16",
        "-o",
        str(log),
        "-e",
        f"trace={calls}",
        sys.executable,
        "-c",
        _TRACED,
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    lines = [re.sub(r"^\d+ +", "", line) for line in log.read_text().splitlines()]
    lines = [line for line in lines if "/spool>" not in line or not line.startswith("write(")]  # the script's own
    marks = [number for number, line in enumerate(lines) if "MARK" in line]
    return [lines[start + 1 : end] for start, end in pairwise(marks)]


def _named(line: str, folder: Path) -> str:
    """`fdatasync(3<…/spool>) = 0` as `fdatasync spool`."""
    call, _, rest = line.partition("(")
    paths = re.findall(rf'[<"]{re.escape(str(folder))}/([^>"]*)[>"]', rest)
    return " ".join([call, *(re.sub(r"[0-9a-f]{32}", "*", path) for path in paths)])


def test_everything_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    cold_adopt, cold_put, hot_adopt, hot_put = (
        [_named(line, tmp_path) for line in step] for step in _traced_calls(tmp_path)
    )
    assert cold_adopt == [
        "fdatasync spool",
        "mkdir store/2026",
        "fsync store",
        "renameat2 spool store/2026/cold",
        "fsync store/2026",
    ]
    assert hot_adopt == ["fdatasync spool", "renameat2 spool store/2026/hot", "fsync store/2026"]
    for step, name in ((cold_put, "cold"), (hot_put, "hot")):
        assert step == [
            "write store/.unfinished/*",
            "fdatasync store/.unfinished/*",
            f"renameat2 store/.unfinished/* store/2026/{name}.put",
            "fsync store/2026",
        ]
