"""Our DICOM JSON equals pydicom's on every real file, but for differences that are listed and defended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from archive.errors import ArchiveError
from tests.unit.dicom.pydicom_json import DIFFERENCES, differences, pydicom_json
from tests.unit.dicom.scanning import data_set_json, real_files

# Files that pydicom takes and the archive does not, with the reason. What pydicom shows of them is wrong or partial.
REFUSED = {
    "malformed/3gb-bulk-data-truncated": "cut off: 98,080 of 3,221,225,472 bytes of Pixel Data are there",
    "malformed/GH1339.dcm": "cut off before the delimiter of the fragments",
    "malformed/GH179B.dcm": "five stray bytes after a damaged VR; pydicom shows the rest of the file as one value",
    "malformed/GH626.dcm": "a Sequence's length ends inside an Item Delimitation Item; pydicom shows noise",
    "malformed/MR_truncated.dcm": "cut off inside Pixel Data",
    "malformed/emri_small_jpeg_2k_lossless_too_short.dcm": "cut off inside the fragments",
    "malformed/media-dicomdir/DICOMDIR-nooffset": "a Sequence's length ends inside an Item",
    "malformed/meta_missing_tsyntax.dcm": "no Transfer Syntax, and a data set that shows none",
    "malformed/no_meta.dcm": "a stray byte before the first element; pydicom shows one element",
    "malformed/rtplan_truncated.dcm": "cut off inside a Sequence",
}

# Whole files that pydicom misreads.
MISREAD = {
    "malformed/GH179A.dcm": "a damaged VR: pydicom takes all elements behind it for one value",
    "malformed/no_preamble_dicm_in_data": "the letters DICM stand at byte 128 by chance, and the data set begins at 0",
}


def test_json_equals_pydicoms_on_every_real_file(test_data: Path) -> None:
    compared, told_apart, undefended = 0, Counter[str](), []
    refused, unreadable = [], []
    for path in real_files(test_data):
        name, data = path.relative_to(test_data).as_posix(), path.read_bytes()
        try:
            theirs = pydicom_json(data)
        except Exception:
            unreadable.append(name)
            continue
        try:
            ours = data_set_json(data)
        except ArchiveError:
            refused.append(name)
            continue
        compared += 1
        for where, defence, a, b in differences(ours, theirs):
            told_apart[defence] += 1
            if not defence and name not in MISREAD:
                undefended.append((name, where, str(a)[:200], str(b)[:200]))
    assert undefended == []
    assert sorted(refused) == sorted(REFUSED)
    assert compared > 650
    assert len(unreadable) < 10
    print(f"{compared} files equal; {dict(told_apart)}; {len(refused)} refused by us, {len(unreadable)} by pydicom")


def test_every_difference_has_its_defence() -> None:
    assert all(name and defence for name, _, defence in DIFFERENCES)
