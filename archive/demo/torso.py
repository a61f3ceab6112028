"""The torso as organ surfaces: neck to hips, one coarse stack of signed distances per organ.

Anatomy only: which organ is where. ``torso_bones`` adds the skeleton, ``torso_vessels`` the pipes, ``torso_render``
turns all of it into Hounsfield units on any grid. z = 0 is the carina, x = 0 the mid-line, y = 0 half-way between
sternum and back.
"""

from dataclasses import dataclass, field

import numpy as np

from archive.demo.solids import Grid, Tube, ellipsoid, frame_along, smooth_union
from archive.demo.texture import Array, smooth_noise

# z in mm against half-width and half-depth of the chest cavity, and of the body, in mm.
_CAVITY = np.array(
    [
        # z, half-width, half-depth, centre y
        [118, 14, 14, 26],
        [100, 46, 36, 22],
        [80, 74, 52, 14],
        [50, 97, 68, 6],
        [20, 112, 78, 2],
        [-20, 122, 86, 0],
        [-60, 129, 92, -1],
        [-110, 134, 95, -2],
        [-160, 135, 95, -4],
        [-260, 132, 92, -6],
        [-420, 126, 88, -6],
        [-560, 128, 92, -4],
    ]
)
_BODY = np.array(
    [
        [240, 62, 66, 12],
        [190, 66, 68, 14],
        [160, 92, 76, 14],
        [130, 150, 88, 12],
        [100, 178, 98, 8],
        [60, 180, 106, 5],
        [0, 172, 114, 3],
        [-60, 168, 117, 2],
        [-120, 163, 117, 1],
        [-200, 156, 114, 0],
        [-300, 152, 112, -2],
        [-400, 164, 116, 0],
        [-480, 178, 120, 2],
        [-600, 172, 116, 4],
    ]
)


@dataclass(frozen=True)
class Build:
    """How one body differs from the next: all factors are about 1."""

    width: float = 1.0
    depth: float = 1.0
    fat_mm: float = 14.0
    female: bool = False
    seed: int = 1


@dataclass
class Torso:
    """Signed distances (z, y, x) on ``grid`` by organ name, pipes by name, in paint order."""

    grid: Grid
    build: Build
    organs: dict[str, Array] = field(default_factory=dict)
    pipes: dict[str, list[Tube]] = field(default_factory=dict)


def coarse_grid(top: float, bottom: float, spacing: float = 3.2) -> Grid:
    """The grid organs are kept on; they are smooth, so 3 mm is enough for any finer rendering."""
    planes = int(np.ceil((top - bottom) / spacing)) + 1
    half = 208.0
    count = int(2 * half / spacing) + 1
    return Grid((bottom, -half * 0.8, -half), (spacing, spacing, spacing), (planes, int(count * 0.8), count))


def _oval(z: Array, y: Array, x: Array, table: np.ndarray, grow: float, build: Build, power: float) -> Array:
    at = z.ravel()
    order = np.argsort(table[:, 0])
    columns = [np.interp(at, table[order, 0], table[order, i]).astype(np.float32)[:, None, None] for i in (1, 2, 3)]
    half_x, half_y, centre = columns[0] * build.width + grow, columns[1] * build.depth + grow, columns[2]
    u, v = np.abs(x) / half_x, np.abs(y - centre) / half_y
    k = (u**power + v**power) ** np.float32(1 / power)
    return np.asarray((k - 1) * np.minimum(half_x, half_y), dtype=np.float32)


