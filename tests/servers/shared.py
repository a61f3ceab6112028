"""The one S3 server and the one PostgreSQL of a test run: started when first wanted, stopped when the run ends.

ATRIUM_TEST_S3 (an endpoint; credentials in the AWS_* variables) takes a server that runs already: no waiting while
developing, and the whole suite against any other product.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.servers.ceph import S3Server, ceph_rgw
from tests.servers.postgres import postgres

_running = ExitStack()
atexit.register(_running.close)


@cache
def s3_server() -> S3Server:
    """Raises: ServerUnavailable."""
    endpoint = os.environ.get("ATRIUM_TEST_S3")
    if endpoint:
        return S3Server(endpoint, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    folder = _running.enter_context(tempfile.TemporaryDirectory(prefix="atrium-ceph-"))
    return _running.enter_context(ceph_rgw(Path(folder)))


@cache
def postgres_server() -> str:
    """The DATABASE_URL of a server; `postgres.create_database` makes further databases on it.

    Raises: ServerUnavailable.
    """
    return _running.enter_context(postgres())
