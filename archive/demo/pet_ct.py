"""PET/CT with FDG: attenuation CT and PET on one frame of reference, hot lesions of known SUV (body weight).

The PET is written in Bq/ml with everything a reader needs for SUV-bw: weight, injected dose, times, half-life.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage

from archive.demo import part10
from archive.demo.ct_scanner import SOFT, CtSeries, Hounsfield, axial_slices
from archive.demo.header import Series, code, image_header, items, tm
from archive.demo.lesions import Nodule, paint_nodule
from archive.demo.orders import Builder, StudyOrder
from archive.demo.solids import Grid
from archive.demo.texture import Array, blur, smooth_noise
from archive.demo.torso import Build, Torso, organs
from archive.demo.torso_pipes import lung_trees
from archive.demo.torso_render import PLAIN, render

PLANES, THICKNESS = 140, 5.0
CT_GRID = Grid((-500.0, -199.0, -200.0), (THICKNESS, 1.5625, 1.5625), (PLANES, 256, 256))
PET_GRID = Grid((-500.0, -199.0, -200.0), (THICKNESS, 4.0, 4.0), (PLANES, 100, 100))
HALF_LIFE_S, UPTAKE_MIN, DOSE_MBQ = 6586.2, 67, 284.0
_BUILD = Build(0.99, 1.0, 17.0, False, 15)
# organ, SUV, applied in this order
_UPTAKE: tuple[tuple[str, float], ...] = (
    ("body", 0.35), ("muscle", 0.62), ("cavity", 0.55), ("liver", 2.15), ("spleen", 1.75), ("stomach", 1.3),
    ("kidney_right", 2.6), ("kidney_left", 2.6), ("kidney_right_sinus", 9.0), ("kidney_left_sinus", 8.0),
    ("bladder", 19.0), ("heart", 1.5), ("lv_wall", 6.2), ("lv", 1.6), ("lung_right", 0.42), ("lung_left", 0.42),
)  # fmt: skip


@dataclass(frozen=True)
class HotSpot:
    """A lesion: ``centre`` (x, y, z) mm on the PET grid, size in mm, its SUVmax, and HU on CT (None: not seen)."""

    name: str
    centre: tuple[float, float, float]
    diameter: float
    suv_max: float
    hounsfield: float | None = None


FINDINGS: dict[str, tuple[HotSpot, ...]] = {
    "current": (
        HotSpot("right lower lobe", (-80.0, 41.0, -60.0), 16.0, 11.8, 38.0),
        HotSpot("right hilum", (-40.0, 13.0, -20.0), 14.0, 6.2, 45.0),
        HotSpot("L2 vertebra", (-8.0, 57.0, -260.0), 15.0, 7.4),
    ),
    "prior": (HotSpot("right lower lobe", (-80.0, 41.0, -60.0), 12.0, 7.9, 36.0),),
}


@lru_cache(maxsize=1)
def _body() -> tuple[Hounsfield, Array]:
    """The CT, and the uptake of healthy tissue in SUV before noise."""
    torso = organs(_BUILD, 205.0, -505.0)
    volume = render(torso, lung_trees(torso, 350), CT_GRID, PLAIN, _BUILD.seed)
    random = np.random.default_rng(191)
    uptake = np.full(PET_GRID.shape, 0.02, dtype=np.float32)
    for name, suv in _UPTAKE:
        inside = np.clip(0.5 - _sampled(torso, name) / 4.0, 0, 1)
        uptake += inside * (np.float32(suv) - uptake)
    bone = _shrunk(volume)
    uptake += np.clip((bone - 140) / 150, 0, 1) * (1.25 - uptake) * (uptake < 3)
    bowel = np.clip(smooth_noise(PET_GRID.shape, (28, 12, 14), random, 2) - 0.4, 0, 2)
    low = np.clip((-205 - PET_GRID.axis(0)) / 30, 0, 1)[:, None, None] * np.clip(
        0.5 - (_sampled(torso, "cavity") + 14) / 6, 0, 1
    )
    uptake += low * bowel * 0.9
    return np.rint(volume).astype(np.int16), blur(blur(uptake, 0.75), 0.5, (0,))


def _sampled(torso: Torso, name: str) -> Array:
    """The organ's surface on the PET grid; the coarse grid is finer than PET, so nearest is enough."""
    coarse = torso.grid
    index = [
        np.clip(np.rint((PET_GRID.axis(i) - coarse.start[i]) / coarse.step[i]).astype(int), 0, coarse.shape[i] - 1)
        for i in range(3)
    ]
    return np.asarray(torso.organs[name][np.ix_(*index)])


def _shrunk(volume: Array) -> Array:
    index = [np.rint(np.arange(100) * 4.0 / 1.5625).astype(int).clip(0, 255) for _ in range(2)]
    return np.asarray(blur(volume, 1.2)[:, index[0]][:, :, index[1]])


def pet_volume(point: str, seed: int) -> Array:
    """SUV (z, y, x) on ``PET_GRID`` with noise and lesions."""
    random = np.random.default_rng([seed, 193])
    clean = _body()[1]
    noise = blur(blur(random.standard_normal(PET_GRID.shape, dtype=np.float32), 0.8), 0.6, (0,))
    noise /= noise.std()
    suv = np.maximum(clean * (1 + 0.09 * noise) + 0.01 * noise, 0)
    z, y, x = PET_GRID.open_axes()
    for spot in FINDINGS[point]:
        x0, y0, z0 = spot.centre
        radius = np.sqrt((x - x0) ** 2 + (y - y0) ** 2 + (z - z0) ** 2) / (spot.diameter / 2 + 2)
        share = np.exp(-(radius**2.6))
        suv += share * np.maximum(spot.suv_max - suv, 0)
        near = radius < 1.8
        suv[near] = np.minimum(suv[near], spot.suv_max)
    return np.asarray(suv, dtype=np.float32)


