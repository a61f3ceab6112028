"""Painting a retina: the colour fundus photograph and the OCT B-scans that belong to it.

Lengths are millimetres on the retina with the fovea at (0, 0), x towards the disc, y downwards. ``side`` is R or L; the
left eye is the mirror image.
"""

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.solids import Tube
from archive.demo.texture import Array, blur, power_law_tile, rolled, smooth_noise, smoothstep
from archive.demo.vessel_tree import Tree, grow

FIELD_MM = 13.4  # what a 45 degree camera sees of a normal eye
DISC = (4.4, -0.35)
DISC_RADIUS = 0.88


@dataclass(frozen=True)
class Eye:
    """One eye at one visit. ``drusen`` is their number, ``fluid_um`` the height of fluid under the retina."""

    side: str
    seed: int
    drusen: int = 0
    fluid_um: float = 0.0
    cup: float = 0.42
    pigment: float = 1.0


@lru_cache(maxsize=4)
def _trees(seed: int) -> tuple[Tree, Tree]:
    """Arteries and veins of a right eye, grown from the disc around the fovea."""
    random = np.random.default_rng([seed, 41])
    out = []
    for kind in range(2):
        targets = random.uniform(-6.6, 6.6, size=(420, 2)) * [1.0, 1.0]
        from_fovea = np.hypot(targets[:, 0], targets[:, 1] * 1.1)
        from_disc = np.hypot(targets[:, 0] - DISC[0], targets[:, 1] - DISC[1])
        keep = (np.hypot(targets[:, 0], targets[:, 1]) < 6.6) & (from_fovea > 0.9) & (from_disc > 1.0)
        targets = targets[keep]
        parts = []
        for up in (-1, 1):
            offset = 0.14 * (1 if kind else -1)
            arcade = np.array(
                [
                    [DISC[0] + offset, DISC[1]],
                    [DISC[0] + 0.1 + offset, DISC[1] + up * 0.9],
                    [DISC[0] - 0.9 + offset, DISC[1] + up * (2.3 + 0.12 * kind)],
                    [1.6 + offset, up * (2.9 + 0.25 * kind)],
                    [-0.9, up * (2.95 + 0.2 * kind)],
                    [-3.3, up * (2.3 - 0.1 * kind)],
                ]
            )
            arcade[1:-1] += random.normal(0, 0.13, size=(4, 2))
            bent = Tube.through(np.column_stack([np.zeros(6), arcade[:, ::-1]]), 1.0).smoothed(7)
            dense = bent.points[:, :0:-1]
            mine = targets[(targets[:, 1] > 0) == (up > 0)]
            parts.append(grow(dense, mine, twig=0.0085 + 0.002 * kind, exponent=2.75, way_back=0.4))
        out.append(_joined(parts))
    return out[0], out[1]


def _joined(parts: list[Tree]) -> Tree:
    first, second = parts
    shift = len(first.points)
    parent = np.where(second.parent < 0, -1, second.parent + shift)
    return Tree(
        np.vstack([first.points, second.points]),
        np.concatenate([first.parent, parent]),
        np.concatenate([first.radii, second.radii]),
    )


def _vessel_map(tree: Tree, size: int, limit: float) -> tuple[Array, Array]:
    """Coverage by vessels and the relative distance from their axis, both (size, size)."""
    coverage = np.zeros((size, size), dtype=np.float32)
    core = np.zeros((size, size), dtype=np.float32)
    scale = size / FIELD_MM
    axis = (np.arange(size, dtype=np.float32) + 0.5) / scale - FIELD_MM / 2
    for parent, child in tree.edges():
        a, b = tree.points[parent], tree.points[child]
        radius = limit * float(np.tanh(tree.radii[child] / limit))
        reach = radius + 1.5 / scale
        low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
        columns = slice(*np.searchsorted(axis, [low[0], high[0]]))
        rows = slice(*np.searchsorted(axis, [low[1], high[1]]))
        x, y = axis[columns][None, :], axis[rows][:, None]
        d = b - a
        t = np.clip(((x - a[0]) * d[0] + (y - a[1]) * d[1]) / max(float(d @ d), 1e-9), 0, 1)
        distance = np.hypot(x - a[0] - t * d[0], y - a[1] - t * d[1])
        fill = min(1.0, 0.35 + radius * scale / 2.4)
        cover = np.clip(0.5 + (radius - distance) * scale / 1.6, 0, 1) * fill
        np.maximum(coverage[rows, columns], cover, out=coverage[rows, columns])
        np.maximum(core[rows, columns], np.clip(1 - distance / (0.45 * radius), 0, 1) * fill, out=core[rows, columns])
    return coverage, core


