"""Processes that the supervisor keeps alive: started in a session of their own, ended as a group, never orphaned."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.config.env import HERE

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # a child that lived this long starts again with the first pause
PR_SET_PDEATHSIG = 1


def _dies_with_parent() -> Callable[[], None] | None:
    """What a child runs before exec so that a killed supervisor leaves nobody behind (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def follow() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)

    return follow


@dataclass
class Child:
    """One process with its restarts. `once` children may end by themselves."""

    name: str
    argv: tuple[str, ...]
    once: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started: float = 0.0
    _pause: float = FIRST_PAUSE_S
    _due: float = 0.0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def age_s(self) -> float:
        """Seconds since its last start."""
        return time.monotonic() - self._started

    def start(self) -> None:
        # Its own session: Ctrl-C in the terminal reaches the supervisor alone, which ends all in order.
        self._process = subprocess.Popen(  # noqa: S603 - fixed argument list, no shell
            self.argv, cwd=HERE, start_new_session=True, preexec_fn=_dies_with_parent()
        )
        self._started = time.monotonic()

    def ended(self) -> int | None:
        """The exit status, once, right after the end; None while it runs or when the end was already told."""
        if self._process is None or self._process.poll() is None:
            return None
        status, self._process = self._process.returncode, None
        self._pause = FIRST_PAUSE_S if self.age_s > STEADY_S else self._pause
        self._due = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_S)
        return status

    def restart_if_due(self) -> bool:
        """Starts it again after its pause; True when it did."""
        if self.once or self._process is not None or time.monotonic() < self._due:
            return False
        self.start()
        return True

    def signal(self, number: int) -> None:
        """To the whole group: a worker may have children of its own."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself, which ends its own children as it sees fit."""
        if self.running and self._process is not None:
            self._process.terminate()
