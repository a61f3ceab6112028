"""A reader's first day in a real Chromium, on the demo hospital: sign in, find a patient, read a CT."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Starter

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "viewer" / "frontend"


@pytest.mark.browser
@pytest.mark.timeout(1200)
def test_a_readers_first_day(fresh_archive: Starter, tmp_path: Path) -> None:
    """The journey itself is viewer/frontend/tests/journey.mjs; screenshots go to ATRIUM_TEST_ARTIFACTS, if set."""
    if not (shutil.which("chromium") or os.environ.get("CHROMIUM")) or not (FRONTEND / "dist").is_dir():
        pytest.skip("no browser journey: chromium is not installed, or the viewer is not built (make setup)")
    archive = fresh_archive()
    archive.manage("load_demo")
    link = archive.manage("sign_in_link", "--base-url", archive.url).stdout.strip().splitlines()[-1]
    shots = Path(os.environ.get("ATRIUM_TEST_ARTIFACTS") or tmp_path) / "journey"
    argv = ["node", "tests/journey.mjs", "--url", archive.url, "--signin", link, "--out", str(shots)]
    done = subprocess.run(argv, cwd=FRONTEND, capture_output=True, text=True, timeout=900)
    print(done.stdout[-4000:])
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert list(shots.glob("*.png"))
