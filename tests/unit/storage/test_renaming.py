from __future__ import annotations

from pathlib import Path

import pytest

from storage import renaming
from storage.renaming import rename_without_replacing


@pytest.fixture(params=["renameat2", "link and unlink"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "renameat2":
        monkeypatch.setattr(renaming, "_renameat2", None)
    elif renaming._renameat2 is None:
        pytest.skip("this C library has no renameat2")


def test_a_free_name_is_given(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"object")
    rename_without_replacing(tmp_path / "old", tmp_path / "néw")
    assert [path.name for path in tmp_path.iterdir()] == ["néw"]
    assert (tmp_path / "néw").read_bytes() == b"object"


def test_a_taken_name_is_not(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"object")
    (tmp_path / "new").write_bytes(b"first")
    with pytest.raises(FileExistsError):
        rename_without_replacing(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "old").read_bytes() == b"object"
    assert (tmp_path / "new").read_bytes() == b"first"


def test_a_missing_file_or_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"object")
    with pytest.raises(FileNotFoundError):
        rename_without_replacing(tmp_path / "none", tmp_path / "new")
    with pytest.raises(FileNotFoundError):
        rename_without_replacing(tmp_path / "old", tmp_path / "none" / "new")
    assert (tmp_path / "old").exists()
