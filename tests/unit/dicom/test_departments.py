from __future__ import annotations

import pytest

from archive.dicom.departments import LANES, department_of

STORAGE = "1.2.840.10008.5.1.4.1.1"


@pytest.mark.parametrize(
    ("name", "modality", "sop_class", "lane"),
    [
        ("", "CT", "", "radiology"),
        ("", "xa ", "", "cardiology"),
        ("", "OT", f"{STORAGE}.104.1", "documents"),
        ("", "OT", f"{STORAGE}.7", "other"),
        ("", "", f"{STORAGE}.1.2.1", "mammography"),
        ("", "", f"{STORAGE}.77.1.5.4", "ophthalmology"),
        ("", "SEG", f"{STORAGE}.66.4", "other"),
        ("", "", "1.2.3", "other"),
        ("Nuclear Cardiology", "CT", "", "nuclear"),
        ("Kardiologie", "CT", "", "cardiology"),
        ("RÖNTGEN", "", "", "radiology"),
        ("Augenklinik", "OT", "", "ophthalmology"),
        ("Neurology", "MR", "", "radiology"),
        ("Contract unit", "DMS", "", "dermatology"),
    ],
)
def test_a_named_department_wins_then_modality_then_sop_class(
    name: str, modality: str, sop_class: str, lane: str
) -> None:
    assert department_of(name, modality, sop_class) == lane
    assert lane in LANES
