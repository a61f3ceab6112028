"""Nothing that was cut off is taken for whole: pydicom accepts every one of these."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydicom.dataset import Dataset

from archive.dicom.limits import DEFAULT
from archive.dicom.part10 import open_part10
from archive.dicom.scanner import NO_PIXEL_DATA, scan
from archive.dicom.walker import SEQUENCE, SEQUENCE_END, Walk
from archive.errors import ArchiveError
from tests import factories

EXPLICIT, IMPLICIT, BIG, DEFLATED = factories.NATIVE_TRANSFER_SYNTAXES
JPEGS = [factories.jpeg_like(number, 60) for number in range(3)]


def small_ct() -> Dataset:
    return factories.ct_slice(rows=8, columns=8)


def ends_of_top_level_elements(data: bytes) -> set[int]:
    """Where a cut leaves a well-formed data set, so that no length in it can tell."""
    opened = open_part10(data, DEFAULT)
    ends, depth = {opened.start}, 0
    for kind, _, _, _, _, end in Walk(opened.dataset, opened.start, opened.encoding, DEFAULT):
        depth += {SEQUENCE: 1, SEQUENCE_END: -1}.get(kind, 0)
        if depth == 0:
            ends.add(end)
    return ends


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
@pytest.mark.parametrize(
    "make", [small_ct, factories.structured_report, lambda: factories.multi_frame(2, rows=4, columns=4)]
)
def test_every_cut_is_refused_but_between_elements(make: Callable[[], Dataset], syntax: str) -> None:
    ds = make()
    data = factories.part10_bytes(ds, syntax)
    between = ends_of_top_level_elements(data)
    for length in range(len(data)):
        try:
            scanned = scan(data[:length])
        except ArchiveError:
            continue
        assert length in between, f"cut at {length} of {len(data)} was taken for whole"
        # Even then an image that lost its pixels is noticed.
        if "PixelData" in ds:
            assert NO_PIXEL_DATA in [finding.comment for finding in scanned.findings]


@pytest.mark.parametrize("table", ["basic", "extended", "empty"])
def test_every_cut_inside_encapsulated_pixel_data_is_refused(table: str) -> None:
    data = factories.part10_bytes(factories.encapsulated(JPEGS, table=table))
    start = data.index(b"\xe0\x7f\x10\x00OB")
    for length in range(start + 1, len(data)):
        with pytest.raises(ArchiveError):
            scan(data[:length])


def test_every_cut_of_a_deflated_object_is_refused() -> None:
    data = factories.part10_bytes(small_ct(), DEFLATED)
    for length in range(len(data) - 1):  # the last byte may be the padding to even length
        with pytest.raises(ArchiveError):
            scan(data[:length])


def test_a_length_beyond_the_end_is_refused_however_large() -> None:
    data = factories.part10_bytes(factories.ct_slice(rows=8, columns=8))
    at = data.index(b"\xe0\x7f\x10\x00OW") + 8
    for claimed in (129, 1 << 16, 0xFFFFFFFE):
        with pytest.raises(ArchiveError):
            scan(data[:at] + claimed.to_bytes(4, "little") + data[at + 4 :])
