"""A real Atrium for tests: the supervisor with gunicorn and its worker, on a free port, in a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests import processes

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 60
FAULT = re.compile(r"Traceback|unexpected_error|Internal Server Error|database is locked|audit_reads_delayed")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RunningArchive:
    """One server with what a client needs to speak to it."""

    def __init__(self, data_dir: Path, environment: dict[str, str]) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.dicom_web = f"{self.url}/dicom-web"
        self.log_path = data_dir.parent / f"{data_dir.name}.log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ATRIUM_", "DATABASE_", "STORAGE_"))}
        defaults = {"ATRIUM_DEMO": "0", "ATRIUM_LOG_LEVEL": "info", "ATRIUM_AI_QUIET_S": "1"}
        own = {"ATRIUM_DATA_DIR": str(data_dir), "PORT": str(self.port), "ATRIUM_BIND": "127.0.0.1"}
        self.environment = inherited | defaults | environment | own
        self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    # ---- life

    def start(self) -> RunningArchive:
        """Returns when /readyz says yes; makes a token on the first start."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self._wait_until_ready()
        self.token = self.token or self.create_token("tests", "dicomweb")
        return self

    def stop(self) -> int:
        """SIGTERM, as a process manager ends it; the exit status."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._process = None

    def kill(self) -> None:
        """SIGKILL to every process of it at the same moment."""
        if self._process is not None:
            processes.kill_tree(self._process.pid)
            self._process.wait()
            self._process = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        said = "nothing"
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                answer = requests.get(f"{self.url}/readyz", timeout=10)
                said = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code == 200:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        tail = "\n".join(self.log().splitlines()[-30:])
        self.kill()
        raise AssertionError(f"the server did not become ready; /readyz said {said}; its log ends:\n{tail}")

    # ---- speaking to it

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def session(self, token: str | None = None) -> requests.Session:
        """A keep-alive client with the bearer token."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token or self.token}"
        session.trust_env = False
        return session

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `manage.py …` on the same data while the server runs."""
        argv = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(argv, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600)
        if check and done.returncode:
            raise AssertionError(f"manage.py {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done

    def create_token(self, name: str, *scopes: str) -> str:
        """A bearer token; the command prints it on its last line."""
        wanted = [part for scope in scopes for part in ("--scope", scope)]
        return self.manage("create_token", name, *wanted).stdout.strip().splitlines()[-1]

    # ---- looking at it

    def pids(self) -> list[int]:
        """Supervisor, gunicorn, its workers, the background worker."""
        return processes.tree(self._process.pid) if self._process else []

    def web_worker_pids(self) -> list[int]:
        """The processes that answer requests."""
        master = next(pid for pid in self.pids() if b"archive.config.gunicorn" in _command_line(pid))
        return [pid for pid in processes.children(master) if processes.alive(pid)]

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def faults(self) -> list[str]:
        """Log lines that must never be there."""
        return [line for line in self.log().splitlines() if FAULT.search(line)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
