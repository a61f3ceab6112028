"""A real S3 server: Ceph's RADOS gateway on one monitor and one OSD in memory; ready in about 13 s, 1.2 GB at most."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.servers import ServerUnavailable, free_port

_SCRIPT = Path(__file__).with_name("ceph_rgw.sh")
_NEEDED = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin", "curl", "setpriv")


@dataclass(frozen=True)
class S3Server:
    """Where a server listens and how to sign in; any S3 server may be described by it."""

    endpoint: str
    access_key: str
    secret_key: str

    @property
    def environment(self) -> dict[str, str]:
        """The credentials as a process under test expects them."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @cached_property
    def client(self) -> Any:
        """A plain boto3 client, to prepare and to inspect."""
        return boto3.session.Session(self.access_key, self.secret_key, region_name="us-east-1").client(
            "s3",
            endpoint_url=self.endpoint,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def make_bucket(self, bucket: str) -> str:
        """A new, empty bucket; the STORAGE_URL that leads to it."""
        self.client.create_bucket(Bucket=bucket)
        return self.storage_url(bucket)

    def storage_url(self, bucket: str, *, endpoint: str = "") -> str:
        """The STORAGE_URL of a bucket here, through another endpoint (a proxy) if given."""
        return f"s3://{bucket}?endpoint={endpoint or self.endpoint}&path_style=1"


@contextmanager
def ceph_rgw(directory: Path, *, s3_port: int = 0, monitor_port: int = 0) -> Iterator[S3Server]:
    """A gateway of one's own with its files in `directory`, which must be new or empty; ports 0 are chosen freely.

    Raises: ServerUnavailable, when Ceph is not installed or does not come up.
    """
    missing = [command for command in _NEEDED if shutil.which(command) is None]
    if missing:
        raise ServerUnavailable(f"no S3 server: {', '.join(missing)} not installed (ceph-mon, ceph-osd, radosgw)")
    s3_port, monitor_port = s3_port or free_port(), monitor_port or free_port()
    server = S3Server(f"http://127.0.0.1:{s3_port}", "testkey", "testsecret")
    credentials = {"S3_ACCESS_KEY": server.access_key, "S3_SECRET_KEY": server.secret_key}
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "start.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [_SCRIPT, directory, str(s3_port), str(monitor_port)],
            env=os.environ | credentials,
            stdin=subprocess.PIPE,  # the script ends, and its daemons with it, when this closes or this process dies
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as script,
    ):
        assert script.stdin is not None
        assert script.stdout is not None
        try:
            if script.stdout.readline() != b"ready\n":
                said = log.read_text().strip().splitlines()[-1:]
                raise ServerUnavailable(f"no S3 server: Ceph did not start: {''.join(said)}")
            yield server
        finally:
            script.stdin.close()
            script.wait(timeout=30)
