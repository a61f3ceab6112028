"""A real PostgreSQL for tests: a cluster of its own with data checksums, run as our child, thrown away at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2 import sql

from tests.servers import ServerUnavailable, free_port

_DEBIAN_BINARIES = Path("/usr/lib/postgresql")
_READY_WITHIN_S = 30

# A crash of the server process loses nothing with these (the kernel has every write); a power cut would.
_FAST = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@contextmanager
def postgres(*, port: int = 0, durable: bool = False) -> Iterator[str]:
    """The DATABASE_URL of an empty database on a new server, by TCP on the loopback.

    `durable` keeps PostgreSQL's own settings about syncing, for measurements and power-cut tests. The server also
    listens on a Unix socket in its folder. As root, it runs as the user `postgres`, which its packages make.

    Raises: ServerUnavailable, when it is not installed or does not come up.
    """
    binaries = _binaries()
    port = port or free_port()
    # Not TMPDIR: another user must be able to reach it, and the path of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="atrium-postgres-", dir="/tmp"))
    try:
        with _running(binaries, folder, port, _SETTINGS | ({} if durable else _FAST)) as url:
            yield create_database(url, "atrium")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str) -> str:
    """A new, empty database on the server at `url`; its DATABASE_URL."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


def _binaries() -> Path:
    """The folder with initdb and postgres: wherever PATH has them, or else the newest of Debian's."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = [path.parent for path in _DEBIAN_BINARIES.glob("*/bin/initdb")]
    if not found:
        raise ServerUnavailable("no PostgreSQL: initdb is not installed (package postgresql)")
    return max(found, key=lambda path: int(path.parent.name))


@contextmanager
def _running(binaries: Path, folder: Path, port: int, settings: dict[str, str]) -> Iterator[str]:
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)
    as_user = _become_postgres(folder)
    data, log = folder / "data", folder / "server.log"
    made = subprocess.run(
        [
            *as_user,
            binaries / "initdb",
            *("--pgdata", data, "--username", "atrium", "--pwfile", folder / "password", "--auth", "scram-sha-256"),
            *("--data-checksums", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    if made.returncode:
        raise ServerUnavailable(f"no PostgreSQL: initdb: {made.stderr.strip().splitlines()[-1:]}")
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*as_user, binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, *options],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            url = f"postgresql://atrium:{password}@127.0.0.1:{port}/postgres"
            _await(server, url, log)
            yield url
        finally:
            _stop(server)


def _become_postgres(folder: Path) -> list[str]:
    """The command that runs another one as a user who may run PostgreSQL and that ends when this process dies."""
    if shutil.which("setpriv") is None:
        raise ServerUnavailable("no PostgreSQL: setpriv is not installed (package util-linux)")
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig=INT", "--"]
    try:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres", "postgres")
    except LookupError:
        raise ServerUnavailable("no PostgreSQL: root needs a user named postgres to run it") from None
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT", "--"]


def _await(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            psycopg2.connect(url, connect_timeout=5).close()
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace").strip().splitlines()[-1:]
                raise ServerUnavailable(f"no PostgreSQL: the server did not start: {''.join(said)}") from None
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    """PostgreSQL's fast shutdown: sessions are ended, the rest is in order; after 20 s not so fast any more."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=10)
