"""Dermatology: a pigmented lesion on the forearm, photographed and followed over two years."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import VLPhotographicImageStorage

from archive.demo import part10
from archive.demo.header import Series, code, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.photo import photograph
from archive.demo.texture import Array, blur, power_law_tile, rolled, smooth_noise, smoothstep

ROWS, COLUMNS = 960, 1280
OVERVIEW_MM, CLOSE_MM = 0.110, 0.0305  # millimetres per pixel


@lru_cache(maxsize=1)
def _tiles() -> tuple[Array, Array]:
    random = np.random.default_rng(61)
    return power_law_tile(1024, 0.55, random, 30), power_law_tile(1024, 1.4, random, 2)


def _skin(random: np.random.Generator, scale: float, tone: float) -> Array:
    """Skin relief and colour, linear RGB (rows, columns, 3); ``scale`` in mm per pixel."""
    fine, cloud = _tiles()
    relief = rolled(fine, (ROWS, COLUMNS), random)
    mottled = rolled(cloud, (ROWS, COLUMNS), random)
    # The furrows of the skin: a net of slightly darker lines, finer the farther the camera.
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32) * np.float32(scale)
    bend = 0.5 * mottled
    net = np.minimum(
        np.abs(np.sin((x * 0.9 + y * 0.45) * 2.3 + bend)), np.abs(np.sin((x * 0.5 - y * 0.95) * 2.1 + bend * 1.3))
    )
    furrow = smoothstep(0.22, 0.0, net) * (0.55 + 0.3 * mottled)
    light = 1 + 0.018 * relief * min(1.0, 0.05 / scale + 0.3) - 0.045 * furrow + 0.022 * mottled
    base = np.array([0.86, 0.62, 0.50], dtype=np.float32) * tone + np.array([0.05, 0.05, 0.05], dtype=np.float32)
    image = base * light[..., None]
    image += (mottled * 0.006)[..., None] * np.array([1.0, -0.3, -0.3], dtype=np.float32)
    return np.asarray(image, dtype=np.float32)


def _lesion(image: Array, random: np.random.Generator, seed: int, scale: float, diameter: float, blue: float) -> None:
    """Paints the mole; shape depends on ``seed`` alone so that it is recognisable at every visit."""
    shape = np.random.default_rng([seed, 67])
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32) * np.float32(scale)
    dy, dx = y - ROWS * scale / 2, x - COLUMNS * scale / 2
    angle = np.arctan2(dy, dx)
    outline = np.ones_like(angle)
    for order in range(2, 10):
        outline += shape.normal(0, 0.16 / order**0.9) * np.cos(order * angle + shape.uniform(0, 6.3))
    noise = smooth_noise((ROWS, COLUMNS), (14, 18), np.random.default_rng([seed, 71]), 3)
    radius = np.hypot(dx * 0.92, dy * 1.08) / (diameter / 2 * outline) + 0.045 * noise
    cover = smoothstep(1.06, 0.90, radius)
    spots = smooth_noise((ROWS, COLUMNS), (40, 52), np.random.default_rng([seed, 73]), 2)
    depth = 0.72 + 0.20 * np.tanh(noise) + 0.10 * spots
    dark = np.array([0.23, 0.13, 0.09], dtype=np.float32)
    brown = np.array([0.50, 0.31, 0.20], dtype=np.float32)
    mix = np.clip(depth, 0, 1)[..., None]
    colour = brown + mix * (dark - brown)
    if blue > 0:
        veil = np.exp(-(((dx - 0.12 * diameter) ** 2 + (dy + 0.08 * diameter) ** 2) / (0.16 * diameter) ** 2))
        colour += (blue * veil)[..., None] * (np.array([0.36, 0.37, 0.43], dtype=np.float32) - colour)
    image += (cover * 0.96)[..., None] * (colour - image)
    halo = smoothstep(1.55, 1.0, radius) * (1 - cover) * 0.05
    image -= halo[..., None] * np.array([0.1, 0.9, 0.8], dtype=np.float32)


def _hairs(image: Array, random: np.random.Generator, scale: float, count: int) -> None:
    shade = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    for _ in range(count):
        start = random.uniform([0, 0], [ROWS, COLUMNS])
        heading, bend = random.normal(0.9, 0.5), random.normal(0, 0.35)
        length = random.uniform(4, 10) / scale
        t = np.linspace(0, 1, int(length))
        direction = heading + bend * t
        rows = (start[0] + np.cumsum(np.sin(direction))).round().astype(int)
        columns = (start[1] + np.cumsum(np.cos(direction))).round().astype(int)
        keep = (rows > 1) & (rows < ROWS - 2) & (columns > 1) & (columns < COLUMNS - 2)
        weight = (np.sin(np.pi * np.clip(t * 0.9 + 0.1, 0, 1)) * 0.8)[keep]
        thick = max(1, round(0.05 / scale))
        for offset in range(thick):
            np.maximum.at(shade, (rows[keep] + offset - thick // 2, columns[keep]), weight)
    shade = blur(shade, 0.8)
    image *= 1 - 0.62 * np.clip(shade, 0, 1)[..., None]


def _ruler(image: Array, scale: float) -> None:
    """A paper millimetre scale along the lower edge, so that sizes can be measured."""
    top = ROWS - round(9 / scale)
    image[top:] = np.array([0.93, 0.93, 0.91], dtype=np.float32)
    image[top - 2 : top] *= 0.75
    for mm in range(int(COLUMNS * scale)):
        column = round(mm / scale)
        length = 5.0 if mm % 10 == 0 else 3.6 if mm % 5 == 0 else 2.4
        width = max(1, round(0.14 / scale))
        image[top : top + round(length / scale), column : column + width] = 0.12


def render(seed: int, visit: int, diameter: float, close: bool) -> NDArray[np.uint8]:
    """The photograph (ROWS, COLUMNS, 3): an overview with ruler, or a close-up."""
    random = np.random.default_rng([seed, 79, visit, int(close)])
    scale = CLOSE_MM if close else OVERVIEW_MM
    tone = (1.0, 0.80, 0.93, 0.58)[seed % 4]
    image = _skin(random, scale, tone)
    _lesion(image, random, seed, scale, diameter, blue=0.55 if diameter > 11 else 0.0)
    _hairs(image, random, scale, 26 if close else 60)
    y, x = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j].astype(np.float32)
    if not close:
        _ruler(image, scale)
    image *= (1.04 - 0.17 * ((x + 0.2) ** 2 + (y + 0.25) ** 2))[..., None]
    image += 0.008 * random.standard_normal(image.shape, dtype=np.float32)
    return np.asarray(np.clip(image, 0, 1) * 255, dtype=np.uint8)


def truth(order: StudyOrder) -> dict[str, float]:
    """The lesion's mean diameter in mm and the millimetres per pixel of the two pictures."""
    return {"diameter_mm": float(order.options["diameter"]), "overview_mm": OVERVIEW_MM, "close_mm": CLOSE_MM}


