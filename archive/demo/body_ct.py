"""CT of chest and abdomen for everyday studies: 5 mm slices cut from a few shared bodies."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from archive.demo import part10
from archive.demo.ct_scanner import LUNG, SOFT, CtSeries, Hounsfield, axial_slices
from archive.demo.header import Series
from archive.demo.lesions import Nodule, paint_nodule
from archive.demo.orders import Builder, StudyOrder
from archive.demo.solids import Grid
from archive.demo.torso import Build, organs
from archive.demo.torso_pipes import lung_trees
from archive.demo.torso_render import PLAIN, PORTAL, PULMONARY, Enhancement, render

THICKNESS, _PIXEL = 5.0, 0.78
GRID = Grid((-470.0, -186.0, -199.68), (THICKNESS, _PIXEL, _PIXEL), (118, 480, 512))
BODIES: dict[str, tuple[Build, Enhancement]] = {
    "man": (Build(1.05, 1.07, 26.0, False, 7), PORTAL),
    "woman": (Build(0.92, 0.94, 19.0, True, 9), PLAIN),
    "embolism": (Build(0.98, 0.99, 15.0, False, 12), PULMONARY),
}
# region: description of the series, highest and lowest slice in mm
_REGIONS = {
    "thorax": (("Lung 5.0", LUNG, 110.0, -150.0), ("Soft tissue 5.0", SOFT, 110.0, -150.0)),
    "abdomen": (("Portal venous 5.0", SOFT, -70.0, -440.0),),
    "both": (("Thorax-abdomen 5.0", SOFT, 110.0, -440.0),),
    "angiogram": (("Pulmonary arteries 5.0", SOFT, 90.0, -130.0),),
}
CLOT = Nodule("clot, right lower lobe artery", (-36.0, 4.0, -9.0), 9.0, 42.0, 0.5)
METASTASIS = Nodule("metastasis, liver segment VII", (-88.0, 26.0, -150.0), 24.0, 62.0, 2.0)


@lru_cache(maxsize=1)
def _body(name: str) -> Hounsfield:
    build, blood = BODIES[name]
    torso = organs(build, 140.0, -480.0)
    volume = render(torso, lung_trees(torso, 700), GRID, blood, build.seed)
    if name == "embolism":
        paint_nodule(volume, GRID, CLOT, 1)
    if name == "man":
        paint_nodule(volume, GRID, METASTASIS, 2)
    return np.rint(volume).astype(np.int16)


def _rows(order: StudyOrder) -> list[tuple[str, object, int, int]]:
    out: list[tuple[str, object, int, int]] = []
    for description, kernel, top, bottom in _REGIONS[order.options["region"]]:
        first, last = round((bottom - GRID.start[0]) / THICKNESS), round((top - GRID.start[0]) / THICKNESS)
        out.append((description, kernel, first, last))
    return out


def truth(order: StudyOrder) -> dict[str, object]:
    """The lesion in the shared body, if there is one."""
    lesion = {"embolism": CLOT, "man": METASTASIS}.get(order.options["body"])
    return lesion.truth() if lesion else {}


def count(order: StudyOrder) -> int:
    return sum(last - first for _, _, first, last in _rows(order))


def build(order: StudyOrder) -> Iterator[bytes]:
    """One series per reconstruction."""
    body = order.options["body"]
    volume = _body(body)
    contrast = "" if BODIES[body][1] is PLAIN else "Iodinated contrast (simulated)"
    # The same body seen through a slightly different field of view, so that two patients do not measure alike.
    scale = float(order.random(7).uniform(0.95, 1.05))
    for number, (description, kernel, first, last) in enumerate(_rows(order), start=2):
        series = Series(number, "CT", description, "Atrium CT 64", "CT1", "CHEST", None, "Body", 1.0)
        grid = Grid(
            (GRID.start[0] + first * THICKNESS, GRID.start[1] * scale, GRID.start[2] * scale),
            (THICKNESS, _PIXEL * scale, _PIXEL * scale),
            (last - first, GRID.shape[1], GRID.shape[2]),
        )
        window = ((-600.0, 1500.0), (40.0, 400.0)) if kernel is LUNG else ((40.0, 400.0), (-600.0, 1500.0))
        syntax = {"explicit": part10.EXPLICIT, "jpegls": part10.JPEG_LS, "implicit": part10.IMPLICIT}.get(
            order.options.get("syntax", ""), part10.HTJ2K
        )
        assert isinstance(kernel, type(SOFT))
        wanted = CtSeries(
            series, kernel, window, THICKNESS, syntax, contrast=contrast, back=134.0 * scale, dose=1.2, circle=None
        )
        yield from axial_slices(order, wanted, volume[first:last], grid)


BUILDER = Builder(count, build)
