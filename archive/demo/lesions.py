"""Things that should not be there, with known sizes: lung nodules, coronary plaque, liver and bone lesions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from archive.demo.solids import Grid, Tube, paint_tube, subgrid
from archive.demo.texture import Array


@dataclass(frozen=True)
class Nodule:
    """A lung nodule. ``centre`` (x, y, z) LPS in mm, ``diameter`` long axis in mm, ``density`` HU of its core."""

    name: str
    centre: tuple[float, float, float]
    diameter: float
    density: float
    edge: float = 0.8
    spicules: int = 0

    def truth(self) -> dict[str, Any]:
        return asdict(self)


def paint_nodule(volume: Array, grid: Grid, nodule: Nodule, seed: int) -> None:
    """Blends the nodule in: an ellipsoid whose long axis is ``diameter``, a softened rim, and spicules if asked."""
    x0, y0, z0 = nodule.centre
    radius = nodule.diameter / 2
    reach = radius + 2 * nodule.edge + 1
    box = grid.window((z0 - reach, y0 - reach, x0 - reach), (z0 + reach, y0 + reach, x0 + reach))
    if box is None:
        return
    z, y, x = (axis[index] for axis, index in zip((grid.axis(0), grid.axis(1), grid.axis(2)), box, strict=True))
    dz, dy, dx = (z - z0)[:, None, None], (y - y0)[None, :, None], (x - x0)[None, None, :]
    angle = np.arctan2(dy, dx)
    lobes = 1 - 0.035 * (1 + np.sin(3 * angle + seed)) - 0.02 * (1 + np.cos(5 * angle + dz))
    distance = np.sqrt(dx**2 + (dy / 0.93) ** 2 + (dz / 0.95) ** 2) - radius * lobes
    coverage = np.clip(0.5 - distance / (2 * nodule.edge), 0, 1).astype(np.float32)
    if nodule.density < -200:  # ground glass: the vessels inside stay visible
        part = volume[box]
        part += coverage * np.maximum(nodule.density - part, 0)
    else:
        volume[box] += coverage * (np.float32(nodule.density) - volume[box])
    random = np.random.default_rng([seed, 5])
    for _ in range(nodule.spicules):
        direction = random.standard_normal(3) * [0.6, 1, 1]
        direction /= np.linalg.norm(direction)
        centre = np.array([z0, y0, x0])
        tip = centre + direction * radius * random.uniform(1.5, 2.3)
        _raise(volume, grid, Tube(np.vstack([centre + direction * radius * 0.8, tip]), np.array([0.75, 0.25])), -420.0)


def _raise(volume: Array, grid: Grid, tube: Tube, value: float) -> None:
    """Like ``paint_tube``, but never makes a voxel darker."""
    box = grid.window(tube.points.min(0) - 4, tube.points.max(0) + 4)
    if box is None:
        return
    part = volume[box].copy()
    paint_tube(part, subgrid(grid, box), tube, value)
    np.maximum(volume[box], part, out=volume[box])


def paint_plaque(volume: Array, grid: Grid, vessel: Tube, start: float, length: float, radius: float) -> Tube:
    """Calcium of ``length`` by ``radius`` mm in ``vessel``, ``start`` mm from its origin; gives back its axis."""
    steps = np.linalg.norm(np.diff(vessel.points, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(start, start + length, 7)
    points = np.column_stack([np.interp(at, along, vessel.points[:, i]) for i in range(3)])
    plaque = Tube.through(points, radius)
    paint_tube(volume, grid, plaque, 820.0)
    return plaque


def on_surface(
    surface: Array, grid: Grid, points: Sequence[Sequence[float]], depth: float
) -> list[tuple[float, float, float]]:
    """``points`` (z, y, x) moved along the gradient until they lie ``depth`` mm under the zero of ``surface``."""
    gradient = [np.gradient(surface, step, axis=axis) for axis, step in enumerate(grid.step)]
    moved = []
    for point in points:
        place = np.asarray(point, dtype=np.float64)
        for _ in range(12):
            index = tuple(
                int(np.clip(round((place[i] - grid.start[i]) / grid.step[i]), 0, grid.shape[i] - 1)) for i in range(3)
            )
            slope = np.array([g[index] for g in gradient], dtype=np.float64)
            norm = float(np.linalg.norm(slope)) or 1.0
            place = place - slope / norm * (float(surface[index]) + depth) * 0.7
        moved.append((float(place[0]), float(place[1]), float(place[2])))
    return moved