def count(order: StudyOrder) -> int:
    return 2


def build(order: StudyOrder) -> Iterator[bytes]:
    """An overview with a ruler and a close-up of the same lesion."""
    seed, visit = int(order.options["lesion"]), int(order.options.get("visit", "0"))
    site = order.options.get("site", "Left forearm")
    series = Series(1, "XC", site, "Atrium Camera", "DERM1", "ARM", protocol="Skin photo")
    for number, close in ((1, False), (2, True)):
        pixels = render(seed, visit, float(order.options["diameter"]), close)
        ds, syntax = photograph(order, series, number, VLPhotographicImageStorage, pixels, part10.JPEG)
        _describe(ds, site, close)
        yield part10.part10(ds, syntax)


def _describe(ds: Dataset, site: str, close: bool) -> None:
    scale = CLOSE_MM if close else OVERVIEW_MM
    ds.PixelSpacing = [f"{scale:g}", f"{scale:g}"]
    ds.PixelSpacingCalibrationType = "FIDUCIAL"
    ds.PixelSpacingCalibrationDescription = "Paper ruler"
    ds.ImageLaterality = "L" if "Left" in site else "R"
    ds.AnatomicRegionSequence = items(
        code("14975008", "SCT", "Forearm") if "forearm" in site else code("39607008", "SCT", "Skin")
    )


BUILDER = Builder(count, build)
