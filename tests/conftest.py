"""What all tests share: a running archive, the embedded index for tests of single parts, and the real data set."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Tests of single parts import Django's settings: these must never meet an operator's data.
_OWN_DATA = Path(tempfile.mkdtemp(prefix="atrium-tests-"))
os.environ["ATRIUM_DATA_DIR"] = str(_OWN_DATA / "unit")
os.environ["ATRIUM_DEMO"] = "0"
for _name in ("DATABASE_URL", "STORAGE_URL"):
    os.environ.pop(_name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.config.settings")
if os.environ.get("ATRIUM_TEST_BACKEND") == "server":
    from tests.servers.postgres import create_database
    from tests.servers.shared import postgres_server

    os.environ["DATABASE_URL"] = create_database(postgres_server(), "unit")

from tests.backends import Backend, backend  # noqa: E402
from tests.server import RunningArchive  # noqa: E402

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
FULL = os.environ.get("ATRIUM_TEST_FULL") == "1"
NEEDS_A_SERVER = ("s3", "postgres", "browser")

settings.register_profile("sample", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "full", deadline=None, print_blob=True, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("full" if FULL else "sample")

Starter = Callable[..., RunningArchive]


@pytest.fixture(scope="session")
def servers() -> Backend:
    """Database and object store of this run: embedded, or PostgreSQL and Ceph (ATRIUM_TEST_BACKEND=server)."""
    return backend()


@pytest.fixture(scope="session")
def archive(servers: Backend) -> Iterator[RunningArchive]:
    """One server for the whole run. Tests share it, so each makes its own patients and UIDs."""
    running = RunningArchive(_OWN_DATA / "archive", servers.environment("archive"))
    servers.prepare(running)
    running.start()
    yield running
    status = running.stop()
    assert status == 0, f"the server ended with {status}"
    assert not running.faults(), "the server's log must stay clean:\n" + "\n".join(running.faults()[:20])


@pytest.fixture
def fresh_archive(servers: Backend, tmp_path: Path) -> Iterator[Starter]:
    """Starts servers of one's own, e.g. to kill them; keyword arguments are settings (`ATRIUM_WEB_WORKERS="1"`)."""
    with _starter(servers, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def module_archive(servers: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """The same for a whole module, whose tests then share what it started."""
    with _starter(servers, tmp_path_factory.mktemp("module")) as start:
        yield start


@contextmanager
def _starter(servers: Backend, folder: Path) -> Iterator[Starter]:
    started: list[RunningArchive] = []

    def start(**environment: str) -> RunningArchive:
        name = f"fresh{len(started)}-{folder.name[-24:]}"
        running = RunningArchive(folder / f"archive{len(started)}", servers.environment(name) | environment)
        servers.prepare(running)
        started.append(running)
        return running.start()

    yield start
    for running in started:
        running.kill()
        shutil.rmtree(running.data_dir, ignore_errors=True)
    faults = [line for running in started for line in running.faults()]
    assert not faults, "the server's log must stay clean:\n" + "\n".join(faults[:20])


@pytest.fixture(scope="session")
def django() -> None:
    """Django set up in this process on an empty index (SQLite, or PostgreSQL as the backend says)."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@pytest.fixture
def index(django: None) -> Iterator[None]:
    """That index; whatever the test writes is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real DICOM files (ATRIUM_TEST_DATA)."""
    folder = os.environ.get("ATRIUM_TEST_DATA", "")
    if not folder:
        pytest.skip("ATRIUM_TEST_DATA is unset: no real files")
    return Path(folder)


# ---- what a run must not hide


def pytest_report_header() -> list[str]:
    data = os.environ.get("ATRIUM_TEST_DATA", "")
    return [
        f"backend: {os.environ.get('ATRIUM_TEST_BACKEND', 'embedded')}; long runs: {'full' if FULL else 'sampled'}",
        f"real files: {data}" if data else "real files: none (ATRIUM_TEST_DATA is unset), tests that need them skip",
    ]


_missing: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if IN_CI and report.skipped and any(item.get_closest_marker(name) for name in NEEDS_A_SERVER):
        _missing.append(item.nodeid)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("skipped for want of a server, which CI does not allow", red=True)
        terminalreporter.write_line("\n".join(_missing))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _missing and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    shutil.rmtree(_OWN_DATA, ignore_errors=True)
