"""The embedded supervisor: gunicorn and one background worker in the foreground, as `manage.py serve` starts them.

It holds no database connection and imports no Django, so nothing in it can hang or grow. Larger sites start the same
two processes by systemd or compose instead.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import structlog

from archive.config.children import Child
from archive.config.env import HERE, Environment, environment
from archive.config.logs import json_formatter

log = structlog.get_logger("atrium.serve")
END_WITHIN_S = 35.0  # gunicorn itself gives running requests 30 s
BOOT_S = 10.0  # a web server that ends sooner after its very first start cannot run at all: say so instead of looping
TICK_S = 0.5


def faults(env: Environment) -> list[str]:
    """Why this configuration must not serve, one line per fault."""
    found = []
    if env.listens_beyond_loopback and not env.atrium_secret_key:
        found.append("ATRIUM_SECRET_KEY: must be set before listening beyond loopback (ATRIUM_BIND)")
    if env.listens_beyond_loopback and "*" in env.atrium_allowed_hosts:
        found.append("ATRIUM_ALLOWED_HOSTS: must name the hosts, not *, before listening beyond loopback")
    return found


def warnings(env: Environment) -> list[str]:
    """What is allowed but weaker than it could be, one line per setting."""
    found = []
    if env.listens_beyond_loopback:
        found.append(f"ATRIUM_BIND={env.atrium_bind}: plain HTTP leaves this machine; put a proxy with TLS in front")
    if "*" in env.atrium_allowed_hosts:
        found.append("ATRIUM_ALLOWED_HOSTS=*: any Host header is believed")
    if any(network.endswith("/0") for network in env.atrium_trusted_proxies):
        found.append("ATRIUM_TRUSTED_PROXIES: every client may say who it is")
    if env.database_url.startswith("postgres") and "sslmode" not in env.database_url:
        found.append("DATABASE_URL: sslmode is not set; the connection may be plain")
    if env.storage_url.startswith("s3://") and "endpoint=http://" in env.storage_url.replace("%3A%2F%2F", "://"):
        found.append("STORAGE_URL: the object store is reached by plain HTTP")
    reserved = {
        "ATRIUM_BROKER_URL": env.atrium_broker_url,
        "ATRIUM_DIMSE_PORT": env.atrium_dimse_port,
        "ATRIUM_MLLP_PORT": env.atrium_mllp_port,
    }
    found += [f"{name}: set, but this release has nothing that uses it" for name, value in reserved.items() if value]
    return found


def port_is_free(env: Environment) -> bool:
    """Whether gunicorn will be able to listen."""
    family = socket.AF_INET6 if ":" in env.atrium_bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.atrium_bind, env.port))
        except OSError:
            return False
    return True


def prepare(env: Environment) -> None:
    """Makes or upgrades the embedded data folder; a database server is migrated by its operator, when they say so."""
    env.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (env.data_dir / "static").mkdir(exist_ok=True)  # collectstatic may fill it for a proxy; we serve without
    if env.effective_database_url.startswith("sqlite"):
        subprocess.run(_manage("migrate", "--noinput", "--verbosity", "0"), cwd=HERE, check=True)  # noqa: S603


def _manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(HERE / "manage.py"), *arguments)


def processes(*, welcome: bool) -> list[Child]:
    """What to keep running; the first one decides whether a start succeeded."""
    children = [
        Child("web", (sys.executable, "-m", "gunicorn", "-c", "python:archive.config.gunicorn")),
        Child("worker", _manage("worker")),
    ]
    if welcome:
        children.append(Child("welcome", (sys.executable, "-m", "archive.config.welcome"), once=True))
    return children


def supervise(children: Sequence[Child]) -> int:
    """Runs until SIGTERM or SIGINT; the status to exit with."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)  # the wake-up descriptor carries it into the loop below
    for child in children:
        child.start()
        log.info("started", process=child.name, pid=child.pid)
    booting = True
    while True:
        select.select([ours], [], [], TICK_S)
        with contextlib.suppress(BlockingIOError):
            if {signal.SIGTERM, signal.SIGINT} & set(ours.recv(64)):
                end_all(children)
                return 0
        booting = booting and children[0].age_s < BOOT_S
        for child in children:
            status = child.ended()
            if status is not None and not (child.once and status == 0):
                log.error("ended", process=child.name, status=status)
                if booting and child is children[0]:
                    end_all(children)
                    return status or 1
            if child.restart_if_due():
                log.warning("restarted", process=child.name, pid=child.pid)


def end_all(children: Sequence[Child]) -> None:
    """Asks all to end and waits; what has not ended by then is killed."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + END_WITHIN_S
    while any(child.running for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        if child.running:
            log.error("killed", process=child.name)
        child.signal(signal.SIGKILL)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m archive.config.serve`, which `manage.py serve` becomes."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    parser.add_argument("--welcome", action="store_true", help="load the demo (ATRIUM_DEMO) and print a sign-in link")
    options = parser.parse_args(arguments)
    if options.welcome:  # a person at a terminal gets the two last lines, not our diary
        os.environ.setdefault("ATRIUM_LOG_LEVEL", "warning")
    env = environment()
    wrong = faults(env)
    if not wrong and not port_is_free(env):
        wrong = [f"PORT: {env.atrium_bind}:{env.port} is in use or not ours"]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    handler = logging.StreamHandler()
    handler.setFormatter(json_formatter())
    logging.basicConfig(level=env.atrium_log_level.upper(), handlers=[handler])
    for line in warnings(env):
        log.warning("insecure_setting", setting=line)
    try:
        prepare(env)
    except subprocess.CalledProcessError as error:
        log.error("not_prepared", status=error.returncode)
        return 1
    return supervise(processes(welcome=options.welcome))


if __name__ == "__main__":
    sys.exit(main())
