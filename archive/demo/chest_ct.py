"""CT of the chest: full-size volumes with nodules and a coronary plaque of known size, at one or two time points."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from archive.demo import part10
from archive.demo.ct_scanner import LUNG, SOFT, CtSeries, Hounsfield, axial_slices, ct_image, radiograph, reconstruct
from archive.demo.header import Series
from archive.demo.lesions import Nodule, on_surface, paint_nodule, paint_plaque
from archive.demo.nodule_report import measurement_report
from archive.demo.orders import Builder, StudyOrder
from archive.demo.solids import Grid, Tube, paint_tube
from archive.demo.texture import Array, blur, resize
from archive.demo.torso import Build, Torso, organs
from archive.demo.torso_pipes import lung_trees
from archive.demo.torso_render import PLAIN, PORTAL, Enhancement, render

PLANES, THICKNESS = 120, 2.5
_PIXEL = 0.742
GRID = Grid((-178.0, -182.0, -190.0), (THICKNESS, _PIXEL, _PIXEL), (PLANES, 512, 512))
CORONAL = 56
SOFT_PLANES = 60


@dataclass(frozen=True)
class Case:
    """A patient's chest: the body, the contrast phase, and what is found at each time point."""

    build: Build
    blood: Enhancement
    findings: dict[str, tuple[Nodule, ...]]
    plaque: tuple[float, float, float] = (24.0, 9.0, 1.7)  # start along the vessel, length, radius in mm


_CALCIFIED = Nodule("calcified nodule, left upper lobe", (72.0, -22.0, 38.0), 5.9, 420.0, 0.5)
CASES: dict[str, Case] = {
    "a": Case(
        Build(1.0, 1.0, 15.0, False, 1),
        PORTAL,
        {
            "current": (
                Nodule("solid nodule, right lower lobe", (-84.0, 42.0, -62.0), 10.4, 38.0, 0.6, 14),
                Nodule("ground-glass nodule, right upper lobe", (-66.0, -30.0, 46.0), 17.8, -610.0, 2.0),
                _CALCIFIED,
            ),
            "prior": (Nodule("solid nodule, right lower lobe", (-84.0, 42.0, -62.0), 6.8, 34.0, 0.6, 8), _CALCIFIED),
        },
    ),
    "b": Case(
        Build(0.93, 0.95, 20.0, True, 4),
        PLAIN,
        {
            "current": (Nodule("part-solid nodule, left lower lobe", (78.0, 44.0, -44.0), 8.2, -40.0, 1.0, 4),),
            "prior": (Nodule("part-solid nodule, left lower lobe", (78.0, 44.0, -44.0), 7.9, -60.0, 1.0, 4),),
        },
    ),
}


def left_descending_artery(torso: Torso) -> Tube:
    """The LAD on the surface of the heart, (z, y, x) in mm."""
    guide = [(-32, -34, 18), (-44, -52, 30), (-62, -62, 40), (-84, -66, 50), (-104, -66, 56)]
    path = on_surface(torso.organs["heart"], torso.grid, guide, 1.6)
    return Tube.through(path, [2.0, 1.9, 1.7, 1.4, 1.0]).smoothed(6)


@lru_cache(maxsize=1)
def _base(name: str) -> Hounsfield:
    case = CASES[name]
    torso = organs(case.build, 132.0, -186.0)
    volume = render(torso, lung_trees(torso, 1100), GRID, case.blood, case.build.seed)
    vessel = left_descending_artery(torso)
    paint_tube(volume, GRID, vessel, case.blood.artery)
    paint_plaque(volume, GRID, vessel, *case.plaque)
    return np.rint(volume).astype(np.int16)


def chest_volume(name: str, point: str) -> Hounsfield:
    """Noise-free Hounsfield units on ``GRID`` of case ``name`` at time ``point``."""
    volume = _base(name).astype(np.float32)
    for number, nodule in enumerate(CASES[name].findings[point]):
        paint_nodule(volume, GRID, nodule, CASES[name].build.seed * 10 + number)
    return np.rint(volume).astype(np.int16)


def truth(name: str, point: str) -> dict[str, Any]:
    """What is in the volume, for tests: nodules (centre x, y, z in mm, long axis in mm, HU) and the plaque."""
    case = CASES[name]
    return {
        "nodules": [nodule.truth() for nodule in case.findings[point]],
        "plaque": {"length_mm": case.plaque[1], "diameter_mm": 2 * case.plaque[2], "hounsfield": 820.0},
        "aorta_hounsfield": case.blood.artery,
    }


