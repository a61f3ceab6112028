"""Signed distances and tubes: the geometry all volume phantoms are made of.

Space is LPS in millimetres (x to the patient's left, y to the back, z to the head). Arrays are (z, y, x).
A signed distance is negative inside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.demo.texture import Array

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A regular axial grid: ``start`` is the centre of voxel (0, 0, 0), ``step`` the spacing, both (z, y, x) in mm."""

    start: tuple[float, float, float]
    step: tuple[float, float, float]
    shape: tuple[int, int, int]

    def axis(self, number: int) -> Array:
        """Coordinates in mm along axis 0 (z), 1 (y) or 2 (x)."""
        return (self.start[number] + self.step[number] * np.arange(self.shape[number])).astype(np.float32)

    def open_axes(self) -> tuple[Array, Array, Array]:
        """The three axes shaped for broadcasting: (z, 1, 1), (1, y, 1), (1, 1, x)."""
        return self.axis(0)[:, None, None], self.axis(1)[None, :, None], self.axis(2)[None, None, :]

    def window(self, low: Sequence[float], high: Sequence[float]) -> tuple[slice, slice, slice] | None:
        """The index box that holds everything between the (z, y, x) corners ``low`` and ``high``, or None."""
        box = []
        for number in range(3):
            start, step = self.start[number], self.step[number]
            ends = sorted(((low[number] - start) / step, (high[number] - start) / step))
            first, last = max(0, int(np.floor(ends[0]))), min(self.shape[number], int(np.ceil(ends[1])) + 1)
            if first >= last:
                return None
            box.append(slice(first, last))
        return box[0], box[1], box[2]


@dataclass(frozen=True)
class Tube:
    """A bent pipe: points (n, 3) as (z, y, x) in mm and a radius per point. ``squeeze`` < 1 makes it taller in z."""

    points: Points
    radii: Points
    squeeze: float = 1.0

    @classmethod
    def through(cls, points: Iterable[Sequence[float]], radii: float | Sequence[float], squeeze: float = 1.0) -> "Tube":
        path = np.asarray(list(points), dtype=np.float64)
        return cls(path, np.broadcast_to(np.asarray(radii, dtype=np.float64), (len(path),)).copy(), squeeze)

    def smoothed(self, parts: int = 6) -> "Tube":
        """The same pipe as a Catmull-Rom curve with ``parts`` pieces per leg."""
        table = np.column_stack([self.points, self.radii])
        padded = np.vstack([2 * table[0] - table[1], table, 2 * table[-1] - table[-2]])
        t = np.linspace(0, 1, parts, endpoint=False)[:, None]
        legs = [
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
        ]
        curve = np.vstack([*legs, table[-1:]])
        return Tube(curve[:, :3], curve[:, 3], self.squeeze)

    def shifted(self, offset: Sequence[float], radius_change: float = 0.0) -> "Tube":
        return Tube(self.points + np.asarray(offset), np.maximum(self.radii + radius_change, 0.05), self.squeeze)


def segment_distance(
    grid: Grid, box: tuple[slice, slice, slice], a: Points, b: Points, radius_a: float, radius_b: float, squeeze: float
) -> Array:
    """Signed distance in mm to the round cone from ``a`` to ``b`` on the voxels of ``box``."""
    z, y, x = (axis[part] for axis, part in zip(grid.open_axes(), _aligned(box), strict=True))
    dz, dy, dx = (z - a[0]) * squeeze, y - a[1], x - a[2]
    ez, ey, ex = (b[0] - a[0]) * squeeze, b[1] - a[1], b[2] - a[2]
    length2 = max(ez * ez + ey * ey + ex * ex, 1e-9)
    t = np.clip((dz * ez + dy * ey + dx * ex) / length2, 0, 1)
    distance = np.sqrt((dz - t * ez) ** 2 + (dy - t * ey) ** 2 + (dx - t * ex) ** 2)
    return np.asarray(distance - (radius_a + t * (radius_b - radius_a)), dtype=np.float32)


def _aligned(box: tuple[slice, slice, slice]) -> tuple[tuple[slice, ...], tuple[slice, ...], tuple[slice, ...]]:
    whole = slice(None)
    return (box[0], whole, whole), (whole, box[1], whole), (whole, whole, box[2])


