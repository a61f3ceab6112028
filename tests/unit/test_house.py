"""The house keeps its shape: import rules, file sizes, what the documents promise."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("archive", "storage", "ai_plugins", "viewer")
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
GPL = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)

# Each breaks one rule: where it is planted, what it says, the contract that must notice.
VIOLATIONS = [
    ("archive/ingest/planted.py", "import archive.web", "One-way house"),
    ("archive/query/planted.py", "import archive.retrieve", "One-way house"),
    ("archive/dicom/planted.py", "import django", "Pure core"),
    ("storage/planted.py", "import archive.dicom", "One-way house"),
    ("archive/catalog/planted.py", "import boto3", "boto3 only in storage.s3"),
    ("storage/filesystem.py", "import boto3", "boto3 only in storage.s3"),
    ("archive/web/planted.py", "import archive.models", "Only catalog"),
    ("archive/web/planted.py", "import archive.catalog", "Doors reach data only through services"),
    ("viewer/planted.py", "import storage", "Doors reach data only through services"),
]


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT_IMPORTS, "--no-cache"], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python source alone, to plant violations in."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("frontend", "__pycache__", "static")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


def test_the_import_rules_hold(copy: Path) -> None:
    done = _lint_imports(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("where", "line", "contract"), VIOLATIONS, ids=[f"{w}: {x}" for w, x, _ in VIOLATIONS])
def test_a_planted_violation_is_noticed(copy: Path, where: str, line: str, contract: str) -> None:
    planted = copy / where
    before = planted.read_text() if planted.exists() else None
    planted.write_text(f"{before or ''}\n{line}\n")
    try:
        done = _lint_imports(copy)
    finally:
        if before is None:
            planted.unlink()
        else:
            planted.write_text(before)
    assert done.returncode != 0
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), done.stdout


def test_a_file_past_400_lines_is_defended() -> None:
    decisions = "".join(path.read_text() for path in (ROOT / "docs/decisions").glob("*.md"))
    long = {
        str(path.relative_to(ROOT)): count
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts and (count := len(path.read_text().splitlines())) > 400
    }
    undefended = {name: count for name, count in long.items() if name not in decisions}
    assert not undefended


def test_no_file_may_ignore_types_or_lint_as_a_whole() -> None:
    blanket = re.compile(r"^# (ruff: noqa|mypy: ignore-errors|type: ignore)\s*$", re.MULTILINE)
    guilty = [
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if blanket.search(path.read_text())
    ]
    assert not guilty


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


def test_changelog_keeps_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert text.startswith("# Changelog")
    assert "## [Unreleased]" in text


# ---- dependencies


def _direct(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [re.split(r"[=<>\[; ]", line)[0].lower() for line in lines if re.match(r"[A-Za-z0-9]", line)]


def _pinned(name: str) -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / name).read_text(), re.MULTILINE)


def _licences(name: str) -> list[str]:
    found = metadata.metadata(name)
    classifiers = [row for row in found.get_all("Classifier") or [] if row.startswith("License ::")]
    expression = found.get("License-Expression") or (found.get("License") or "").splitlines()[:1]
    return classifiers + ([expression] if isinstance(expression, str) else list(expression))


def test_every_direct_dependency_is_justified_in_the_readme() -> None:
    table = re.findall(r"^\| `([a-z0-9._-]+)` \|(.+)\|(.+)\|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    told = {name: (why.strip(), licence.strip()) for name, why, licence in table}
    wanted = set(_direct("requirements.in")) | set(_direct("requirements-dev.in"))
    assert set(told) == wanted
    assert all(why and licence for why, licence in told.values())


def test_nothing_gpl_at_run_time() -> None:
    guilty = {
        name: licence
        for name in _pinned("requirements.txt")
        for licence in _licences(name)
        if GPL.search(licence) and not re.search(r"LGPL|Lesser", licence)
    }
    assert not guilty


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if re.match(r"[A-Za-z0-9._-]+==", block):
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_names_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"--(extra-)?index-url|--find-links|https?://", (ROOT / name).read_text())
    lock = (ROOT / "viewer/frontend/package-lock.json").read_text()
    assert '"resolved"' not in lock
