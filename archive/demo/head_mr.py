"""MR of the head: T1, T2, FLAIR and contrast-enhanced T1, at one or two time points of a growing lesion."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import MRImageStorage

from archive.demo import part10
from archive.demo.head import GRID, PIXEL, PLANES, THICKNESS, Lesion, head, with_lesions
from archive.demo.header import Series, image_header
from archive.demo.orders import Builder, StudyOrder
from archive.demo.texture import Array, blur, smooth_noise

_SIGNALS: dict[str, dict[str, float]] = {
    "T1": {
        "air": 0.0, "skin": 0.55, "fat": 0.95, "muscle": 0.36, "cortical bone": 0.05, "marrow": 0.62, "fluid": 0.13,
        "vitreous": 0.15, "vessel": 0.22, "white": 0.66, "grey": 0.47, "deep grey": 0.52,
        "tumour": 0.40, "necrosis": 0.24, "oedema": 0.50, "plaque": 0.42, "blood": 0.60,
    },
    "T2": {
        "air": 0.0, "skin": 0.45, "fat": 0.72, "muscle": 0.20, "cortical bone": 0.04, "marrow": 0.40, "fluid": 1.0,
        "vitreous": 1.0, "vessel": 0.10, "white": 0.36, "grey": 0.52, "deep grey": 0.44,
        "tumour": 0.70, "necrosis": 0.92, "oedema": 0.74, "plaque": 0.80, "blood": 0.30,
    },
    "FLAIR": {
        "air": 0.0, "skin": 0.45, "fat": 0.62, "muscle": 0.24, "cortical bone": 0.04, "marrow": 0.36, "fluid": 0.08,
        "vitreous": 0.10, "vessel": 0.12, "white": 0.42, "grey": 0.54, "deep grey": 0.50,
        "tumour": 0.78, "necrosis": 0.30, "oedema": 0.86, "plaque": 0.95, "blood": 0.66,
    },
    "T1 Gd": {
        "air": 0.0, "skin": 0.60, "fat": 0.95, "muscle": 0.42, "cortical bone": 0.05, "marrow": 0.63, "fluid": 0.13,
        "vitreous": 0.15, "vessel": 1.0, "white": 0.66, "grey": 0.50, "deep grey": 0.54,
        "tumour": 0.98, "necrosis": 0.26, "oedema": 0.50, "plaque": 0.48, "blood": 0.62,
    },
}  # fmt: skip
# name, repetition, echo and inversion time in ms, flip angle, scanning sequence
_PROTOCOLS: dict[str, tuple[str, float, float, float, float, str]] = {
    "T1": ("Ax T1 SE", 560, 12, 0, 90, "SE"),
    "T2": ("Ax T2 TSE", 4200, 98, 0, 150, "SE"),
    "FLAIR": ("Ax FLAIR", 9000, 112, 2500, 150, "IR"),
    "T1 Gd": ("Ax T1 SE Gd", 560, 12, 0, 90, "SE"),
}
FINDINGS: dict[str, dict[str, tuple[Lesion, ...]]] = {
    "tumour": {
        "prior": (Lesion("tumour", (32.0, -22.0, 34.0), 14.0, 7.0),),
        "current": (Lesion("tumour", (32.0, -22.0, 34.0), 23.0, 13.0),),
    },
    "plaques": {
        "current": (
            Lesion("plaque", (22.0, 16.0, 29.0), 7.5),
            Lesion("plaque", (-24.0, -6.0, 32.0), 6.0),
            Lesion("plaque", (-21.0, 30.0, 24.0), 9.0),
            Lesion("plaque", (19.0, -28.0, 24.0), 5.5),
        )
    },
    "none": {"current": ()},
}


@lru_cache(maxsize=4)
def _volume(seed: int, finding: str, point: str, weighting: str) -> NDArray[np.float16]:
    tissue = with_lesions(head(seed), FINDINGS[finding][point], seed)
    volume = tissue.compose(_SIGNALS[weighting])
    random = np.random.default_rng([seed, 167, len(weighting)])
    volume *= 1 + 0.035 * smooth_noise(GRID.shape, (6, 20, 20), random, 2)
    return np.asarray(blur(volume, 0.55), dtype=np.float16)


def truth(order: StudyOrder) -> dict[str, Any]:
    """Lesions with centre (x, y, z) in mm and diameter in mm."""
    finding, point = order.options.get("finding", "none"), order.options.get("point", "current")
    return {"lesions": [asdict(lesion) for lesion in FINDINGS[finding][point]]}


def _weightings(order: StudyOrder) -> list[str]:
    return order.options.get("weightings", "T1,T2,FLAIR").split(",")


def count(order: StudyOrder) -> int:
    return PLANES * len(_weightings(order))


def build(order: StudyOrder) -> Iterator[bytes]:
    """One axial series per weighting, from below upwards."""
    seed, point = int(order.options.get("head", "1")), order.options.get("point", "current")
    finding = order.options.get("finding", "none")
    bias = _coil(order)
    for index, weighting in enumerate(_weightings(order)):
        volume = _volume(seed, finding, point, weighting)
        random = order.random(index)
        syntax = (part10.EXPLICIT, part10.JPEG_LS, part10.HTJ2K, part10.RLE)[index % 4]
        if order.options.get("syntax") == "implicit":
            syntax = part10.IMPLICIT
        for plane in range(PLANES):
            signal = volume[plane].astype(np.float32) * bias * 1150
            noise = random.standard_normal((2, *signal.shape), dtype=np.float32) * 11
            stored = np.clip(np.hypot(signal + noise[0], noise[1]), 0, 4095).astype(np.uint16)
            yield _image(order, index, weighting, plane, stored, syntax)


def _coil(order: StudyOrder) -> Array:
    """Receive sensitivity: brighter near the head coil, a little uneven."""
    y, x = np.mgrid[-1:1:256j, -1:1:256j].astype(np.float32)
    return np.asarray(0.86 + 0.20 * (x**2 + y**2) + 0.05 * smooth_noise((256, 256), (3, 3), order.random(99)))


def _image(order: StudyOrder, index: int, weighting: str, plane: int, stored: NDArray[np.uint16], syntax: str) -> bytes:
    name, repetition, echo, inversion, flip, sequence = _PROTOCOLS[weighting]
    series = Series(index + 1, "MR", name, "Atrium MR 3T", "MR1", "HEAD", None, "Head", 5.0 * index)
    ds = image_header(order, series, plane + 1, MRImageStorage, "ORIGINAL\\PRIMARY\\M\\SE", seconds=plane * 0.5)
    ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions = sequence, "SK", ""
    ds.MRAcquisitionType, ds.SequenceName = "2D", name.replace(" ", "")[:16]
    ds.RepetitionTime, ds.EchoTime, ds.FlipAngle = f"{repetition:g}", f"{echo:g}", f"{flip:g}"
    if inversion:
        ds.InversionTime = f"{inversion:g}"
    ds.EchoTrainLength = 1 if "T1" in weighting else 16
    ds.MagneticFieldStrength, ds.ImagingFrequency, ds.ImagedNucleus = "3", "123.25", "1H"
    ds.NumberOfAverages, ds.EchoNumbers = "1", 1
    ds.SliceThickness, ds.SpacingBetweenSlices = f"{THICKNESS:g}", f"{THICKNESS:g}"
    if weighting == "T1 Gd":
        ds.ContrastBolusAgent = "Gadolinium (simulated)"
    ds.PatientPosition = "HFS"
    z = GRID.start[0] + GRID.step[0] * plane
    ds.ImagePositionPatient = [f"{GRID.start[2]:.3f}", f"{GRID.start[1]:.3f}", f"{z:.3f}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.SliceLocation = f"{z:.3f}"
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = order.uid("frame of reference"), ""
    ds.PixelSpacing = [f"{PIXEL:g}"] * 2
    ds.WindowCenter, ds.WindowWidth = ("620", "1150") if weighting != "T2" else ("640", "1250")
    part10.describe_pixels(ds, stored, 12, "MONOCHROME2")
    part10.put_frames(ds, [stored], syntax)
    return part10.part10(ds, syntax)


BUILDER = Builder(count, build)