def organs(build: Build, top: float, bottom: float) -> Torso:
    """All organ surfaces between ``top`` and ``bottom`` mm for one body."""
    grid = coarse_grid(top, bottom)
    torso = Torso(grid, build)
    random = np.random.default_rng([build.seed, 11])
    z, y, x = grid.open_axes()
    # Nothing in a body is an ellipse: bend space by a few millimetres before measuring distances.
    cells = (max(2, int((top - bottom) / 70)), 6, 8)
    y = y + 2.6 * smooth_noise(grid.shape, cells, random, 2)
    x = x + 2.6 * smooth_noise(grid.shape, cells, random, 2)
    z = z + np.zeros((1, 1, 1), dtype=np.float32)

    body = _oval(z, y, x, _BODY, build.fat_mm - 14, build, 2.25)
    # The groove of the spine and, lower down, the belly's roundness.
    body = np.maximum(body, -(np.hypot(x * 0.6, y - 136 * build.depth - build.fat_mm + 14) - 20))
    if build.female:
        for side in (-1, 1):
            breast = ellipsoid(z, y, x, (-52, -98 * build.depth, side * 82 * build.width), (62, 52, 66))
            body = smooth_union(body, breast, 26)
    torso.organs["body"] = body
    cavity = _oval(z, y, x, _CAVITY, 0, build, 2.3)
    torso.organs["cavity"] = cavity
    # Muscle: the wall between ribs and subcutaneous fat; thick over shoulder blades, pectorals and beside the spine.
    muscle = _oval(z, y, x, _CAVITY, 17, build, 2.4)
    high = np.exp(-(((z - 95) / 62) ** 2))
    shoulders = ellipsoid(z, y, x, (92, 30, 0), (78, 74 * build.depth, 168 * build.width))
    muscle = smooth_union(muscle, np.where(high > 0.02, shoulders, 60).astype(np.float32), 18)
    for side in (-1, 1):
        back = np.hypot((x - side * 34) / 1.35, y - 98 * build.depth) - 24
        muscle = smooth_union(muscle, np.asarray(back, np.float32), 14)
        chest = ellipsoid(z, y, x, (42, -76 * build.depth, side * 78 * build.width), (66, 24, 62))
        muscle = smooth_union(muscle, chest, 14)
    torso.organs["muscle"] = np.maximum(muscle, body + 0.42 * build.fat_mm)
    _abdomen(torso, z, y, x)
    _thorax(torso, z, y, x)
    return torso


def _thorax(torso: Torso, z: Array, y: Array, x: Array) -> None:
    build, organ = torso.build, torso.organs
    axis = frame_along((-0.62, -0.52, 0.60))  # from the base to the apex: down, forward, left
    heart = ellipsoid(z, y, x, (-62, -22, 20), (74, 49, 53), axis)
    heart = smooth_union(heart, ellipsoid(z, y, x, (-52, -18, -22), (52, 40, 33)), 24)
    heart = smooth_union(heart, ellipsoid(z, y, x, (-30, 14, 4), (30, 24, 38)), 18)
    organ["heart"] = heart
    organ["lv_wall"] = ellipsoid(z, y, x, (-72, -20, 40), (56, 33, 32), axis)
    organ["lv"] = ellipsoid(z, y, x, (-68, -18, 37), (45, 22, 21), axis)
    rv = ellipsoid(z, y, x, (-66, -46, 6), (54, 24, 38), axis)
    organ["rv"] = np.maximum(rv, -(organ["lv_wall"] - 3))
    organ["ra"] = ellipsoid(z, y, x, (-54, -14, -30), (40, 27, 22))
    organ["la"] = ellipsoid(z, y, x, (-32, 20, 4), (22, 17, 32))

    dome = _diaphragm(z, y, x, build)
    organ["below"] = z - dome  # negative under the diaphragm
    # What the lungs leave free in the middle: the vessels, the airway and the spine, wrapped together.
    middle = np.hypot(x / 1.15, y - 62) - 25
    middle = smooth_union(middle, np.hypot(x - 22, y - 40) - 17 + np.maximum(z - 34, 0) * 0.5, 12)
    middle = smooth_union(middle, np.hypot(x * 0.9 + 6, y - 18) - 22, 14)
    great = ellipsoid(z, y, x, (20, -20, -4), (62, 34, 34))
    middle = smooth_union(middle, great, 16)
    upper = np.hypot(x * 0.75, y + 6) - 30 + np.maximum(40 - z, 0) * 0.6
    middle = smooth_union(middle, np.asarray(upper, np.float32), 14)
    front = np.abs(x - 4) - 6 + np.maximum(y + 50, 0) * 0.5  # the thin line where the lungs meet behind the sternum
    middle = smooth_union(middle, np.asarray(front, np.float32), 8)
    middle = smooth_union(middle, heart - 5, 10)
    fat_pad = ellipsoid(z, y, x, (-108, -62, 52), (24, 26, 32))
    middle = smooth_union(middle, fat_pad, 12)
    lungs = np.maximum(np.maximum(organ["cavity"] + 1.5, -middle), dome + 3 - z)
    spare = np.maximum(lungs, 0.6 * (z - 112))
    organ["lung_right"] = np.maximum(spare, x + 1)
    organ["lung_left"] = np.maximum(spare, 1 - x)
    organ["trachea"] = np.hypot((x + 1) / 1.0, (y - 12 - 0.06 * (40 - z)) / 0.86) - 9.2 + 40 * (z < 4)


