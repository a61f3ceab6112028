"""Mammography: four views for presentation, with fibroglandular texture, and a mass with calcifications when asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from archive.demo import part10
from archive.demo.header import Series, code, image_header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.texture import Array, power_law_tile, resize, rolled, smooth_noise, smoothstep

ROWS, COLUMNS, MM = 3328, 2560, 0.070
_WORK = 4  # broad texture is painted at a quarter of the size and stretched, fine texture is added at full size
_VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


@dataclass(frozen=True)
class Finding:
    """A spiculated mass: place in the CC and MLO view (mm from the chest wall, mm below the upper edge), diameter."""

    side: str
    cc: tuple[float, float]
    mlo: tuple[float, float]
    diameter: float


MASS = Finding("R", (62.0, 92.0), (66.0, 108.0), 12.0)


@lru_cache(maxsize=1)
def _grain() -> Array:
    return power_law_tile(1024, 0.35, np.random.default_rng(139), 40)


@lru_cache(maxsize=1)
def _texture() -> Array:
    return power_law_tile(2048, 1.0, np.random.default_rng(141), 60)


def _outline(view: str, y: Array, x: Array) -> Array:
    """Signed distance in mm to the skin, negative inside; x is mm from the chest wall, y mm from the upper edge."""
    if view == "CC":
        centre, half_height, depth = 116.0, 96.0, 116.0
    else:
        centre, half_height, depth = 138.0, 106.0, 108.0
    v = (y - centre) / half_height
    sag = 1 + (0.10 * v if view == "MLO" else 0)
    k = np.sqrt((x / (depth * sag)) ** 2 + np.abs(v) ** 2.2)
    distance = (k - 1) * np.float32(half_height)
    if view == "MLO":  # the axillary tail runs up along the muscle
        tail = x - (92 - 0.30 * y) + 0.0 * v
        distance = np.minimum(distance, np.maximum(tail, y - 110))
    nipple = np.hypot((x - depth * 0.985) / 1.0, y - centre - (6 if view == "MLO" else 0)) - 5.0
    return np.asarray(np.minimum(distance, nipple), dtype=np.float32)


@lru_cache(maxsize=4)
def _breast(seed: int, view: str, density: float) -> NDArray[np.uint16]:
    """One breast, chest wall at the left edge, at a quarter of the size, brightness 0..4095 without fine texture."""
    random = np.random.default_rng([seed, 149, len(view)])
    rows, columns = ROWS // _WORK, COLUMNS // _WORK
    y = (np.arange(rows, dtype=np.float32) * np.float32(MM * _WORK))[:, None]
    x = (np.arange(columns, dtype=np.float32) * np.float32(MM * _WORK))[None, :]
    warp = smooth_noise((rows, columns), (4, 3), random) * 1.6
    distance = _outline(view, y + warp, x)
    inside = smoothstep(0.5, -0.3, distance)
    thickness = smoothstep(0, -15, distance) * 0.55 + smoothstep(0, -3, distance) * 0.45
    # Glandular tissue: clouds with the power spectrum of breasts (about 1/f^3), densest behind the nipple.
    cloud = rolled(power_law_tile(1024, 1.45, random, 4), (rows, columns), random)
    middle = 116.0 if view == "CC" else 132.0
    disc = np.exp(-(((x - 64) / 40) ** 2) - (((y - middle + 8) / 50) ** 2))
    gland = 1 / (1 + np.exp(-(1.5 * cloud + 3.0 * disc - 2.9 + 2.0 * density)))
    gland *= smoothstep(3, 18, -distance)
    # Ligaments and ducts: thin bright sheets that fan out towards the nipple.
    threads = np.zeros((rows, columns), dtype=np.float32)
    tile = power_law_tile(1024, 1.15, random, 7)
    for strength, width in ((0.8, 0.06), (0.7, 0.08), (0.6, 0.11)):
        sheet = rolled(tile, (rows, columns), random) + 0.35 * cloud
        threads = np.maximum(threads, strength * smoothstep(width, 0.0, np.abs(sheet)))
    duct = np.abs(np.sin(np.arctan2(y - middle, 118 - x) * 9 + 0.9 * cloud))
    threads += 0.5 * smoothstep(0.16, 0.0, duct) * np.exp(-(((118 - x) / 42) ** 2)) * smoothstep(2, 12, 118 - x)
    threads *= smoothstep(1.5, 9, -distance)
    medium = rolled(power_law_tile(512, 0.95, random, 12), (rows, columns), random)
    bright = 760 + 120 * cloud + 900 * gland + (330 + 260 * gland) * threads + (60 + 150 * gland) * medium
    bright += 190 * _vessel_lines(random, y, x, view) * smoothstep(2, 9, -distance)
    rim = np.exp(-(((distance + 0.9) / 0.6) ** 2)) * 300
    image = inside * (bright * thickness + rim)
    if view == "MLO":
        _pectoral(image, y, x, medium, random)
    return np.asarray(np.clip(image, 0, 4000), dtype=np.uint16)


def _vessel_lines(random: np.random.Generator, y: Array, x: Array, view: str) -> Array:
    out = np.zeros((y.shape[0], x.shape[1]), dtype=np.float32)
    for _ in range(5):
        start, slope = random.uniform(60, 170), random.uniform(-0.45, 0.45)
        course = start + slope * x + 5 * np.sin(x / random.uniform(9, 17) + random.uniform(0, 6))
        width = random.uniform(0.5, 0.9) * (1 - x / 170)
        np.maximum(out, np.clip(1 - np.abs(y - course) / np.maximum(width, 0.1) * 0.6, 0, 1), out=out)
    return out * (0.8 if view == "CC" else 0.6)


def _pectoral(image: Array, y: Array, x: Array, fine: Array, random: np.random.Generator) -> None:
    edge = 56 - 0.30 * y - 0.0009 * y**2 + 1.5 * np.sin(y / 27)
    cover = smoothstep(3.0, -3.0, x - edge)
    bands = np.sin((x * 0.86 + y * 0.5) / 2.6 + 1.5 * smooth_noise(image.shape, (6, 5), random))
    muscle = 1980 + 80 * fine + 55 * bands - 4.0 * np.maximum(0, x - edge + 30)
    image += cover * 0.93 * (muscle - image)


def _paint_mass(image: Array, view: str, finding: Finding, seed: int) -> None:
    """Adds the mass and its cluster of calcifications to a full-size right-breast picture."""
    random = np.random.default_rng([seed, 151])
    x0, y0 = finding.cc if view == "CC" else finding.mlo
    reach = finding.diameter * 1.9
    rows = slice(int((y0 - reach) / MM), int((y0 + reach) / MM))
    columns = slice(int((x0 - reach) / MM), int((x0 + reach) / MM))
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) * np.float32(MM) - np.float32(y0))[:, None]
    x = (np.arange(columns.start, columns.stop, dtype=np.float32) * np.float32(MM) - np.float32(x0))[None, :]
    angle, radius = np.arctan2(y, x), np.hypot(x, y) / (finding.diameter / 2)
    edge = 1 + 0.10 * np.sin(3 * angle + 1) + 0.07 * np.sin(7 * angle) + 0.05 * np.sin(13 * angle + 2)
    body = smoothstep(1.12, 0.72, radius / edge)
    rays = np.zeros_like(radius)
    for _ in range(26):
        turn, long = random.uniform(-np.pi, np.pi), random.uniform(1.5, 2.6)
        off = np.abs(np.sin((angle - turn + 0.10 * (radius - 1) * random.normal()) / 2)) * 2 * radius
        rays = np.maximum(rays, np.clip(1 - off / 0.085, 0, 1) * smoothstep(long, 0.7, radius))
    part = image[rows, columns]
    part += 940 * body * (1 - 0.25 * radius.clip(0, 1)) + 330 * rays * (1 - body)
    for _ in range(22):
        cx, cy = random.normal(-0.9, 0.42) * finding.diameter * 0.5, random.normal(0.8, 0.42) * finding.diameter * 0.5
        size = random.uniform(0.12, 0.28)
        part += 1250 * np.clip(1.2 - np.hypot(x - cx, (y - cy) * random.uniform(0.7, 1.3)) / size, 0, 1)


def render(order: StudyOrder, side: str, view: str) -> NDArray[np.uint16]:
    """One view, (ROWS, COLUMNS), 12 bit, as displayed: the right breast points left, the left breast right."""
    seed = 2 * int(order.options.get("breast", "1")) + (side == "L")
    base = _breast(seed, view, float(order.options.get("density", "0.5")))
    image = resize(base.astype(np.float32), (ROWS, COLUMNS))
    random = order.random(len(view), ord(side))
    image *= 1 + np.float32(0.055) * rolled(_texture(), (ROWS, COLUMNS), random)
    if order.options.get("mass") == "1" and side == MASS.side:
        _paint_mass(image, view, MASS, seed)
    lit = image > 40
    image += lit * rolled(_grain(), (ROWS, COLUMNS), random) * (9 + np.float32(0.005) * image)
    stored = np.clip(image, 0, 4095).astype(np.uint16)
    stored[~lit] = 0
    return np.ascontiguousarray(stored[:, ::-1] if side == "R" else stored)


def truth(order: StudyOrder) -> dict[str, float | str]:
    """Side and diameter in mm of the mass; diameter 0 when there is none."""
    return {"side": MASS.side, "diameter_mm": MASS.diameter if order.options.get("mass") == "1" else 0.0}


def count(order: StudyOrder) -> int:
    return len(_VIEWS)


def build(order: StudyOrder) -> Iterator[bytes]:
    """Four views, each a series of its own as most units send them."""
    for number, (side, view) in enumerate(_VIEWS, start=1):
        series = Series(number, "MG", f"{side} {view}", "Atrium Mammo 70", "MG1", "BREAST", minutes=0.6 * number)
        uid = DigitalMammographyXRayImageStorageForPresentation
        ds = image_header(order, series, 1, uid, "DERIVED\\PRIMARY")
        pixels = render(order, side, view)
        _describe(ds, side, view)
        part10.describe_pixels(ds, pixels, 12, "MONOCHROME2")
        syntax = part10.JPEG_LS if order.options.get("syntax") == "jpegls" else part10.HTJ2K
        part10.put_frames(ds, [pixels], syntax)
        yield part10.part10(ds, syntax)


def _describe(ds: Dataset, side: str, view: str) -> None:
    """DX Series, Anatomy, Image, Detector and Mammography modules (PS3.3 §C.8.11)."""
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageLaterality = side
    ds.ViewPosition = view
    ds.OrganExposed, ds.PositionerType = "BREAST", "MAMMOGRAPHIC"
    ds.BreastImplantPresent, ds.PartialView = "NO", "NO"
    value, meaning = ("399162004", "cranio-caudal") if view == "CC" else ("399368009", "medio-lateral oblique")
    view_item = code(value, "SCT", meaning)
    view_item.ViewModifierCodeSequence = []
    ds.ViewCodeSequence = items(view_item)
    ds.AnatomicRegionSequence = items(code("76752008", "SCT", "Breast"))
    away = "A" if side == "L" else "P"
    ds.PatientOrientation = [away, ("R" if side == "L" else "L") if view == "CC" else ("FR" if side == "L" else "FL")]
    ds.AcquisitionContextSequence = []
    ds.ImagerPixelSpacing = [f"{MM:g}"] * 2
    ds.PixelSpacing = [f"{MM:g}"] * 2
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.PresentationLUTShape = "IDENTITY"
    ds.WindowCenter, ds.WindowWidth = "1650", "3000"
    ds.DetectorType, ds.DetectorID, ds.FieldOfViewShape = "DIRECT", "DEMO-MG1", "RECTANGLE"
    ds.DetectorTemperature = "30"
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = "28", 62, 1100, 68
    ds.AnodeTargetMaterial, ds.FilterMaterial, ds.FilterType = "TUNGSTEN", "RHODIUM", "FLAT"
    ds.BodyPartThickness, ds.CompressionForce, ds.OrganDose = ("54" if view == "CC" else "58"), "95", "0.014"
    ds.PositionerPrimaryAngle = "0" if view == "CC" else ("45" if side == "R" else "-45")
    ds.DistanceSourceToDetector, ds.EstimatedRadiographicMagnificationFactor = "660", "1.05"
    ds.QualityControlImage = "NO"


BUILDER = Builder(count, build)
