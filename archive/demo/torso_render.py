"""Turns the torso into Hounsfield units on any axial grid.

Organs are stretched from their coarse stacks plane by plane (two small matrix products each), pipes and bones are
painted in three dimensions afterwards. The result has no scanner noise: ``ct_scanner`` adds that.
"""

from dataclasses import dataclass

import numpy as np

from archive.demo.solids import Grid, Tube, paint_tube, segment_distance
from archive.demo.texture import Array, interpolation_matrix, power_law_tile
from archive.demo.torso import Torso
from archive.demo.torso_pipes import (
    LungTrees,
    airways,
    arteries,
    bowel,
    pelvis,
    pulmonary_trunk,
    ribs,
    shoulder_bones,
    spine_levels,
    veins,
)


@dataclass(frozen=True)
class Enhancement:
    """Hounsfield units of blood and of the organs that take up contrast medium."""

    artery: float
    pulmonary: float
    vein: float
    myocardium: float
    liver: float
    spleen: float
    kidney: float


PLAIN = Enhancement(42, 42, 42, 46, 58, 50, 34)
PORTAL = Enhancement(158, 150, 152, 108, 112, 122, 178)
ARTERIAL = Enhancement(322, 240, 92, 112, 72, 128, 146)
PULMONARY = Enhancement(248, 412, 176, 96, 66, 86, 96)

# organ, Hounsfield units (None: by enhancement), strength of its texture in HU
_LAYERS: tuple[tuple[str, str | float, float], ...] = (
    ("muscle", 58.0, 7.0),
    ("cavity", -96.0, 14.0),
    ("liver", "liver", 5.0),
    ("gallbladder", 8.0, 1.0),
    ("stomach", 34.0, 16.0),
    ("stomach_gas", -960.0, 5.0),
    ("spleen", "spleen", 4.0),
    ("kidney_right", "kidney", 7.0),
    ("kidney_left", "kidney", 7.0),
    ("kidney_right_sinus", -70.0, 10.0),
    ("kidney_left_sinus", -70.0, 10.0),
    ("pancreas", "pancreas", 16.0),
    ("psoas_right", 56.0, 6.0),
    ("psoas_left", 56.0, 6.0),
    ("bladder", 6.0, 1.0),
    ("heart", -40.0, 18.0),
    ("heart_inner", "muscle_heart", 4.0),
    ("rv", "pulmonary", 3.0),
    ("ra", "vein", 5.0),
    ("la", "artery", 3.0),
    ("lv_wall", "myocardium", 5.0),
    ("lv", "artery", 3.0),
)


class _Stretch:
    """Samples coarse organ stacks on the planes of a finer grid."""

    def __init__(self, coarse: Grid, fine: Grid) -> None:
        self.z, self.y, self.x = (
            interpolation_matrix(coarse.shape[i], coarse.start[i], coarse.step[i], fine.axis(i)) for i in range(3)
        )

    def plane(self, organ: Array, index: int) -> Array:
        weights = self.z[index]
        used = np.flatnonzero(weights)
        flat = np.tensordot(weights[used], organ[used], axes=(0, 0))
        return np.asarray(self.y @ flat @ self.x.T, dtype=np.float32)

    def near(self, organ: Array, index: int, reach: float) -> bool:
        used = np.flatnonzero(self.z[index])
        return bool((organ[used] < reach).any())


def render(
    torso: Torso, trees: LungTrees | None, grid: Grid, blood: Enhancement, seed: int, *, ribs_too: bool = True
) -> Array:
    """Noise-free Hounsfield units (z, y, x) of ``torso`` on ``grid``; lungs stay empty without ``trees``."""
    random = np.random.default_rng([seed, 31])
    fine = power_law_tile(512, 1.1, random, 6)
    coarse = power_law_tile(512, 1.8, random, 3)
    volume = np.empty(grid.shape, dtype=np.float32)
    stretch = _Stretch(torso.grid, grid)
    for index in range(grid.shape[0]):
        volume[index] = _plane(torso, stretch, index, grid, blood, (fine, coarse))
    _bowel(volume, grid, torso.build.seed)
    _pipes(volume, grid, blood)
    _skeleton(volume, grid, torso, ribs_too)
    if trees is not None:
        _lung_vessels(volume, grid, trees)
    return volume


