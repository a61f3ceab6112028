"""Branching trees that fill a region: lung arteries, veins, airways, and the vessels of the retina.

Targets are joined one by one to the cheapest place of the growing tree (short way there, short way back to the root);
radii follow Murray's law upwards from the twigs, r^k = sum of the children's r^k.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.demo.texture import Random

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Tree:
    """``points`` (n, dimensions) in mm; ``parent`` (n,) index of the next point towards the root, -1 for the root."""

    points: Points
    parent: NDArray[np.int64]
    radii: Points

    def edges(self) -> list[tuple[int, int]]:
        """Pairs (parent, child), thick ones first."""
        order = np.argsort(-self.radii, kind="stable")
        return [(int(self.parent[i]), int(i)) for i in order if self.parent[i] >= 0]


def grow(root: Points, targets: Points, *, twig: float, exponent: float, way_back: float) -> Tree:
    """A tree from ``root`` (n, d), a ready polyline its trunk follows, to every one of ``targets`` (m, d).

    ``twig`` is the radius of an end in mm; ``way_back`` weighs the path to the root against the new piece: 0 gives
    the shortest total length, 1 nearly straight lines.
    """
    trunk = len(root)
    count = trunk + 2 * len(targets)
    points = np.zeros((count, root.shape[1]))
    parent = np.full(count, -1, dtype=np.int64)
    path = np.zeros(count)
    points[:trunk] = root
    for i in range(1, trunk):
        parent[i] = i - 1
        path[i] = path[i - 1] + float(np.linalg.norm(root[i] - root[i - 1]))
    used = trunk
    order = np.argsort(np.linalg.norm(targets - root[-1], axis=1), kind="stable")
    for target in targets[order]:
        distance = np.linalg.norm(points[:used] - target, axis=1)
        near = int(np.argmin(distance + way_back * path[:used]))
        # A bend half-way: the branch leaves in its parent's direction and turns towards the target.
        start, before = points[near], points[max(parent[near], 0)]
        heading = start - before
        norm = float(np.linalg.norm(heading))
        bend = (start + target) / 2 + (heading / norm * distance[near] * 0.15 if norm > 0 else 0.0)
        for point in (bend, target):
            points[used], parent[used] = point, near
            path[used] = path[near] + float(np.linalg.norm(point - points[near]))
            near = used
            used += 1
    radii = _murray(parent[:used], twig, exponent)
    return Tree(points[:used], parent[:used], radii)


def _murray(parent: NDArray[np.int64], twig: float, exponent: float) -> Points:
    load = np.zeros(len(parent))
    leaf = np.ones(len(parent), dtype=bool)
    leaf[parent[parent >= 0]] = False
    load[leaf] = twig**exponent
    for i in range(len(parent) - 1, 0, -1):  # a child always comes after its parent
        load[parent[i]] += load[i]
    return np.asarray(np.maximum(load, twig**exponent) ** (1 / exponent))


def scatter(
    count: int, low: Points, high: Points, inside: Callable[[Points], NDArray[np.bool_]], random: Random
) -> Points:
    """``count`` random points of the box ``low`` to ``high`` for which the callable ``inside(points)`` is true."""
    found: list[Points] = []
    total = 0
    for _ in range(200):
        points = random.uniform(low, high, size=(count * 2, len(low)))
        points = points[inside(points)]
        found.append(points)
        total += len(points)
        if total >= count:
            break
    return np.vstack(found)[:count]