def truth(order: StudyOrder) -> dict[str, Any]:
    """Lesions with place and SUVmax."""
    return {"lesions": [asdict(spot) for spot in FINDINGS[order.options["point"]]]}


def count(order: StudyOrder) -> int:
    return 2 * PLANES


def build(order: StudyOrder) -> Iterator[bytes]:
    """Attenuation CT, then the attenuation-corrected PET, both from the head down."""
    point = order.options["point"]
    volume = _body()[0].astype(np.float32)
    for number, spot in enumerate(FINDINGS[point]):
        if spot.hounsfield is not None:
            paint_nodule(volume, CT_GRID, Nodule(spot.name, spot.centre, spot.diameter, spot.hounsfield), number)
    series = Series(2, "CT", "CT AC 5.0", "Atrium PET/CT", "PET1", "CHEST", None, "FDG whole body")
    wanted = CtSeries(
        series, SOFT, ((40, 400), (-600, 1500)), THICKNESS, part10.JPEG_LS, back=128.0, dose=1.3, circle=None
    )
    yield from axial_slices(order, wanted, np.rint(volume).astype(np.int16), CT_GRID)
    suv = pet_volume(point, int(order.random(3).integers(1 << 30)))
    for number, index in enumerate(reversed(range(PLANES)), start=1):
        yield _pet_image(order, number, suv[index], PET_GRID.start[0] + THICKNESS * index)


def becquerel_per_suv(weight_kg: float) -> float:
    """Bq/ml at scan start that equal SUV-bw 1: the decayed dose over the body weight in grams."""
    decayed = DOSE_MBQ * 1e6 * 2 ** (-UPTAKE_MIN * 60 / HALF_LIFE_S)
    return decayed / (weight_kg * 1000)


def _pet_image(order: StudyOrder, number: int, suv: Array, z: float) -> bytes:
    """One PET Image object (PS3.3 §A.21)."""
    series = Series(3, "PT", "PET WB AC", "Atrium PET/CT", "PET1", "CHEST", None, "FDG whole body", 6.0)
    ds = image_header(order, series, number, PositronEmissionTomographyImageStorage, "ORIGINAL\\PRIMARY")
    activity = suv * becquerel_per_suv(order.patient.weight_kg)
    slope = float(f"{max(float(activity.max()), 1.0) / 32000:.8g}")
    stored: NDArray[np.uint16] = np.rint(activity / slope).astype(np.uint16)
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = order.uid("frame of reference"), ""
    ds.ImagePositionPatient = [f"{PET_GRID.start[2]:g}", f"{PET_GRID.start[1]:g}", f"{z:g}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.PixelSpacing, ds.SliceThickness = ["4", "4"], f"{THICKNESS:g}"
    ds.SliceLocation = f"{z:g}"
    ds.RescaleIntercept, ds.RescaleSlope = "0", f"{slope:.8g}"
    _pet_series(ds)
    ds.ImageIndex = number
    ds.FrameReferenceTime, ds.ActualFrameDuration = "60000", "120000"
    ds.DecayFactor, ds.DoseCalibrationFactor, ds.ScatterFractionFactor = "1.003", "1", "0.32"
    injected = order.moment + timedelta(minutes=series.minutes - UPTAKE_MIN)
    drug = Dataset()
    drug.Radiopharmaceutical = "Fluorodeoxyglucose F^18^"
    drug.RadiopharmaceuticalStartTime = tm(injected)
    drug.RadiopharmaceuticalStartDateTime = injected.strftime("%Y%m%d%H%M%S")
    drug.RadionuclideTotalDose = f"{DOSE_MBQ * 1e6:.0f}"
    drug.RadionuclideHalfLife, drug.RadionuclidePositronFraction = f"{HALF_LIFE_S:g}", "0.967"
    drug.RadionuclideCodeSequence = items(code("77004003", "SCT", "^18^Fluorine"))
    drug.RadiopharmaceuticalCodeSequence = items(code("35321007", "SCT", "Fluorodeoxyglucose F^18^"))
    ds.RadiopharmaceuticalInformationSequence = items(drug)
    peak = becquerel_per_suv(order.patient.weight_kg)
    ds.WindowCenter, ds.WindowWidth = f"{3.5 * peak:.1f}", f"{7 * peak:.1f}"
    part10.describe_pixels(ds, stored, 16, "MONOCHROME2")
    part10.put_frames(ds, [stored], part10.EXPLICIT)
    return part10.part10(ds)


def _pet_series(ds: Dataset) -> None:
    """PET Series and PET Image modules (PS3.3 §C.8.9): what does not change from slice to slice."""
    ds.Units, ds.CountsSource, ds.DecayCorrection = "BQML", "EMISSION", "START"
    ds.SeriesType, ds.NumberOfSlices = ["WHOLE BODY", "IMAGE"], PLANES
    ds.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
    ds.CollimatorType = "NONE"
    ds.RandomsCorrectionMethod, ds.ScatterCorrectionMethod = "DLYD", "Model-based"
    ds.AttenuationCorrectionMethod, ds.ReconstructionMethod = "CT", "OSEM 3i 21s"
    orientation = code("102538003", "SCT", "recumbent")
    orientation.PatientOrientationModifierCodeSequence = items(code("40199007", "SCT", "supine"))
    ds.PatientOrientationCodeSequence = items(orientation)
    ds.PatientGantryRelationshipCodeSequence = items(code("102540008", "SCT", "headfirst"))
    window = Dataset()
    window.EnergyWindowLowerLimit, window.EnergyWindowUpperLimit = "435", "650"
    ds.EnergyWindowRangeSequence = items(window)


BUILDER = Builder(count, build)
