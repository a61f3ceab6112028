"""CT of the head: the same head as in MR, with a haemorrhage of known volume when asked."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo import part10
from archive.demo.ct_scanner import BRAIN, CtSeries, Hounsfield, axial_slices
from archive.demo.head import GRID, PLANES, THICKNESS, Lesion, head, with_lesions
from archive.demo.header import Series
from archive.demo.orders import Builder, StudyOrder
from archive.demo.solids import Grid
from archive.demo.texture import resize

HAEMORRHAGE = Lesion("blood", (29.0, 4.0, 19.0), 39.0, 7.0)  # 31 ml
_HOUNSFIELD = {
    "air": -1000.0, "skin": 30.0, "fat": -85.0, "muscle": 55.0, "cortical bone": 1150.0, "marrow": 520.0, "fluid": 6.0,
    "vitreous": 12.0, "vessel": 58.0, "white": 27.0, "grey": 38.0, "deep grey": 39.0,
    "tumour": 44.0, "necrosis": 18.0, "oedema": 18.0, "plaque": 22.0, "blood": 68.0,
}  # fmt: skip
_FINE = Grid((GRID.start[0], GRID.start[1], GRID.start[2]), (THICKNESS, 0.45, 0.45), (PLANES, 512, 512))


@lru_cache(maxsize=2)
def _volume(seed: int, bleeding: bool) -> NDArray[np.int16]:
    tissue = with_lesions(head(seed), (HAEMORRHAGE,) if bleeding else (), seed)
    coarse = tissue.compose(_HOUNSFIELD)
    return np.stack([np.rint(resize(plane, (512, 512))).astype(np.int16) for plane in coarse])


def truth(order: StudyOrder) -> dict[str, float]:
    """Volume of the haemorrhage in ml, 0 when there is none."""
    return {"haemorrhage_ml": HAEMORRHAGE.volume_ml() if order.options.get("finding") == "blood" else 0.0}


def count(order: StudyOrder) -> int:
    return PLANES


def build(order: StudyOrder) -> Iterator[bytes]:
    """One axial series with brain and bone windows."""
    volume: Hounsfield = _volume(int(order.options.get("head", "1")), order.options.get("finding") == "blood")
    series = Series(2, "CT", "Head 5.0", "Atrium CT 64", "CT1", "HEAD", None, "Head", 1.0)
    syntax = part10.RLE if order.options.get("syntax") == "rle" else part10.HTJ2K
    wanted = CtSeries(series, BRAIN, ((38, 80), (500, 2500)), THICKNESS, syntax, back=None)
    yield from axial_slices(order, wanted, volume, _FINE)


BUILDER = Builder(count, build)
