"""Projection radiography: path lengths through tissue, drawn sharp where edges matter.

Broad organs are summed through a coarse volume and stretched; ribs, bones of the limbs and lung vessels are drawn as
chords of round pipes at full size, because the eye looks for their edges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.solids import Grid, Tube
from archive.demo.texture import Array, blur, power_law_tile, resize, rolled, smoothstep
from archive.demo.torso import Build, organs
from archive.demo.torso_pipes import LungTrees, lung_trees, ribs
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


def bone_path(film: Film, bones: Iterable[Sequence[Tube]], axis: int, shell: float) -> Array:
    """Extra water-equivalent path in mm of hollow bones, each made of one or more pipes: dense shell, light core."""
    total = np.zeros((film.rows, film.columns), dtype=np.float32)
    scratch = np.zeros_like(total)
    for bone in bones:
        for change, weight in ((0.0, 0.95), (-shell, -0.78)):
            scratch[:] = 0
            for tube in bone:
                chords(film, tube.shifted((0, 0, 0), change), axis, scratch)
            total += np.float32(weight) * scratch
    return total


@dataclass(frozen=True)
class Chest:
    """Path in mm of everything, and of air-filled lung alone, for one projection."""

    path: Array
    lung: Array
    film: Film


@lru_cache(maxsize=1)
def _chest_volume(build: Build) -> tuple[Array, NDArray[np.bool_], LungTrees]:
    """Soft tissue and spine in HU on CHEST, where the lungs are, and their vessels."""
    torso = organs(build, 160.0, -200.0)
    trees = lung_trees(torso, 900)
    volume = render(torso, None, CHEST, PLAIN, build.seed, ribs_too=False)
    lungs = (volume < -700) & (_inside(torso.organs["body"], torso.grid, CHEST) < -8)
    return volume, lungs, trees


@lru_cache(maxsize=2)
def chest(build: Build, frontal: bool, size: int) -> Chest:
    """Path lengths of a chest, (size, size), seen from the front or from the left."""
    volume, lungs, trees = _chest_volume(build)
    span = 340.0
    film = Film(150.0, -span / 2 if frontal else -span / 2 - 4, span / size, size, size)
    axis = 2 if frontal else 1
    soft = np.maximum(volume + 1000, 0) / 1000
    dense = (soft.sum(axis=3 - axis) * CHEST.step[3 - axis]).astype(np.float32)
    lung = (lungs.sum(axis=3 - axis) * CHEST.step[3 - axis]).astype(np.float32)
    dense, lung = (_on_film(blur(field, 0.8), film, axis) for field in (dense, lung))
    bones, cartilage = ribs(build)
    dense += bone_path(film, [[bone] for bone in bones], axis, 1.4)
    dense += 0.10 * bone_path(film, [[part] for part in cartilage], axis, 1.0)
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
    return Chest(dense + 1.35 * blur(vessels, 1.0), lung, film)


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
        cloud = rolled(power_law_tile(1024, 1.75, random, 5), (film.rows, film.columns), random)
        return chest_path + 42 * patch * share * (1 + 0.22 * cloud)
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
        smooth = resize(blur(chest_path[::8, ::8], 1.5), chest_path.shape)
        return np.asarray(chest_path + 0.55 * outside * (smooth - chest_path) - 7 * outside + 6 * line)
    return chest_path
