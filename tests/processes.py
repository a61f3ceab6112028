"""What the kernel says of running processes: children, memory, processor time. Linux's /proc, nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path


def children(pid: int) -> list[int]:
    """Direct children of `pid`."""
    found = []
    for task in _entries(Path(f"/proc/{pid}/task")):
        with contextlib.suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def tree(pid: int) -> list[int]:
    """`pid` and everything below it, parents first."""
    found = [pid]
    for known in found:
        found.extend(children(known))
    return found


def alive(pid: int) -> bool:
    """Whether `pid` runs (a zombie does not)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def resident_bytes(pid: int) -> int:
    """Resident set of one process now; 0 when it is gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def private_bytes(pid: int) -> int:
    """What this process alone holds in memory (its own dirty and clean pages): the share that a leak would grow."""
    total = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1]) * 1024
    return total


def kill_tree(pid: int) -> None:
    """SIGKILL to all of it at once, as a power cut would; returns when they are gone."""
    doomed = tree(pid)
    for one in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(alive(one) for one in doomed) and time.monotonic() < deadline:
        time.sleep(0.01)


def _entries(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(folder.iterdir())
    return []