def tube_coverage(grid: Grid, tube: Tube, out: Array, softness: float | None = None) -> None:
    """Raises ``out`` (grid.shape, 0 to 1) to the part of each voxel the tube fills.

    ``softness`` is the width in mm of the soft edge, by default the in-plane voxel size.
    """
    edge = grid_edge(grid) if softness is None else softness
    for a, b, ra, rb in zip(tube.points, tube.points[1:], tube.radii, tube.radii[1:], strict=False):
        reach = max(ra, rb) + edge
        reach_z = max(ra, rb) / tube.squeeze + edge + abs(grid.step[0]) / 2
        margin = np.array([reach_z, reach, reach])
        box = grid.window(np.minimum(a, b) - margin, np.maximum(a, b) + margin)
        if box is None:
            continue
        distance = segment_distance(grid, box, a, b, ra, rb, tube.squeeze)
        # A pipe thinner than a voxel fills only a part of it: keep its mass instead of its visibility.
        fill = min(1.0, max(ra, rb) * 2 / edge)
        np.maximum(out[box], np.clip(0.5 - distance / np.float32(edge), 0, 1) * np.float32(fill), out=out[box])


def paint_tube(volume: Array, grid: Grid, tube: Tube, value: float, softness: float | None = None) -> None:
    """Blends ``value`` into ``volume`` where the tube runs."""
    edge = grid_edge(grid) if softness is None else softness
    reach = float(tube.radii.max()) + edge
    reach_z = float(tube.radii.max()) / tube.squeeze + edge + abs(grid.step[0]) / 2
    margin = np.array([reach_z, reach, reach])
    box = grid.window(tube.points.min(0) - margin, tube.points.max(0) + margin)
    if box is None:
        return
    sub = subgrid(grid, box)
    coverage = np.zeros(sub.shape, dtype=np.float32)
    tube_coverage(sub, tube, coverage, softness)
    volume[box] += coverage * (np.float32(value) - volume[box])


def subgrid(grid: Grid, box: tuple[slice, slice, slice]) -> Grid:
    start = tuple(s + d * part.start for s, d, part in zip(grid.start, grid.step, box, strict=True))
    shape = tuple(part.stop - part.start for part in box)
    return Grid((start[0], start[1], start[2]), grid.step, (shape[0], shape[1], shape[2]))


def grid_edge(grid: Grid) -> float:
    return float(min(abs(grid.step[1]), abs(grid.step[2])))


def ellipsoid(
    z: Array, y: Array, x: Array, centre: Sequence[float], radii: Sequence[float], axes: Points | None = None
) -> Array:
    """About the signed distance to an ellipsoid; ``axes`` (3, 3) holds its own axes as rows, all in (z, y, x)."""
    dz, dy, dx = z - np.float32(centre[0]), y - np.float32(centre[1]), x - np.float32(centre[2])
    parts = (dz, dy, dx)
    if axes is not None:
        parts = tuple(np.float32(row[0]) * dz + np.float32(row[1]) * dy + np.float32(row[2]) * dx for row in axes)
    k0 = np.sqrt(sum((p / np.float32(r)) ** 2 for p, r in zip(parts, radii, strict=True)))
    k1 = np.sqrt(sum((p / np.float32(r * r)) ** 2 for p, r in zip(parts, radii, strict=True)))
    return np.asarray(k0 * (k0 - 1) / np.maximum(k1, 1e-6), dtype=np.float32)


def smooth_union(a: Array, b: Array, radius: float) -> Array:
    """Union of two signed distances with a fillet of ``radius`` mm."""
    h = np.maximum(np.float32(radius) - np.abs(a - b), 0) / np.float32(radius)
    return np.asarray(np.minimum(a, b) - h * h * np.float32(radius / 4), dtype=np.float32)


def frame_along(direction: Sequence[float]) -> Points:
    """Three orthonormal rows, the first one along ``direction``."""
    first = np.asarray(direction, dtype=np.float64)
    first = first / np.linalg.norm(first)
    other = np.array([1.0, 0.0, 0.0]) if abs(first[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    second = np.cross(first, other)
    second /= np.linalg.norm(second)
    return np.vstack([first, second, np.cross(first, second)])