def _series(number: int, description: str, minutes: float) -> Series:
    return Series(number, "CT", description, "Atrium CT 128", "CT2", "CHEST", None, "Thorax", minutes)


def count(order: StudyOrder) -> int:
    full = 1 + PLANES + SOFT_PLANES + (1 if order.options["case"] == "a" else 0)
    return full + (CORONAL if order.options["point"] == "current" else 0)


def build(order: StudyOrder) -> Iterator[bytes]:
    """Scout, lung series, measurements of the nodules, soft-tissue series; a coronal reformat on the newest study."""
    name, point = order.options["case"], order.options["point"]
    volume = chest_volume(name, point)
    contrast = "Iodinated contrast (simulated)" if CASES[name].blood.artery > 100 else ""
    yield scout(order, volume, GRID)
    thin = part10.EXPLICIT if point == "current" else part10.HTJ2K
    lung = CtSeries(_series(2, "Lung 2.5", 2), LUNG, ((-600, 1500), (40, 400)), THICKNESS, thin, contrast=contrast)
    slices = []
    for data in axial_slices(order, lung, volume, GRID):
        slices.append(data)
        yield data
    if name == "a":
        yield measurement_report(order, 5, slices, CASES[name].findings[point])
    thick = ((volume[0::2].astype(np.int32) + volume[1::2]) // 2).astype(np.int16)
    thick_grid = Grid(
        (GRID.start[0] + THICKNESS / 2, *GRID.start[1:]), (2 * THICKNESS, _PIXEL, _PIXEL), (SOFT_PLANES, 512, 512)
    )
    soft = CtSeries(
        _series(3, "Soft tissue 5.0", 2),
        SOFT,
        ((40, 400), (-600, 1500)),
        2 * THICKNESS,
        part10.HTJ2K,
        contrast=contrast,
    )
    yield from axial_slices(order, soft, thick, thick_grid)
    if point == "current":
        yield from _coronal(order, volume, contrast)


def scout(order: StudyOrder, volume: Hounsfield, grid: Grid) -> bytes:
    """The frontal localizer: line integrals through the volume, edge-enhanced as scanners do."""
    rows = round(grid.shape[0] * grid.step[0] / grid.step[2])
    path = resize(np.sqrt(radiograph(volume, 1)), (rows, grid.shape[2]))
    image = path + 1.4 * (path - blur(path, 4)) + 0.5 * (path - blur(path, 18))
    stored = np.clip(image * 60 + 560 + 4 * order.random(1).standard_normal(image.shape, dtype=np.float32), 0, 4095)
    wanted = CtSeries(
        _series(1, "Scout", 0),
        SOFT,
        ((190, 900),),
        grid.shape[1] * grid.step[1],
        part10.JPEG_LS,
        (1, 0, 0, 0, 0, -1),
        image_type="ORIGINAL\\PRIMARY\\LOCALIZER",
        back=None,
    )
    top = grid.start[0] + grid.step[0] * (grid.shape[0] - 1)
    return ct_image(order, wanted, 1, stored.astype(np.uint16), (grid.start[2], 0.0, top), (grid.step[2], grid.step[2]))


def _coronal(order: StudyOrder, volume: Hounsfield, contrast: str) -> Iterator[bytes]:
    """A coronal reformat, 3 mm, from front to back."""
    wanted = CtSeries(
        _series(4, "Coronal 3.0", 4),
        SOFT,
        ((40, 400), (-600, 1500)),
        3.0,
        part10.J2K_LOSSLESS,
        (1, 0, 0, 0, 0, -1),
        contrast,
        image_type="DERIVED\\SECONDARY\\REFORMATTED\\AVERAGE",
        back=None,
        circle=None,
    )
    random = order.random(4)
    rows = round(PLANES * THICKNESS / _PIXEL)
    top = GRID.start[0] + GRID.step[0] * (PLANES - 1)
    for number in range(1, CORONAL + 1):
        y = -82.0 + 3.0 * (number - 1)
        first = round((y - GRID.start[1]) / _PIXEL) - 2
        slab: Array = volume[::-1, first : first + 4].mean(axis=1, dtype=np.float32)
        stored = reconstruct(resize(slab, (rows, 512)), SOFT, 0.7, random, None)
        yield ct_image(order, wanted, number, stored, (GRID.start[2], y, top), (_PIXEL, _PIXEL))


BUILDER = Builder(count, build)
