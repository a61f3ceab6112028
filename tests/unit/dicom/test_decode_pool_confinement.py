"""What a decoder child can no longer do, tried in a real process that has confined itself."""

from __future__ import annotations

import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]


def confined(attempt: str) -> str:
    """Runs `attempt` in a confined process: its output, or the name of the error it met."""
    script = f"""
        import os, socket, subprocess, sys, threading, _posixsubprocess
        from archive.dicom.confinement import confine
        assert confine(1 << 30), "no system call filter"
        try:
            {attempt}
        except BaseException as error:
            print(type(error).__name__, end="", flush=True)
            os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=30, cwd=_ROOT
    )
    assert "no system call filter" not in done.stderr
    return done.stdout


pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="no filter for this machine")


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/tmp/atrium-confinement-test', 'w')",
        "os.listdir('/')",
        "socket.socket()",
        "socket.socketpair()",
        "os.execv('/bin/true', ['true'])",
        "os.fork()",
        "subprocess.run(['/bin/true'])",
        "os.kill(1, 0)",
        "os.unlink('/tmp/atrium-confinement-test')",
        "os.rename('/tmp/atrium-a', '/tmp/atrium-b')",
    ],
)
def test_files_sockets_and_programs_are_out_of_reach(attempt: str) -> None:
    assert confined(attempt) == "PermissionError"


def test_memory_is_limited() -> None:
    assert confined("bytearray(1 << 31)") == "MemoryError"


def test_computing_threads_and_speaking_stay_possible() -> None:
    attempt = "t = threading.Thread(target=lambda: print(sum(range(10)), end='', flush=True)); t.start(); t.join()"
    assert confined(attempt) == "45"
