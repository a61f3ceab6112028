"""Plain films: digital (DX) and computed (CR) radiographs of chest, hand and knee."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, DigitalXRayImageStorageForPresentation

from archive.demo import part10
from archive.demo.header import Series, code, image_header, items
from archive.demo.limbs import limb
from archive.demo.orders import Builder, StudyOrder
from archive.demo.projection import Chest, Film, add_finding, chest
from archive.demo.texture import Array, blur, power_law_tile, resize, rolled
from archive.demo.torso import Build

BUILDS = {
    "m1": Build(1.0, 1.0, 15.0, False, 1),
    "f1": Build(0.93, 0.95, 20.0, True, 4),
    "m2": Build(1.06, 1.08, 24.0, False, 7),
}
_LIMB_FILM = {"hand": Film(215.0, -105.0, 0.15, 2200, 1400), "knee": Film(140.0, -90.0, 0.15, 1860, 1200)}
_REGION = {
    "chest": ("CHEST", code("43799004", "SCT", "Chest")),
    "hand": ("HAND", code("85562004", "SCT", "Hand")),
    "knee": ("KNEE", code("72696002", "SCT", "Knee")),
}


@lru_cache(maxsize=1)
def _grain() -> Array:
    return power_law_tile(1024, 0.2, np.random.default_rng(181), 80)


def _toned(path: Array, mm: float) -> Array:
    """Path lengths as a processed film: brightness 0..1 with the broad differences compressed, edges kept."""
    small = path[::8, ::8]
    broad = resize(blur(small, 15.0 / mm / 8), path.shape)
    local = path - broad
    value = 0.42 * np.sqrt(np.maximum(path, 0) / 200) + 0.0052 * local
    return np.asarray(value + 0.0016 * (path - blur(path, 1.4)), dtype=np.float32)


@lru_cache(maxsize=6)
def _chest_film(build: str, frontal: bool, size: int, finding: str) -> tuple[NDArray[np.float16], float]:
    view: Chest = chest(BUILDS[build], frontal, size)
    path = add_finding(view.path, view.lung, view.film, finding, BUILDS[build].seed) if frontal else view.path
    return _toned(path, view.film.mm).astype(np.float16), view.film.mm


@lru_cache(maxsize=2)
def _limb_film(part: str) -> tuple[NDArray[np.float16], float]:
    film = _LIMB_FILM[part]
    return _toned(limb(part, film) * 2.4, film.mm).astype(np.float16), film.mm


def _views(order: StudyOrder) -> list[str]:
    return order.options.get("views", "PA").split(",")


def count(order: StudyOrder) -> int:
    return len(_views(order))


def build(order: StudyOrder) -> Iterator[bytes]:
    """One series per view."""
    part = order.options.get("part", "chest")
    for number, view in enumerate(_views(order), start=1):
        if part == "chest":
            size = int(order.options.get("size", "2048"))
            finding = order.options.get("finding", "none")
            tone, mm = _chest_film(
                order.options.get("body", "m1"), view != "LL", size, finding if view != "LL" else "none"
            )
        else:
            tone, mm = _limb_film(part)
        pixels, bits = _expose(order, tone.astype(np.float32), number)
        yield _object(order, part, view, number, pixels, bits, mm)


def _expose(order: StudyOrder, tone: Array, number: int) -> tuple[NDArray[np.uint16], int]:
    """Stored values: shifted a little, with quantum noise that grows where little light arrives."""
    random = order.random(number)
    bits = 10 if order.options.get("device") == "CR" else 12
    top = float(2**bits - 1)
    shift = tuple(int(v) for v in random.integers(-6, 7, 2))
    tone = np.roll(tone, shift, (0, 1)) * np.float32(random.uniform(0.96, 1.04))
    noise = rolled(_grain(), (tone.shape[0], tone.shape[1]), random) * (0.0016 + 0.0028 * np.clip(tone, 0, 1))
    stored = np.clip((0.06 + 0.98 * tone + noise) * top, 0, top).astype(np.uint16)
    if order.options.get("inverted") == "1":
        stored = (int(top) - stored).astype(np.uint16)
    return np.ascontiguousarray(stored), bits


def _object(
    order: StudyOrder, part: str, view: str, number: int, pixels: NDArray[np.uint16], bits: int, mm: float
) -> bytes:
    device = order.options.get("device", "DX")
    name = {"PA": "PA", "LL": "Lateral", "AP": "AP"}[view]
    body, region = _REGION[part]
    side = order.options.get("side", "R" if part != "chest" else "U")
    station = ("CR1", "Atrium CR 2") if device == "CR" else ("DX1", "Atrium DX 40")
    series = Series(
        number, device, f"{body.title()} {name}", station[1], station[0], body, None, f"{body.title()} {name}", number
    )
    if device == "CR":
        ds = image_header(order, series, number, ComputedRadiographyImageStorage, "ORIGINAL\\PRIMARY")
        ds.PlateType, ds.CassetteSize = "IP", "35CMX43CM"
        ds.ViewPosition = view
        ds.PatientOrientation = ["L", "F"] if view != "LL" else ["P", "F"]
        if part != "chest":
            ds.Laterality = side
    else:
        ds = image_header(order, series, number, DigitalXRayImageStorageForPresentation, "DERIVED\\PRIMARY")
        _digital(ds, view, side, region)
    ds.ImagerPixelSpacing = [f"{mm:.5g}"] * 2
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = (
        ("125", 320, 6, 2) if part == "chest" else ("55", 200, 20, 4)
    )
    ds.DistanceSourceToDetector = "1800" if part == "chest" else "1150"
    inverted = order.options.get("inverted") == "1"
    ds.WindowCenter, ds.WindowWidth = f"{2 ** (bits - 1)}", f"{round(2**bits * 0.9)}"
    part10.describe_pixels(ds, pixels, bits, "MONOCHROME1" if inverted else "MONOCHROME2")
    if device == "DX":
        ds.PresentationLUTShape = "INVERSE" if inverted else "IDENTITY"
    syntax = {"jpegls": part10.JPEG_LS, "j2k": part10.J2K_LOSSLESS, "ljpeg": part10.JPEG_LOSSLESS}.get(
        order.options.get("syntax", ""), part10.HTJ2K
    )
    part10.put_frames(ds, [pixels], syntax)
    return part10.part10(ds, syntax)


def _digital(ds: Dataset, view: str, side: str, region: Dataset) -> None:
    """DX Series, Anatomy, Image, Detector and Positioning modules (PS3.3 §C.8.11)."""
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageLaterality = side
    ds.AnatomicRegionSequence = items(region)
    ds.PatientOrientation = ["L", "F"] if view != "LL" else ["P", "F"]
    ds.ViewPosition = view
    ds.AcquisitionContextSequence = []
    ds.DetectorType, ds.DetectorID = "SCINTILLATOR", "DEMO-DX1"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    meaning = {"PA": ("399348003", "postero-anterior"), "LL": ("399173006", "left lateral")}.get(
        view, ("399348003", "antero-posterior")
    )
    if view == "AP":
        meaning = ("399348003", "antero-posterior")
    item = code(*((meaning[0], "SCT", meaning[1])))
    item.ViewModifierCodeSequence = []
    ds.ViewCodeSequence = items(item)
    ds.PositionerType = "NONE"


BUILDER = Builder(count, build)
