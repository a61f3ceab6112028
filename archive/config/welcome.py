"""The first minute of a new archive: wait until it is ready, load the demo, end with the URL and a sign-in link."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request

from archive.config.env import HERE, Environment, environment

READY_WITHIN_S = 120.0


def address(env: Environment) -> str:
    """Where a browser on this machine finds the archive."""
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}  # noqa: S104 - compared, not bound
    return f"http://{anywhere.get(env.atrium_bind, env.atrium_bind)}:{env.port}"


def wait_until_ready(url: str) -> bool:
    """Whether /readyz said yes in time."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10):  # noqa: S310 - our own address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


def manage(*arguments: str) -> str:
    """Runs a management command on this terminal, its standard output returned."""
    argv = (sys.executable, str(HERE / "manage.py"), *arguments)
    return subprocess.run(argv, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


def main() -> int:
    """Prints the two lines that a newcomer needs last."""
    env = environment()
    url = address(env)
    if not wait_until_ready(url):
        print(f"not ready after {READY_WITHIN_S:.0f} s; {url}/readyz says why", file=sys.stderr)
        return 1
    if env.atrium_demo:
        subprocess.run((sys.executable, str(HERE / "manage.py"), "load_demo"), cwd=HERE, check=True)  # noqa: S603
    link = manage("sign_in_link", "--base-url", url).strip().splitlines()[-1]
    sys.stderr.flush()
    print(f"\nAtrium is ready. Its address, and a link that signs you in once:\n{url}\n{link}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
