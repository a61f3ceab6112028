"""Stored bytes that are gone or no longer what they were: an error status, or a broken answer, never wrong bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import requests

from tests import factories
from tests.contract.retrieve_kit import AS_STORED, DICOM, Kit, ct_file, fresh, path_of
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

pytestmark = pytest.mark.skipif(
    os.environ.get("ATRIUM_TEST_BACKEND", "embedded") != "embedded", reason="damages files of the embedded store"
)


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


def newest_object(kit: Kit) -> Path:
    files = [path for path in (kit.archive.data_dir / "objects").rglob("*") if path.suffix in (".dcm", ".tar")]
    return max(files, key=lambda path: path.stat().st_mtime_ns)


@contextmanager
def damaged(path: Path, offset: int) -> Iterator[None]:
    """One bit is another for a while; the archive is shared and gets it back."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    _flip(path, offset)
    yield
    _flip(path, offset)
    path.chmod(mode)


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def test_a_small_damaged_instance_is_refused(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    with damaged(newest_object(kit), len(data) // 2):
        for resource, accept in [("/original", None), ("", DICOM), ("", "application/dicom"), ("", AS_STORED)]:
            answer = kit.get(path_of(instance) + resource, accept)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "damaged" in answer.json()["detail"]
        assert kit.get(f"{path_of(instance)}/metadata").status_code == 200
    lines = [line for line in kit.archive.log().splitlines() if "instance_damaged" in line]
    assert len([line for line in lines if instance.SOPInstanceUID in line]) == 4
    assert kit.get(f"{path_of(instance)}/original").content == data


def test_a_large_damaged_instance_is_never_delivered_whole(kit: Kit) -> None:
    instance = fresh(factories.with_pixels(factories.instance(), np.zeros((3, 2048, 2048), np.uint16)))
    [path] = kit.store(instance)
    with damaged(newest_object(kit), 20_000_000):
        for resource, accept in [("/original", None), ("", DICOM), ("", "application/dicom")]:
            with pytest.raises(requests.RequestException):
                kit.get(path + resource, accept)
    assert "answer_broken_off" in kit.archive.log()


def test_a_study_with_a_damaged_instance_is_broken_off(kit: Kit) -> None:
    study = new_uid()
    files = [ct_file(study=study)[1] for _ in range(300)]
    kit.store(*files)
    pack = newest_object(kit)
    assert pack.suffix == ".tar"
    assert len(kit.get(f"/studies/{study}", DICOM).content) > sum(map(len, files))
    with damaged(pack, pack.stat().st_size - 5000), pytest.raises(requests.RequestException):
        kit.get(f"/studies/{study}", DICOM)


def test_a_missing_object_is_unavailable(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    stored = newest_object(kit)
    aside = stored.rename(stored.with_suffix(".aside"))
    for resource in ("", "/original", "/frames/1", "/rendered", "/thumbnail", "/bulkdata/7FE00010"):
        assert kit.get(path_of(instance) + resource).status_code == 503, resource
    assert kit.get(f"{path_of(instance)}/metadata").status_code == 200
    aside.rename(stored)
