"""A mapped object of 2 GB is scanned by its header alone: the pages of its pixels are never read."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import pytest

from archive.dicom.explicit import header
from archive.dicom.scanner import ROOT_MARK, scan
from tests import factories

PIXELS = 2_000 * 1024 * 1024


def resident_kib(path: Path) -> int:
    """How much of the mapping of `path` is in memory."""
    part = Path("/proc/self/smaps").read_text().split(str(path), 1)[1]
    return int(re.search(r"Rss:\s+(\d+) kB", part).group(1))  # type: ignore[union-attr]


@pytest.fixture
def two_gigabytes(tmp_path: Path) -> Path:
    """A multi-frame instance of 1,000 frames with 2 GB of Pixel Data, which the file system does not even store."""
    ds = factories.multi_frame(1, rows=1024, columns=1024)
    ds.NumberOfFrames = 1000
    del ds.PixelData
    path = tmp_path / "large.dcm"
    with path.open("wb") as file:
        file.write(factories.part10_bytes(ds) + header(0x7FE00010, "OW", PIXELS))
        file.truncate(file.tell() + PIXELS)
    return path


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux's /proc/self/smaps")
def test_pixels_are_not_touched(two_gigabytes: Path) -> None:
    with two_gigabytes.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        scanned = scan(mapped)
        assert resident_kib(two_gigabytes) < 1024
    assert scanned.frames is not None
    assert scanned.frames.number_of_frames == 1000
    [(offset, length)] = scanned.frames.ranges(1000)
    assert offset + length == two_gigabytes.stat().st_size
    assert scanned.json_template.count(ROOT_MARK) == 1
