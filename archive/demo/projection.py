"""Projection radiography: path lengths through tissue, drawn sharp where edges matter.

Broad organs are summed through a coarse volume and stretched; ribs, bones of the limbs and lung vessels are drawn as
chords of round pipes at full size, because the eye looks for their edges.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from archive.demo.solids import Grid, Tube
from archive.demo.texture import Array, blur, power_law_tile, resize, rolled, smoothstep
from archive.demo.torso import Build, organs
from archive.demo.torso_pipes import lung_trees, ribs
from archive.demo.torso_render import PLAIN, render

CHEST = Grid((-196.0, -150.0, -200.0), (3.0, 1.5, 1.5), (118, 200, 268))


@dataclass(frozen=True)
class Film:
    """The picture plane: ``top`` and ``left`` in mm of the first pixel, pixels of ``mm``; rows run downwards."""

    top: float
    left: float
    mm: float
    rows: int
    columns: int

    def across(self) -> Array:
        return (self.left + self.mm * np.arange(self.columns)).astype(np.float32)

    def down(self) -> Array:
        return (self.top - self.mm * np.arange(self.rows)).astype(np.float32)


def chords(film: Film, tube: Tube, axis: int, out: Array) -> None:
    """Raises ``out`` to the path in mm through ``tube``; ``axis`` 2 shows (z, x), axis 1 shows (z, y)."""
    across, down = film.across(), film.down()
    for a, b, ra, rb in zip(tube.points, tube.points[1:], tube.radii, tube.radii[1:], strict=False):
        radius = float(max(ra, rb))
        tall = radius / tube.squeeze
        low_z, high_z = min(a[0], b[0]) - tall, max(a[0], b[0]) + tall
        low, high = min(a[axis], b[axis]) - radius, max(a[axis], b[axis]) + radius
        columns = slice(*np.searchsorted(across, [low, high]))
        rows = slice(*np.searchsorted(-down, [-high_z, -low_z]))
        if columns.start >= columns.stop or rows.start >= rows.stop:
            continue
        z, x = down[rows][:, None] * tube.squeeze, across[columns][None, :]
        az, bz = a[0] * tube.squeeze, b[0] * tube.squeeze
        dz, dx = bz - az, b[axis] - a[axis]
        t = np.clip(((z - az) * dz + (x - a[axis]) * dx) / max(dz * dz + dx * dx, 1e-9), 0, 1)
        distance2 = (z - az - t * dz) ** 2 + (x - a[axis] - t * dx) ** 2
        size = ra + t * (rb - ra)
        # A pipe that points towards the viewer is seen longer than its radius.
        depth = abs(b[3 - axis] - a[3 - axis])
        stretch = min(2.5, float(np.hypot(depth, np.hypot(dz, dx)) / max(np.hypot(dz, dx), 1e-3)))
        chord = 2 * np.sqrt(np.maximum(size * size - distance2, 0)) * np.float32(stretch)
        np.maximum(out[rows, columns], chord, out=out[rows, columns])


def bone_path(film: Film, tubes: Iterable[Tube], axis: int, shell: float) -> Array:
    """Extra water-equivalent path in mm of hollow bones: a dense shell around a light core."""
    total = np.zeros((film.rows, film.columns), dtype=np.float32)
    scratch = np.zeros_like(total)
    for tube in tubes:
        scratch[:] = 0
        chords(film, tube, axis, scratch)
        outer = scratch.copy()
        scratch[:] = 0
        chords(film, tube.shifted((0, 0, 0), -shell), axis, scratch)
        total += 0.95 * outer - 0.78 * scratch
    return total


@dataclass(frozen=True)
class Chest:
    """Path in mm of everything, and of air-filled lung alone, for one projection."""

    path: Array
    lung: Array
    film: Film


@lru_cache(maxsize=3)
def chest(build: Build, frontal: bool, size: int) -> Chest:
    """Path lengths of a chest, (size, size), seen from the front or from the left."""
    torso = organs(build, 160.0, -200.0)
    trees = lung_trees(torso, 900)
    volume = render(torso, None, CHEST, PLAIN, build.seed, ribs_too=False)
    span = 340.0
    film = Film(150.0, -span / 2 if frontal else -span / 2 - 4, span / size, size, size)
    axis = 2 if frontal else 1
    soft = np.maximum(volume + 1000, 0) / 1000
    dense = (soft.sum(axis=3 - axis) * CHEST.step[3 - axis]).astype(np.float32)
    air = (volume < -700) & (_inside(torso.organs["body"], torso.grid, CHEST) < -8)
    lung = (air.sum(axis=3 - axis) * CHEST.step[3 - axis]).astype(np.float32)
    dense, lung = (_on_film(field, film, axis) for field in (dense, lung))
    bones, cartilage = ribs(build)
    dense += bone_path(film, bones, axis, 1.4)
    dense += 0.10 * bone_path(film, cartilage, axis, 1.0)
    vessels = np.zeros((size, size), dtype=np.float32)
    for tree in [*trees.arteries, *trees.veins]:
        layer = np.zeros_like(vessels)
        for parent, child in tree.edges():
            radius = float(tree.radii[child])
            if radius < 0.5:
                break
            pair = Tube(tree.points[[parent, child]], np.array([radius, radius]))
            chords(film, pair, axis, layer)
        vessels += layer
    return Chest(dense + 0.85 * blur(vessels, 1.0), lung, film)


def _inside(organ: Array, coarse: Grid, fine: Grid) -> Array:
    index = [
        np.clip(np.rint((fine.axis(i) - coarse.start[i]) / coarse.step[i]).astype(int), 0, coarse.shape[i] - 1)
        for i in range(3)
    ]
    return np.asarray(organ[np.ix_(*index)])


def _on_film(field: Array, film: Film, axis: int) -> Array:
    """``field`` (z, across) of CHEST stretched to the film, head up."""
    z, across = CHEST.axis(0), CHEST.axis(axis)
    rows = np.clip((film.down() - z[0]) / CHEST.step[0], 0, len(z) - 1)
    columns = np.clip((film.across() - across[0]) / CHEST.step[axis], 0, len(across) - 1)
    top, bottom = rows.max(), rows.min()
    part = field[
        int(np.floor(bottom)) : int(np.ceil(top)) + 1, int(np.floor(columns[0])) : int(np.ceil(columns[-1])) + 1
    ]
    return resize(part[::-1], (film.rows, film.columns))


def add_finding(chest_path: Array, lung: Array, film: Film, finding: str, seed: int) -> Array:
    """Pneumonia, effusion, nodule or pneumothorax on a frontal chest; 'none' changes nothing."""
    x, z = film.across()[None, :], film.down()[:, None]
    random = np.random.default_rng([seed, 173])
    share = np.clip(lung / 110, 0, 1)
    if finding == "pneumonia":
        patch = np.exp(-(((x + 78) / 34) ** 2) - (((z + 58) / 30) ** 2))
        cloud = rolled(power_law_tile(1024, 1.2, random, 6), (film.rows, film.columns), random)
        return chest_path + 42 * patch * share * (1 + 0.35 * cloud)
    if finding == "effusion":
        level = z - (-88 + 0.0075 * np.maximum(x - 40, 0) ** 2)
        return chest_path + 85 * smoothstep(6, -10, level) * share * (x > 8)
    if finding == "nodule":
        radius = np.hypot(x + 62, z - 28)
        return chest_path + 2 * np.sqrt(np.maximum(11.0**2 - radius**2, 0)) * 0.8
    if finding == "pneumothorax":
        edge = np.hypot((x + 66) / 0.92, (z - 2) / 1.5) - 58
        outside = smoothstep(-1, 1, edge) * (x < -20) * (z > -70) * share
        line = np.exp(-((edge / 0.8) ** 2)) * (x < -20) * (z > -60) * share
        smooth = blur(chest_path, 12)
        return chest_path + 0.55 * outside * (smooth - chest_path) - 7 * outside + 6 * line
    return chest_path


def _bone(points: list[tuple[float, float]], radii: list[float]) -> Tube:
    return Tube.through([(z, 0.0, x) for z, x in points], radii).smoothed(6)


def hand() -> list[Tube]:
    """The bones of a right hand from the palm, (z up, x) in mm."""
    bones = []
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
            bones.append(_bone(shape, [1.35 * r, 0.86 * r, 0.82 * r, 1.22 * r]))
            z = top + 3.4
    thumb = [(-12.0, -38.0), (22.0, -58.0), (50.0, -70.0), (72.0, -76.0)]
    for (z0, x0), (z1, x1), r in zip(thumb, thumb[1:], (5.4, 4.8, 3.8), strict=False):
        bones.append(
            _bone([(z0, x0), ((z0 + z1) / 2, (x0 + x1) / 2), (z1 - 3, x1 + 1.5)], [1.25 * r, 0.8 * r, 1.15 * r])
        )
    for z, x, r in (
        (-17, -28, 8),
        (-16, -12, 7),
        (-16, 5, 9),
        (-17, 21, 8),
        (-32, -20, 9.5),
        (-31, -2, 9),
        (-33, 14, 8),
    ):
        bones.append(_bone([(z - 2.5, x), (z + 2.5, x + 1)], [r, r * 0.9]))
    bones.append(_bone([(-42, -14), (-52, -16), (-80, -16), (-130, -15)], [15, 12, 8, 8.5]))
    bones.append(_bone([(-43, 16), (-52, 16), (-80, 14), (-130, 13)], [8, 6.5, 5.5, 6.5]))
    return bones


def knee() -> list[Tube]:
    """The bones of a knee from the front."""
    return [
        _bone([(150, -4), (70, -2), (32, 0)], [14.5, 15.5, 24]),
        _bone([(34, -15), (16, -20)], [20, 18.5]),
        _bone([(34, 17), (15, 21)], [20, 18.5]),
        _bone([(-10, 0), (-26, 0), (-70, -2), (-150, -4)], [20, 21, 14.5, 13.5]),
        _bone([(-9, -20), (-14, -18)], [15, 15]),
        _bone([(-9, 20), (-14, 18)], [15, 15]),
        _bone([(-22, 36), (-40, 36), (-150, 32)], [8.5, 5.5, 6]),
        _bone([(26, 0), (42, 0)], [17, 16]),
    ]


@lru_cache(maxsize=2)
def limb(part: str, film: Film) -> Array:
    """Path in mm through a hand or a knee with its soft tissue."""
    bones = hand() if part == "hand" else knee()
    soft = np.zeros((film.rows, film.columns), dtype=np.float32)
    around = 6.5 if part == "hand" else 30.0
    for tube in bones:
        chords(film, tube.shifted((0, 0, 0), around), 2, soft)
    soft = blur(soft, 5.0 / film.mm / 4)
    random = np.random.default_rng([179, len(part)])
    sponge = rolled(power_law_tile(1024, 0.75, random, 30), soft.shape, random)
    bone = bone_path(film, bones, 2, 1.1 if part == "hand" else 2.4)
    return np.asarray(0.9 * soft + 0.85 * bone * (1 + 0.035 * sponge))
