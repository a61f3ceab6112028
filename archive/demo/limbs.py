"""The bones of hand and knee as pipes, and the path of X-rays through them."""

import itertools
from functools import lru_cache

import numpy as np

from archive.demo.projection import Film, bone_path, chords
from archive.demo.solids import Tube
from archive.demo.texture import Array, blur, power_law_tile, rolled


def _bone(points: list[tuple[float, float]], radii: list[float]) -> Tube:
    return Tube.through([(z, 0.0, x) for z, x in points], radii).smoothed(6)


def hand() -> list[list[Tube]]:
    """The bones of a right hand from the palm, (z up, x) in mm."""
    bones: list[list[Tube]] = []
    fingers = ((-30.0, 62.0, 0.86), (-10.0, 68.0, 1.0), (10.0, 66.0, 0.96), (28.0, 58.0, 0.80))
    for x, length, size in fingers:
        lean = x * 0.006
        z, radius = -8.0, 4.6 * size
        for share, thick in ((0.92, 1.0), (0.62, 0.88), (0.38, 0.76), (0.26, 0.66)):
            long = length * share
            top = z + long
            r = radius * thick
            shape = [
                (z, x + lean * z),
                (z + 0.3 * long, x + lean * (z + 0.3 * long)),
                (z + 0.75 * long, x + lean * (z + 0.75 * long)),
                (top, x + lean * top),
            ]
            bones.append([_bone(shape, [1.35 * r, 0.86 * r, 0.82 * r, 1.22 * r])])
            z = top + 3.4
    thumb = [(-12.0, -38.0), (22.0, -58.0), (50.0, -70.0), (72.0, -76.0)]
    for ((z0, x0), (z1, x1)), r in zip(itertools.pairwise(thumb), (5.4, 4.8, 3.8), strict=True):
        middle = ((z0 + z1) / 2, (x0 + x1) / 2)
        bones.append([_bone([(z0, x0), middle, (z1 - 3, x1 + 1.5)], [1.25 * r, 0.8 * r, 1.15 * r])])
    for z, x, r in (
        (-17, -28, 8),
        (-16, -12, 7),
        (-16, 5, 9),
        (-17, 21, 8),
        (-32, -20, 9.5),
        (-31, -2, 9),
        (-33, 14, 8),
    ):
        bones.append([_bone([(z - 2.5, x), (z + 2.5, x + 1)], [r, r * 0.9])])
    bones.append([_bone([(-42, -14), (-52, -16), (-80, -16), (-130, -15)], [15, 12, 8, 8.5])])
    bones.append([_bone([(-43, 16), (-52, 16), (-80, 14), (-130, 13)], [8, 6.5, 5.5, 6.5])])
    return bones


def knee() -> list[list[Tube]]:
    """The bones of a knee from the front."""
    femur = [
        _bone([(150, -4), (70, -2), (40, 0), (26, 0)], [14.5, 15.5, 27, 30]),
        _bone([(34, -18), (17, -21)], [22, 19]),
        _bone([(34, 19), (16, 22)], [22, 19]),
    ]
    tibia = [
        _bone([(-14, 0), (-28, 0), (-70, -2), (-150, -4)], [24, 22, 14.5, 13.5]),
        _bone([(-11, -20), (-17, -17)], [13.5, 14]),
        _bone([(-11, 21), (-17, 18)], [13.5, 14]),
    ]
    fibula = [_bone([(-24, 38), (-42, 38), (-150, 34)], [8.5, 5.5, 6])]
    patella = [_bone([(30, 0), (44, 0)], [17, 15])]
    return [femur, tibia, fibula, patella]


@lru_cache(maxsize=2)
def limb(part: str, film: Film) -> Array:
    """Path in mm through a hand or a knee with its soft tissue."""
    bones = hand() if part == "hand" else knee()
    soft = np.zeros((film.rows, film.columns), dtype=np.float32)
    flesh = [tube.shifted((0, 0, 0), 6.5) for bone in bones for tube in bone]
    if part == "hand":
        flesh += [_bone([(-40, 0), (-16, 0), (16, -2), (44, -2)], [27, 36, 40, 36])]
    else:
        flesh = [_bone([(150, 2), (60, 2), (20, 3), (-20, 4), (-70, 6), (-150, 6)], [66, 62, 58, 54, 56, 50])]
    for tube in flesh:
        chords(film, tube, 2, soft)
    soft = blur(np.minimum(soft, 22 if part == "hand" else 120), 1.5 / film.mm)
    random = np.random.default_rng([179, len(part)])
    sponge = rolled(power_law_tile(1024, 0.75, random, 30), soft.shape, random)
    bone = bone_path(film, bones, 2, 1.1 if part == "hand" else 2.4)
    return np.asarray(0.9 * soft + 0.85 * bone * (1 + 0.035 * sponge))
