"""The nginx configuration that we ship, in front of a running archive: nothing is buffered on the way in, URLs are the
client's, and only the proxy is believed."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import urllib3

from tests.conftest import Starter
from tests.e2e import dicomweb
from tests.e2e.synthetic import huge, new_uid, stream, study
from tests.server import RunningArchive, free_port

ROOT = Path(__file__).resolve().parents[2]
MIB = 1 << 20

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None, reason="no proxy: nginx is not installed"
)


@dataclass(frozen=True)
class Proxied:
    """The archive and the address of the proxy before it."""

    archive: RunningArchive
    url: str
    log: Path

    def session(self) -> requests.Session:
        session = self.archive.session()
        session.verify = False
        return session


@pytest.fixture(scope="module")
def proxied(module_archive: Starter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    urllib3.disable_warnings()
    folder = tmp_path_factory.mktemp("proxy")
    archive = module_archive(ATRIUM_TRUSTED_PROXIES="127.0.0.1/32", ATRIUM_ALLOWED_HOSTS="127.0.0.1")
    plain, tls = free_port(), free_port()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", "tls.key", "-out", "tls.crt"], cwd=folder, check=True, capture_output=True)
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for shipped, here in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        "/etc/nginx/tls": str(folder),
        "/var/log/nginx": str(folder),
        "server web:8000;": f"server 127.0.0.1:{archive.port};",
        "server_name pacs.example.org;": "server_name localhost;",
    }.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "nginx.conf").write_text(f"pid {folder}/nginx.pid;\ndaemon off;\n{text}")
    folder.chmod(0o755)
    argv = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as proxy:
        try:
            one = Proxied(archive, f"https://127.0.0.1:{tls}", folder / "access.log")
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                try:
                    if one.session().get(f"{one.url}/livez", timeout=5).status_code == 200:
                        break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield one
        finally:
            proxy.terminate()


def test_a_large_study_goes_straight_through_in_chunks(proxied: Proxied) -> None:
    instance, length = huge(48 * MIB, uid=new_uid(), series=new_uid())

    def body() -> Iterator[bytes]:
        yield from dicomweb.part(stream(instance, length, bytes(MIB)))
        yield dicomweb.closing()

    headers = {"Content-Type": dicomweb.STORE_TYPE, "Accept": dicomweb.JSON}
    answer = proxied.session().post(f"{proxied.url}/dicom-web/studies", data=body(), headers=headers, timeout=120)
    assert dicomweb.read_answer(answer).stored == {instance.sop}
    back = proxied.session().get(f"{proxied.url}/dicom-web{instance.path}/original", timeout=120)
    assert back.content == instance.data + bytes(length)


def test_links_lead_through_the_proxy(proxied: Proxied) -> None:
    [one] = study(1)
    session = proxied.session()
    headers = {"Content-Type": dicomweb.STORE_TYPE, "Accept": dicomweb.JSON}
    session.post(f"{proxied.url}/dicom-web/studies", data=dicomweb.multipart([one.data]), headers=headers, timeout=60)
    [metadata] = session.get(f"{proxied.url}/dicom-web{one.path}/metadata", timeout=60).json()
    link = metadata["7FE00010"]["BulkDataURI"]
    assert link.startswith(f"{proxied.url}/dicom-web/studies/")
    assert session.get(link, timeout=60).status_code == 200


def test_no_log_of_the_proxy_names_a_patient(proxied: Proxied) -> None:
    proxied.session().get(f"{proxied.url}/dicom-web/studies?PatientName=Canary*&PatientID=CANARY1", timeout=60)
    time.sleep(0.3)
    assert "anary" not in proxied.log.read_text().lower()


def test_who_is_not_the_proxy_is_not_believed(archive: RunningArchive) -> None:
    """The shared archive trusts nobody: forwarded headers change neither host nor scheme."""
    [one] = study(1)
    session = archive.session()
    assert dicomweb.store(session, archive, [one.data]).status == 200
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"}
    [metadata] = session.get(f"{archive.dicom_web}{one.path}/metadata", headers=headers, timeout=60).json()
    assert metadata["7FE00010"]["BulkDataURI"].startswith(archive.dicom_web)
    assert session.get(f"{archive.dicom_web}/studies", headers={"Host": "evil.example"}, timeout=60).status_code == 400