@lru_cache(maxsize=2)
def _vessels(seed: int, size: int) -> tuple[Array, Array, Array]:
    arteries, veins = _trees(seed)
    artery, shine = _vessel_map(arteries, size, 0.062)
    vein, _ = _vessel_map(veins, size, 0.080)
    return artery, vein, shine


def fundus(eye: Eye, size: int) -> NDArray[np.uint8]:
    """The photograph, (size, size, 3) sRGB: a bright disc of retina on black."""
    random = np.random.default_rng([eye.seed, 43])
    image = _retina(eye.seed // 10, size, eye.cup, eye.pigment).astype(np.float32)
    _drusen(image, eye, _axis(size), random)
    image += 0.009 * rolled(_grain(), (size, size), random)[..., None]
    if eye.side == "L":
        image = image[:, ::-1]
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


def _axis(size: int) -> Array:
    return ((np.arange(size, dtype=np.float32) + np.float32(0.5)) / size - np.float32(0.5)) * np.float32(FIELD_MM)


@lru_cache(maxsize=1)
def _grain() -> Array:
    return power_law_tile(1024, 0.15, np.random.default_rng(44), 60)


@lru_cache(maxsize=2)
def _retina(seed: int, size: int, cup: float, pigment: float) -> NDArray[np.float16]:
    """The retina of one right eye without anything that changes between visits."""
    random = np.random.default_rng([seed, 43])
    x, y = _axis(size)[None, :], _axis(size)[:, None]
    radius = np.hypot(x, y)
    cloud = smooth_noise((size, size), (9, 9), random, 3)
    # Choroid: broad orange bands that show between the pigment.
    choroid = smooth_noise((size, size), (16, 30), random)
    tone = 0.045 * cloud + 0.03 * np.tanh(choroid * 1.4) * smoothstep(1.5, 5, radius)
    tone += 0.012 * rolled(power_law_tile(512, 0.8, random, 20), (size, size), random)
    macula = np.exp(-((x / 1.25) ** 2) - (y / 1.15) ** 2) * np.float32(pigment)
    fovea = np.exp(-((radius / 0.34) ** 2))
    # Nerve fibres: faint bright streaks that arch from the disc.
    dx, dy = x - np.float32(DISC[0]), y - np.float32(DISC[1])
    from_disc, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    streak = np.sin(angle * 85 + 3 * cloud) * np.exp(-from_disc / 2.6) * 0.016
    red = 0.78 + 0.8 * tone - 0.17 * macula - 0.05 * fovea
    green = 0.365 + tone - 0.145 * macula - 0.06 * fovea + streak
    blue = 0.155 + 0.5 * tone - 0.06 * macula + streak
    image = np.stack([red, green, blue], axis=-1)
    _disc(image, cup, from_disc, angle, cloud)
    artery, vein, shine = _vessels(seed, size)
    for cover, colour in ((vein, (0.47, 0.10, 0.05)), (artery, (0.66, 0.20, 0.10))):
        strength = (cover * (0.82 - 0.25 * smoothstep(0.5, 0.1, from_disc)))[..., None]
        image += strength * (np.array(colour, dtype=np.float32) + 0.25 * (image - 0.4) - image)
    image += (0.11 * shine)[..., None]
    shade = 1.04 - 0.42 * smoothstep(3.2, 7.0, np.hypot(x - 0.6, y - 0.3))
    shade *= smoothstep(FIELD_MM / 2 * 0.985, FIELD_MM / 2 * 0.965, radius)
    return np.asarray(image * shade[..., None], dtype=np.float16)


def _disc(image: Array, cup_ratio: float, distance: Array, angle: Array, cloud: Array) -> None:
    rim = DISC_RADIUS * (1 + 0.045 * np.cos(2 * angle) + 0.02 * cloud)
    halo = smoothstep(1.35, 1.0, distance / rim) * 0.10
    image += halo[..., None] * np.array([0.7, 0.7, 0.5], dtype=np.float32)
    cover = smoothstep(1.06, 0.95, distance / rim)[..., None]
    rim_colour = np.array([0.93, 0.62, 0.36], dtype=np.float32) + (0.03 * cloud)[..., None]
    image += cover * (rim_colour - image)
    cup = smoothstep(1.15, 0.6, distance / (rim * cup_ratio))[..., None]
    image += cup * (np.array([0.99, 0.86, 0.62], dtype=np.float32) - image)


def drusen_places(eye: Eye) -> list[tuple[float, float, float]]:
    """(x, y, radius) in mm of every druse; they stay where they are from visit to visit."""
    random = np.random.default_rng([eye.seed // 10, 47])
    places = []
    for _ in range(eye.drusen):
        distance, angle = abs(random.normal(0.9, 0.6)), random.uniform(0, 2 * np.pi)
        places.append((distance * np.cos(angle), distance * np.sin(angle), random.uniform(0.03, 0.11)))
    return places


def _drusen(image: Array, eye: Eye, axis: Array, random: np.random.Generator) -> None:
    for x0, y0, radius in drusen_places(eye):
        reach = 3 * radius
        columns = slice(*np.searchsorted(axis, [x0 - reach, x0 + reach]))
        rows = slice(*np.searchsorted(axis, [y0 - reach, y0 + reach]))
        x, y = axis[columns][None, :] - x0, axis[rows][:, None] - y0
        wobble = 1 + 0.10 * np.sin(2 * np.arctan2(y, x) + random.uniform(0, 6))
        cover = np.exp(-((np.hypot(x, y) / (radius * wobble)) ** 2.4)).astype(np.float32)[..., None] * 0.66
        image[rows, columns] += cover * (np.array([0.93, 0.66, 0.30], dtype=np.float32) - image[rows, columns])


@dataclass(frozen=True)
class OctGeometry:
    """Sampling of the B-scans: columns over ``width_mm``, rows of ``depth_um`` each, lines ``spacing_mm`` apart."""

    rows: int = 496
    columns: int = 768
    lines: int = 25
    width_mm: float = 6.0
    depth_um: float = 3.87
    spacing_mm: float = 0.24


# Upper border of each layer in um above Bruch's membrane outside the fovea, its brightness, how far the pit moves it.
_LAYERS = (
    ("nerve fibre", 316.0, 0.78, 1.0),
    ("ganglion cell", 284.0, 0.46, 1.0),
    ("inner plexiform", 238.0, 0.58, 1.0),
    ("inner nuclear", 200.0, 0.27, 1.0),
    ("outer plexiform", 164.0, 0.52, 0.95),
    ("outer nuclear", 138.0, 0.19, 0.6),
    ("limiting membrane", 66.0, 0.40, 0.0),
    ("myoid", 60.0, 0.27, 0.0),
    ("ellipsoid", 48.0, 0.80, 0.0),
    ("outer segment", 36.0, 0.38, 0.0),
    ("pigment epithelium", 19.0, 0.92, 0.0),
)


def b_scan(eye: Eye, geometry: OctGeometry, line: int, speckle: Array) -> NDArray[np.uint8]:
    """B-scan ``line`` (0 at the top), (rows, columns) 8 bit, log-compressed as instruments show it."""
    random = np.random.default_rng([eye.seed, 53, line])
    x = (np.arange(geometry.columns, dtype=np.float32) / (geometry.columns - 1) - 0.5) * geometry.width_mm
    y0 = (line - (geometry.lines - 1) / 2) * geometry.spacing_mm
    centre = np.hypot(x, y0)
    pit = np.exp(-((centre / 0.62) ** 2)).astype(np.float32)
    rim = np.exp(-(((centre - 1.15) / 0.75) ** 2)).astype(np.float32)
    bumps = np.zeros_like(x)
    for dx, dy, radius in drusen_places(eye):
        bumps += 62 * np.exp(-((x - dx) ** 2 + (y0 - dy) ** 2) / (1.1 * radius) ** 2)
    bumps = np.minimum(bumps, 85)
    fluid: Array = eye.fluid_um * np.exp(-((np.hypot(x - 0.25, y0 + 0.1) / 0.75) ** 4))
    bowl = 26 * (x / 3) ** 2 + 10 * np.sin(x * 0.5 + 0.2 * line) + 2 * smooth_noise((geometry.columns,), (9,), random)
    base = (342 * geometry.depth_um - bowl * 4).astype(np.float32)  # Bruch's membrane, um from the top of the picture
    depth = np.arange(geometry.rows, dtype=np.float32)[:, None] * geometry.depth_um
    height = base - depth
    image = np.full((geometry.rows, geometry.columns), 0.045, dtype=np.float32)
    borders = []
    for _, level, brightness, moves in _LAYERS:
        place: Array = level + bumps * (1.0 if level <= 60 else 0.75) + (fluid if level > 20 else 0)
        if moves:
            place = place + rim * 34 * (level / 300) - pit * moves * (level - 118)
            if level > 300:
                place = place + 14 * smoothstep(-3, 3, x) * rim
        borders.append((place + 1.2 * smooth_noise((geometry.columns,), (40,), random), brightness))
    floor = [(bumps * 0.86 - 2, 0.42), (np.zeros_like(x) - 2, 0.0)]  # drusen lie between the epithelium and Bruch
    for (place, brightness), (lower, _) in itertools.pairwise([*borders, *floor]):
        below_place = np.clip((place - height) / np.float32(5) + np.float32(0.5), 0, 1)
        image += (
            below_place * np.clip((height - lower) / np.float32(5) + np.float32(0.5), 0, 1) * np.float32(brightness)
        )
    if eye.fluid_um:
        gap = smoothstep(-3, 3, height - 19 - bumps) * smoothstep(-3, 3, 33 + fluid * 0.98 - 12 + bumps - height)
        image -= image * gap * smoothstep(6, 20, fluid) * 0.9
    _choroid(image, height, random)
    shadow = np.ones(geometry.columns, dtype=np.float32)
    for _ in range(7):
        where, width = random.uniform(-3, 3), random.uniform(0.03, 0.07)
        shadow -= 0.30 * np.exp(-(((x - where) / width) ** 2)) * (abs(where) > 0.5)
    image *= np.where(height < 296, shadow, 1)
    image *= 0.62 + 0.55 * rolled(speckle, (geometry.rows, geometry.columns), random)
    image += 0.018 * random.standard_normal(image.shape, dtype=np.float32)
    if eye.side == "L":
        image = image[:, ::-1]
    return np.asarray(np.clip(image * 1.02, 0, 1) ** 0.86 * 255, dtype=np.uint8)


def _choroid(image: Array, height: Array, random: np.random.Generator) -> None:
    rows, columns = image.shape
    vessels = smooth_noise((rows // 4, columns), (10, 26), random, 2)
    vessels = np.repeat(vessels, 4, axis=0)
    vessels = np.pad(vessels, ((0, rows - vessels.shape[0]), (0, 0)), mode="edge")
    below = smoothstep(2, -6, height)
    fade = np.exp(np.minimum(height, 0) / 150)
    tissue = 0.50 * fade * (1 - 0.62 * smoothstep(0.1, 0.9, vessels) * smoothstep(-20, -60, height))
    image += below * tissue


def speckle_tile() -> Array:
    """Rayleigh-like speckle of unit mean, shared by all B-scans."""
    random = np.random.default_rng(59)
    real, imaginary = (blur(random.standard_normal((1024, 1024), dtype=np.float32), 0.55) for _ in range(2))
    tile = np.sqrt(real**2 + imaginary**2)
    return np.asarray(tile / tile.mean(), dtype=np.float32)
