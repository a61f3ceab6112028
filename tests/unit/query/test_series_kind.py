from __future__ import annotations

import pytest

from archive.query.series_kind import KINDS, series_kind

STORAGE = "1.2.840.10008.5.1.4.1.1"


@pytest.mark.parametrize(
    ("leaves", "modality", "instances", "frames", "kind"),
    [
        (["2"], "CT", 120, 120, "stack"),
        (["2.1"], "CT", 1, 300, "stack"),
        (["77.1.5.4"], "OPT", 1, 128, "stack"),
        (["3.1"], "US", 2, 120, "cine"),
        (["6.1"], "US", 4, 4, "stack"),
        (["12.1"], "XA", 1, 60, "cine"),
        (["77.1.1"], "ES", 3, 3, "stack"),
        (["77.1.1.1"], "ES", 1, 500, "video"),
        (["9.1.1.1"], "ECG", 1, 0, "ecg"),
        (["9.2.1"], "HD", 1, 0, "other"),
        (["77.1.6"], "SM", 4, 900, "slide"),
        (["104.1"], "DOC", 1, 0, "document"),
        (["104.3"], "M3D", 1, 0, "other"),
        (["88.33"], "SR", 1, 0, "sr"),
        (["88.59"], "KO", 1, 0, "other"),
        (["66.4"], "SEG", 1, 40, "seg"),
        (["66.5"], "SEG", 1, 0, "other"),
        (["481.3"], "RTSTRUCT", 1, 0, "other"),
        (["881"], "OT", 1, 1, "stack"),
        ([], "OT", 0, 0, "other"),
    ],
)
def test_sop_class_decides_then_frames(
    leaves: list[str], modality: str, instances: int, frames: int, kind: str
) -> None:
    uids = [f"{STORAGE}.{leaf}" for leaf in leaves]
    assert series_kind(uids, modality=modality, instance_count=instances, frame_count=frames) == kind
    assert kind in KINDS


def test_a_private_sop_class_with_frames_is_a_stack() -> None:
    assert series_kind(["1.3.46.670589.1"], modality="MR", instance_count=1, frame_count=1) == "stack"
