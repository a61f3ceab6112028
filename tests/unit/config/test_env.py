"""The typed environment: what operators are told, and what a wrong value says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archive.config.env import Environment

ROOT = Path(__file__).resolve().parents[3]


def _example() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(int(value))
        case tuple():
            return ",".join(value)
        case _:
            return str(value)


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    defaults = {name.upper(): _shown(field.default) for name, field in Environment.model_fields.items()}
    assert _example() == defaults


def test_the_example_is_a_valid_environment() -> None:
    Environment(_env_file=ROOT / ".env.example")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://localhost/atrium"),
        ("STORAGE_URL", "ftp://host/folder"),
        ("ATRIUM_TIME_ZONE", "Mars/Olympus"),
        ("ATRIUM_DUPLICATES", "overwrite"),
        ("ATRIUM_WEB_WORKERS", "0"),
        ("ATRIUM_WEB_THREADS", "many"),
        ("ATRIUM_MAX_INSTANCE_BYTES", "12"),
        ("ATRIUM_LOG_LEVEL", "loud"),
        ("ATRIUM_AI_QUIET_S", "-1"),
        ("ATRIUM_SECRET_KEY", "short"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_line_that_names_it(name: str, value: str, tmp_path: Path) -> None:
    environment = os.environ | {"ATRIUM_DATA_DIR": str(tmp_path), name: value}
    done = subprocess.run(
        [sys.executable, "-m", "archive.config.serve"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"{name}: ")
    if name == "ATRIUM_SECRET_KEY":
        assert value not in done.stderr


def test_the_embedded_secret_is_made_once_and_only_ours_to_read(tmp_path: Path) -> None:
    first = Environment(atrium_data_dir=tmp_path / "var").secret_key()
    assert Environment(atrium_data_dir=tmp_path / "var").secret_key() == first
    assert len(first) >= 32
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