def _value(name: str | float, blood: Enhancement) -> float:
    if isinstance(name, float):
        return name
    if name == "pancreas":
        return 0.55 * blood.liver + 22
    if name == "muscle_heart":
        return 0.9 * blood.myocardium
    return float(getattr(blood, name))


def _over(plane: Array, distance: Array, value: Array | float, edge: float) -> None:
    coverage = np.clip(np.float32(0.5) - distance / np.float32(edge), 0, 1)
    plane += coverage * (value - plane)


def _plane(
    torso: Torso,
    stretch: _Stretch,
    index: int,
    grid: Grid,
    blood: Enhancement,
    tiles: tuple[Array, Array],
) -> Array:
    shape = (grid.shape[1], grid.shape[2])
    edge = 1.15 * grid.step[1]
    # The tiles wander slowly from plane to plane, as real texture does.
    roll = (int(index * 2.1), int(index * 1.3))
    fine, coarse = (np.roll(t, roll, (0, 1)) for t in tiles)
    repeat = (-(-shape[0] // fine.shape[0]), -(-shape[1] // fine.shape[1]))
    fine, coarse = (np.tile(t, repeat)[: shape[0], : shape[1]] for t in (fine, coarse))
    organ = torso.organs
    plane = np.full(shape, -1000.0, dtype=np.float32)
    body = stretch.plane(organ["body"], index)
    # Fat is crossed by fine septa; skin is a bright line of two millimetres.
    septa = np.clip(1 - np.abs(coarse + 0.25 * fine) * 9, 0, 1) * 46
    fat = np.float32(-104) + septa * (fine > -0.4) + 5 * coarse
    _over(plane, body, fat, edge)
    skin = np.abs(body + 1.0) - 1.0
    _over(plane, skin, 28.0, edge)
    for name, hounsfield, texture in _LAYERS:
        source = "heart" if name == "heart_inner" else name
        if not stretch.near(organ[source], index, 6.0):
            continue
        distance = stretch.plane(organ[source], index) + (4.5 if name == "heart_inner" else 0.0)
        value: Array = np.float32(_value(hounsfield, blood)) + np.float32(texture) * (0.6 * coarse + 0.4 * fine)
        if name == "muscle":
            # Fat between the bundles, following the coarse tile.
            value = value - 120 * np.clip(1 - np.abs(coarse * 1.3 + distance * 0.06 + 0.1 * fine) * 11, 0, 1)
        if name == "cavity":
            value = value + 110 * np.clip(1 - np.abs(coarse * 0.9 + 0.3 * fine) * 10, 0, 1) * 0.25
        _over(plane, distance, value, edge)
        if name in ("kidney_right", "kidney_left") and blood.kidney > 100:
            _over(plane, distance + 7, value - 46 + 60 * np.clip(np.abs(coarse) - 0.5, 0, 1), 4.0)
    depth = grid.axis(1)[:, None] / 100
    for name in ("lung_right", "lung_left"):
        if stretch.near(organ[name], index, 4.0):
            distance = stretch.plane(organ[name], index)
            # More blood at the back where the patient lies; a fringe of fine twigs everywhere.
            air = np.float32(-868) + 34 * depth + 13 * coarse + 16 * np.maximum(fine, -1.2)
            _over(plane, distance, air, edge)
            _fissure(plane, distance, grid, index, name)
    return plane


def _bowel(volume: Array, grid: Grid, seed: int) -> None:
    """Loops with a bright wall and soft content; gas gathers in the upper (front) part of the inside."""
    for tube, gas in bowel(seed):
        radius = float(tube.radii.mean())
        paint_tube(volume, grid, tube, 62.0)
        paint_tube(volume, grid, tube.shifted((0, 0, 0), -2.2), 24.0)
        if gas > 0.1:
            lift = radius * 0.75 * (1 - gas)
            paint_tube(volume, grid, tube.shifted((0, -lift, 0), -2.6 - lift * 0.8), -880.0)


def _fissure(plane: Array, distance: Array, grid: Grid, index: int, name: str) -> None:
    z = float(grid.axis(0)[index])
    y, x = grid.axis(1)[:, None], grid.axis(2)[None, :]
    lateral = np.abs(x) / 110
    oblique = y - (-6 + 0.95 * (z + 40) + 16 * lateral**2) + 3 * np.sin(x / 23)
    sheets = [np.abs(oblique) * 0.72]
    if name == "lung_right" and -60 < z < 10:
        minor = (z + 24) + 0.06 * y + 10 * lateral**2 + 2 * np.sin(y / 31)
        sheets.append(np.where(oblique < 0, np.abs(minor), 9.0))
    for sheet in sheets:
        line = np.clip(0.9 - sheet / 1.6, 0, 1) * (distance < 0) * 150
        plane += line.astype(np.float32)


def _pipes(volume: Array, grid: Grid, blood: Enhancement) -> None:
    for tube in veins():
        paint_tube(volume, grid, tube, blood.vein)
    for tube in pulmonary_trunk():
        paint_tube(volume, grid, tube.shifted((0, 0, 0), 1.0), 44.0)
    for tube in pulmonary_trunk():
        paint_tube(volume, grid, tube, blood.pulmonary)
    for tube in arteries():
        paint_tube(volume, grid, tube.shifted((0, 0, 0), 1.1), 46.0)
    for tube in arteries():
        paint_tube(volume, grid, tube, blood.artery)
    gullet = Tube.through(
        [(150, 12, 3), (60, 26, 6), (0, 36, 4), (-60, 34, 6), (-110, 26, 16), (-128, 6, 34)], 7.0
    ).smoothed()
    paint_tube(volume, grid, gullet, 38.0)
    paint_tube(volume, grid, gullet.shifted((0, 0, 0), -4.8), -250.0)
    for tube in airways():
        paint_tube(volume, grid, tube, 24.0)
    for tube in airways():
        paint_tube(volume, grid, tube.shifted((0, 0, 0), -1.4), -985.0)


def _bone(volume: Array, grid: Grid, tube: Tube, shell: float, cortex: float, marrow: float) -> None:
    paint_tube(volume, grid, tube, cortex)
    inner = tube.shifted((0, 0, 0), -shell)
    if float(inner.radii.max()) > 0.6:
        paint_tube(volume, grid, inner, marrow)


def _skeleton(volume: Array, grid: Grid, torso: Torso, ribs_too: bool) -> None:
    bone, cartilage = ribs(torso.build)
    for tube in cartilage:
        paint_tube(volume, grid, tube, 108.0)
    for tube in shoulder_bones(torso.build):
        _bone(volume, grid, tube, 2.0, 640.0, 210.0)
    for tube in bone if ribs_too else []:
        _bone(volume, grid, tube, 1.6, 690.0, 190.0)
    _sternum(volume, grid, torso)
    for tube in pelvis():
        _bone(volume, grid, tube, 1.9, 620.0, 200.0)
    random = np.random.default_rng([torso.build.seed, 37])
    sponge = power_law_tile(128, 0.7, random, 8)
    for z, y, half, depth in spine_levels():
        _vertebra(volume, grid, (z, y), (half, depth), sponge)


def _sternum(volume: Array, grid: Grid, torso: Torso) -> None:
    front = -84 * torso.build.depth
    course = [(64, front + 22, 1.5), (34, front + 10, 1.4), (-20, front - 2, 1.0), (-72, front - 6, 1.0)]
    for radius, value in ((5.4, 420.0), (3.8, 130.0)):
        for dx in (-9.0, -4.5, 0.0, 4.5, 9.0):
            bar = Tube.through([(z, y, dx * spread) for z, y, spread in course], radius)
            paint_tube(volume, grid, bar.smoothed(4), value)


def _vertebra(volume: Array, grid: Grid, centre: tuple[float, float], size: tuple[float, float], sponge: Array) -> None:
    z0, y0 = centre
    half, depth = size
    height = 0.46 * half + 4.4
    reach = half + 34
    box = grid.window((z0 - height - 16, y0 - depth - 4, -reach), (z0 + height + 6, y0 + depth + 62, reach))
    if box is None:
        return
    z, y, x = (
        grid.axis(0)[box[0]][:, None, None],
        grid.axis(1)[box[1]][None, :, None],
        grid.axis(2)[box[2]][None, None, :],
    )
    part = volume[box]
    edge = np.float32(max(grid.step[1], 0.7))
    waist = 1 - 0.09 * np.clip(1 - np.abs(z - z0) / height, 0, 1)
    u, v = x / (half * waist), (y - y0) / (depth * waist)
    round_part = (np.sqrt(u * u + v * v) - 1) * depth
    body = np.maximum(round_part, np.abs(z - z0) - height)
    disc = np.maximum(round_part + 1.5, np.abs(z - z0 + height + 3) - 4)
    part += np.clip(0.5 - disc / edge, 0, 1) * (88 - part)
    canal_y = y0 + depth + 8.5
    process = np.minimum(
        np.maximum(
            np.abs(x) - 2.6 - 0.02 * (y - canal_y),
            np.maximum(np.abs(z - z0 + 8 + 0.42 * (y - canal_y)) - 8, np.abs(y - canal_y - 14) - 11),
        ),
        np.maximum(np.abs(np.hypot(x / 1.1, y - canal_y) - 11.2) - 2.7, np.abs(z - z0 + 2) - 8.5),
    )
    wings = np.maximum(np.hypot(z - z0 + 1, y - canal_y - 0.20 * np.abs(x)) - 4.3, np.abs(np.abs(x) - 24) - 13)
    arch = np.minimum(process, wings)
    part += np.clip(0.5 - arch / edge, 0, 1) * (560 - part)
    part += np.clip(0.5 - (arch + 2.0) / edge, 0, 1) * (250 - part)
    grain = np.resize(sponge, part.shape[1:])
    part += np.clip(0.5 - body / edge, 0, 1) * (500 - part)
    part += np.clip(0.5 - (body + 1.7) / edge, 0, 1) * (182 + 34 * grain - part)
    cord = np.hypot(x / 1.15, y - canal_y) - 8.2
    tall = np.abs(z - z0) <= height + 8
    part += np.clip(0.5 - cord / edge, 0, 1) * tall * (18 - part)
    part += np.clip(0.5 - (cord + 3.6) / edge, 0, 1) * tall * (38 - part)


def _lung_vessels(volume: Array, grid: Grid, trees: LungTrees) -> None:
    edge = np.float32(max(grid.step[1], 0.6))
    for tree in [*trees.veins, *trees.arteries]:
        for parent, child in tree.edges():
            a, b = tree.points[parent], tree.points[child]
            ra = min(float(tree.radii[parent]), 1.5 * float(tree.radii[child]))
            rb = float(tree.radii[child])
            reach = ra + float(edge)
            tall = ra / 0.6 + abs(grid.step[0]) * 0.6
            margin = np.array([tall, reach, reach])
            box = grid.window(np.minimum(a, b) - margin, np.maximum(a, b) + margin)
            if box is None:
                continue
            distance = segment_distance(grid, box, a, b, ra, rb, 0.6)
            coverage = np.clip(0.5 - distance / edge, 0, 1) * np.float32(min(1.0, 0.25 + 0.8 * rb / float(edge)))
            np.maximum(volume[box], -868 + coverage * 905, out=volume[box])
