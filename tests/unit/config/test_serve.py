"""The supervisor: what it refuses, what it restarts, how it ends. Real processes, no database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.config.env import Environment
from archive.config.serve import faults, port_is_free, warnings
from tests import processes

ROOT = Path(__file__).resolve().parents[3]
SECRET = "s" * 40

SUPERVISE = """
import sys
from archive.config.children import Child
from archive.config.serve import supervise
web, worker = ((sys.executable, "-c", code) for code in sys.argv[1:])
sys.exit(supervise([Child("web", web), Child("worker", worker)]))
"""
SLEEPER = "import time; time.sleep(60)"


def _supervisor(web: str = SLEEPER, worker: str = SLEEPER) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SUPERVISE, web, worker], cwd=ROOT, stderr=subprocess.DEVNULL)


def _wait_for_children(pid: int, count: int) -> list[int]:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = [child for child in processes.children(pid) if processes.alive(child)]
        if len(found) == count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"expected {count} children, have {processes.children(pid)}")


def test_loopback_needs_no_secret() -> None:
    assert faults(Environment()) == []


def test_beyond_loopback_needs_a_secret_and_named_hosts() -> None:
    assert [line.split(":")[0] for line in faults(Environment(atrium_bind="0.0.0.0"))] == ["ATRIUM_SECRET_KEY"]
    open_hosts = Environment(atrium_bind="0.0.0.0", atrium_secret_key=SECRET, atrium_allowed_hosts=("*",))
    assert [line.split(":")[0] for line in faults(open_hosts)] == ["ATRIUM_ALLOWED_HOSTS"]
    assert faults(Environment(atrium_bind="0.0.0.0", atrium_secret_key=SECRET)) == []


def test_each_insecure_setting_is_told_in_one_line() -> None:
    told = warnings(
        Environment(
            atrium_bind="0.0.0.0",
            atrium_secret_key=SECRET,
            atrium_trusted_proxies=("0.0.0.0/0",),
            database_url="postgresql://user@db/atrium",
            storage_url="s3://bucket/?endpoint=http://store:9000",
        )
    )
    assert len(told) == 4
    assert all("\n" not in line and SECRET not in line for line in told)
    assert warnings(Environment(database_url="")) == []


def test_a_port_in_use_is_seen() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert not port_is_free(Environment(port=other.getsockname()[1]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_children_in_order(number: signal.Signals) -> None:
    with _supervisor() as supervisor:
        children = _wait_for_children(supervisor.pid, 2)
        supervisor.send_signal(number)
        assert supervisor.wait(timeout=20) == 0
        assert not any(processes.alive(child) for child in children)


def test_a_child_that_dies_is_started_again_while_the_other_runs_on() -> None:
    with _supervisor() as supervisor:
        web, worker = _wait_for_children(supervisor.pid, 2)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while not (set(processes.children(supervisor.pid)) - {web, worker}) and time.monotonic() < deadline:
            time.sleep(0.05)
        again = _wait_for_children(supervisor.pid, 2)
        assert web in again
        assert worker not in again
        supervisor.terminate()


def test_a_web_server_that_cannot_start_ends_the_supervisor_with_its_status() -> None:
    with _supervisor(web="import sys; sys.exit(3)") as supervisor:
        assert supervisor.wait(timeout=20) == 3


def test_a_killed_supervisor_leaves_nobody_behind() -> None:
    with _supervisor() as supervisor:
        children = _wait_for_children(supervisor.pid, 2)
        supervisor.kill()
        supervisor.wait()
        deadline = time.monotonic() + 5
        while any(processes.alive(child) for child in children) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(processes.alive(child) for child in children)