def _diaphragm(z: Array, y: Array, x: Array, build: Build) -> Array:
    """Height of the diaphragm in mm over each (y, x): two domes, falling steeply to the ribs and to the back."""
    surface = np.full(np.broadcast_shapes(z.shape, y.shape, x.shape), -260.0, dtype=np.float32)
    for side, peak, centre_y in ((-1, -92.0, -12.0), (1, -106.0, -8.0)):
        u = (x - side * 62 * build.width) / (76 * build.width)
        v = (y - centre_y) / 88
        dome = peak - 92 * np.clip(u * u + v * v, 0, 2.2) ** 1.5
        surface = np.maximum(surface, dome)
    saddle = -112 - 90 * np.clip((x / 80) ** 2 + ((y + 14) / 74) ** 2, 0, 2.5) ** 1.4
    return np.asarray(np.maximum(surface, saddle), dtype=np.float32)


def _abdomen(torso: Torso, z: Array, y: Array, x: Array) -> None:
    build, organ = torso.build, torso.organs
    inside = torso.organs["cavity"] + 6
    under = z - _diaphragm(z, y, x, build) + 4
    liver = ellipsoid(z, y, x, (-158, -4, -66), (78, 88, 74))
    liver = smooth_union(liver, ellipsoid(z, y, x, (-138, -48, 2), (42, 40, 58)), 20)
    liver = np.maximum(liver, -(ellipsoid(z, y, x, (-232, -10, -20), (62, 60, 60))))
    liver = np.maximum(np.maximum(liver, inside), under)
    organ["liver"] = np.maximum(liver, -(np.hypot(x, y - 60) - 36))
    organ["gallbladder"] = ellipsoid(z, y, x, (-206, -52, -48), (28, 15, 15))
    organ["spleen"] = np.maximum(ellipsoid(z, y, x, (-152, 44, 96), (52, 40, 26)), np.maximum(inside, under))
    stomach = ellipsoid(z, y, x, (-148, -26, 66), (48, 44, 36))
    stomach = smooth_union(stomach, ellipsoid(z, y, x, (-200, -58, 26), (22, 24, 48)), 18)
    organ["stomach"] = np.maximum(np.maximum(stomach, inside + 2), np.maximum(under, -(organ["spleen"] - 2)))
    organ["stomach_gas"] = np.maximum(organ["stomach"] + 5, y + 44)
    for side, name, low in ((-1, "kidney_right", -246.0), (1, "kidney_left", -232.0)):
        axis = frame_along((1.0, -0.22, -side * 0.22))
        kidney = ellipsoid(z, y, x, (low, 48, side * 66), (56, 26, 30), axis)
        sinus = ellipsoid(z, y, x, (low, 42, side * 48), (24, 13, 20), axis)
        organ[name] = kidney
        organ[f"{name}_sinus"] = sinus
    pancreas = ellipsoid(z, y, x, (-206, -6, 12), (17, 14, 62), frame_along((0.99, 0.0, -0.12)))
    organ["pancreas"] = pancreas
    for side in (-1, 1):
        outwards, forwards = 34 + 0.10 * np.maximum(-z - 240, 0), 52 - 0.10 * np.maximum(-z - 300, 0)
        psoas = np.hypot(x - side * outwards, y - forwards)
        radius = 4 + 20 * np.clip((-z - 205) / 120, 0, 1)
        organ["psoas_right" if side < 0 else "psoas_left"] = np.asarray(psoas - radius, dtype=np.float32)
    organ["bladder"] = ellipsoid(z, y, x, (-500, -28, 0), (34, 36, 44))
