"""Real servers for tests, started as children of the test run and gone with it."""

from __future__ import annotations

import socket


class ServerUnavailable(Exception):
    """The server is not installed here, or does not start; one line that says which and why.

    Tests skip on it and are marked (`s3`, `postgres`), so that a run in CI fails instead of skipping silently.
    """


def free_port() -> int:
    """A TCP port on the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
