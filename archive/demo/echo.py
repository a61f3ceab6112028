"""Painting ultrasound: tissue in probe coordinates, speckle, and scan conversion to the screen.

Probe coordinates are millimetres: x to the right of the screen, y the depth. Echo strength is 0 (blood) to 1 (bone).
"""

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.texture import Array, blur, power_law_tile, smoothstep

ROWS, COLUMNS = 600, 800
_LINES, _SAMPLES = 224, 512


@dataclass(frozen=True)
class Probe:
    """``radius`` of the curved face in mm (0: phased, None: linear); half opening in radians or mm; depth in mm."""

    radius: float | None
    half: float
    depth: float

    @property
    def mm_per_pixel(self) -> float:
        return (self.depth + 6) / (ROWS - 60)


PHASED = Probe(0.0, 0.66, 165.0)
CURVED = Probe(55.0, 0.58, 160.0)
LINEAR = Probe(None, 21.0, 42.0)


@lru_cache(maxsize=3)
def _conversion(probe: Probe) -> tuple[NDArray[np.int32], NDArray[np.int32], Array]:
    """For every screen pixel: line, sample, and whether it lies in the picture."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    x = (columns - COLUMNS / 2) * np.float32(probe.mm_per_pixel)
    y = (rows - 24) * np.float32(probe.mm_per_pixel)
    if probe.radius is None:
        across, depth = x / probe.half, y
    else:
        drop = probe.radius * (1 - np.cos(probe.half))
        centre = y + probe.radius - drop
        across, depth = np.arctan2(x, centre) / probe.half, np.hypot(x, centre) - probe.radius
    inside = (np.abs(across) <= 1) & (depth >= 0.5) & (depth <= probe.depth)
    line = np.clip((across + 1) / 2 * (_LINES - 1), 0, _LINES - 1)
    sample = np.clip(depth / probe.depth * (_SAMPLES - 1), 0, _SAMPLES - 1)
    return np.rint(line * 4).astype(np.int32), np.rint(sample).astype(np.int32), inside.astype(np.float32)


@lru_cache(maxsize=3)
def plane(probe: Probe) -> tuple[Array, Array]:
    """(x, y) in mm of every sample, (_SAMPLES, _LINES)."""
    across = np.linspace(-probe.half, probe.half, _LINES, dtype=np.float32)[None, :]
    depth = np.linspace(0, probe.depth, _SAMPLES, dtype=np.float32)[:, None]
    if probe.radius is None:
        return across + 0 * depth, depth + 0 * across
    drop = probe.radius * (1 - np.cos(probe.half))
    return (depth + probe.radius) * np.sin(across), (depth + probe.radius) * np.cos(across) - probe.radius + drop


@lru_cache(maxsize=1)
def speckle() -> tuple[Array, Array]:
    """Periodic speckle (fine along the beam, broad across it) and a slow cloud, both of unit mean or deviation."""
    random = np.random.default_rng(101)
    parts = [blur(blur(random.standard_normal((1024, 512), dtype=np.float32), 1.1, (0,)), 1.5, (1,)) for _ in range(2)]
    tile = np.hypot(*parts)
    return tile / tile.mean(), power_law_tile(1024, 1.5, random, 4)[:, :512]


def screen(echo: Array, probe: Probe, shift: tuple[int, int], gain: float = 1.0) -> NDArray[np.uint8]:
    """Log-compressed grey picture (ROWS, COLUMNS) of echo strengths on ``plane``; ``shift`` moves the speckle."""
    grain, cloud = speckle()
    area = np.s_[: echo.shape[0], : echo.shape[1]]
    field = echo * np.roll(grain, shift, (0, 1))[area] ** 1.3 * (1 + 0.13 * cloud[area])
    depth = np.linspace(0, 1, _SAMPLES, dtype=np.float32)[:, None]
    field = field * gain * (1.05 - 0.42 * depth**2) * smoothstep(-0.01, 0.03, depth)
    field += 0.012 * depth
    level = np.clip((20 * np.log10(np.maximum(field, 1e-4)) + 40) / 41, 0, 1)
    lines = blur(np.repeat(level, 4, axis=1), 2.0, (1,))
    line, sample, inside = _conversion(probe)
    return np.asarray(lines[sample, line] * inside * 240, dtype=np.uint8)


def ellipse(x: Array, y: Array, centre: tuple[float, float], radii: tuple[float, float], tilt: float = 0.0) -> Array:
    """About the signed distance in mm to a tilted ellipse."""
    c, s = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    u, v = (x - centre[0]) * c + (y - centre[1]) * s, -(x - centre[0]) * s + (y - centre[1]) * c
    k = np.hypot(u / radii[0], v / radii[1])
    return np.asarray((k - 1) * np.float32(min(radii)))


def stroke(x: Array, y: Array, points: list[tuple[float, float]], width: float) -> Array:
    """Coverage of a polyline of ``width`` mm."""
    out = np.zeros_like(x)
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        dx, dy = x1 - x0, y1 - y0
        t = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
        distance = np.hypot(x - x0 - t * dx, y - y0 - t * dy)
        np.maximum(out, np.clip(1.2 - distance / np.float32(width), 0, 1), out=out)
    return out


@dataclass(frozen=True)
class Heart:
    """A left ventricle: half-width and half-length in mm at end-diastole, and how much each shortens."""

    half_width: float = 24.5
    half_length: float = 42.0
    shorten_width: float = 0.29
    shorten_length: float = 0.16

    def volumes(self) -> tuple[float, float]:
        """End-diastolic and end-systolic volume in ml of the prolate ellipsoid."""
        full = 4 / 3 * np.pi * self.half_width**2 * self.half_length / 1000
        rest = full * (1 - self.shorten_width) ** 2 * (1 - self.shorten_length)
        return float(full), float(rest)

    def ejection_fraction(self) -> float:
        full, rest = self.volumes()
        return 100 * (full - rest) / full


def four_chambers(heart: Heart, phase: float) -> tuple[Array, float]:
    """Echo strengths of the apical four-chamber view at ``phase`` 0..1 of the beat, and the contraction 0..1."""
    x, y = plane(PHASED)
    squeeze = _contraction(phase)
    width = heart.half_width * (1 - heart.shorten_width * squeeze)
    length = heart.half_length * (1 - heart.shorten_length * squeeze)
    base = 112 - 13 * squeeze
    centre = (14.0, base - length)
    # The ventricle is rounder at its apex: widen towards the base.
    taper = 0.90 + 0.16 * np.clip((y - centre[1]) / 60, -1, 1)
    cavity = ellipse((x - centre[0]) / taper, y - centre[1], (0, 0), (width, length), 0.05)
    wall = 10.5 + 4.5 * squeeze
    right = ellipse(
        (x + 29 - 5 * squeeze) / taper, y - base + 38, (0, 0), (15.5 - 3.5 * squeeze, 37 - 4 * squeeze), 0.12
    )
    left_atrium = ellipse(x, y, (14, base + 25 - 2 * squeeze), (21, 19 + 4 * squeeze))
    right_atrium = ellipse(x, y, (-29, base + 24), (20, 18 + 3 * squeeze))
    echo = np.full_like(x, 0.05)
    muscle = np.minimum(cavity - wall, right - 5)
    atria = np.minimum(left_atrium, right_atrium) - 2.6
    around = np.minimum(muscle, atria)
    echo += 0.05 * smoothstep(20, 0, around)
    fibrous = np.exp(-((np.minimum(muscle, around) / 1.7) ** 2)) * 0.55
    echo = np.maximum(echo, fibrous)
    echo += smoothstep(1, -1, muscle) * (0.30 - echo)
    echo += smoothstep(1, -1, atria) * (0.40 - echo)
    for chamber in (cavity, right, left_atrium, right_atrium):
        rim = np.exp(-((chamber / 1.1) ** 2)) * 0.30
        echo = np.maximum(echo, rim)
        echo += smoothstep(0.6, -1.2, chamber) * (0.012 - echo)
    opened = np.clip(np.sin(np.pi * np.clip((phase - 0.42) / 0.5, 0, 1)) * 1.3, 0, 1) * (1 - squeeze)
    swing = 15.0 * opened
    for left, right_end in (((-4.0, base + 1), (32.0, base + 1)), ((-44.0, base + 1), (-13.0, base + 1))):
        middle = (left[0] + right_end[0]) / 2
        tip = base - 3 - swing
        gap = 1.0 + 8.5 * opened
        for root, side in ((left, -1), (right_end, 1)):
            leaf = stroke(
                x,
                y,
                [root, ((root[0] + middle) / 2 + side * gap * 0.7, base - 5 - swing * 0.4), (middle + side * gap, tip)],
                1.3,
            )
            echo = np.maximum(echo, leaf * 0.62)
    return np.asarray(echo * (0.85 + 0.3 * smoothstep(40, 5, np.abs(x - 2)))), squeeze


def _contraction(phase: float) -> float:
    """0 in diastole to 1 at end-systole: fast squeeze, slower relaxation, a plateau and the atrial kick."""
    if phase < 0.36:
        return float(np.sin(np.pi / 2 * phase / 0.36) ** 2)
    if phase < 0.62:
        return float(np.cos(np.pi / 2 * (phase - 0.36) / 0.26) ** 2)
    return 0.05 * float(np.sin(np.pi * (phase - 0.62) / 0.38)) * (1 if phase < 0.85 else 0.4)


def long_axis(heart: Heart, phase: float) -> tuple[Array, float]:
    """Echo strengths of the parasternal long-axis view."""
    x, y = plane(PHASED)
    squeeze = _contraction(phase)
    half = heart.half_width * (1 - heart.shorten_width * squeeze)
    cavity = ellipse(x, y, (-22 + 3 * squeeze, 76), (46 * (1 - 0.12 * squeeze), half), -0.20)
    right = ellipse(x, y, (-8, 34), (38, 11 - 2 * squeeze), -0.22)
    aorta = np.maximum(np.abs((y - 62) + 0.24 * (x - 40)) - 15, np.maximum(20 - x, x - 92))
    atrium = ellipse(x, y, (52, 98), (27, 19 + 3 * squeeze), -0.1)
    wall = 10 + 4 * squeeze
    echo = np.full_like(x, 0.055)
    muscle = np.minimum(cavity - wall, right - 4)
    echo += smoothstep(1, -1, muscle) * (0.30 - echo)
    outside = np.minimum(np.minimum(muscle, aorta - 3), atrium - 3)
    echo = np.maximum(echo, np.exp(-((outside / 1.8) ** 2)) * 0.55)
    echo += smoothstep(1, -1, np.minimum(aorta - 2.5, atrium - 2.5)) * (0.42 - echo)
    for chamber in (cavity, right, aorta, atrium):
        echo = np.maximum(echo, np.exp(-((chamber / 1.1) ** 2)) * 0.30)
        echo += smoothstep(0.6, -1.2, chamber) * (0.012 - echo)
    opened = np.clip(np.sin(np.pi * np.clip((phase - 0.42) / 0.5, 0, 1)) * 1.3, 0, 1)
    for side, root in ((-1, (22.0, 76.0)), (1, (26.0, 104.0))):
        leaf = [root, (8.0, 90 + side * 7 * opened), (-4.0, 90 + side * 13 * opened)]
        echo = np.maximum(echo, stroke(x, y, leaf, 1.4) * 0.6)
    ejecting = 1.0 if 0.05 < phase < 0.36 else 0.0
    for side in (-1, 1):
        cusp = [(24.0, 66 + side * 13.0), (36.0, 63.5 + side * (1.0 + 11 * ejecting))]
        echo = np.maximum(echo, stroke(x, y, cusp, 1.1) * 0.5)
    return echo, squeeze


def liver_and_kidney() -> Array:
    """Echo strengths of a right intercostal view: liver, its vessels, diaphragm and kidney."""
    x, y = plane(CURVED)
    echo = np.full_like(x, 0.16)
    echo += smoothstep(14, 10, y) * 0.10 * (1 + np.sin(y * 2.2))
    liver = ellipse(x, y, (-14, 66), (78, 56))
    echo += smoothstep(1, -1, liver) * (0.20 - echo)
    echo = np.maximum(echo, np.exp(-((liver / 1.6) ** 2)) * 0.65 * smoothstep(40, 90, y - 0.3 * x))
    for path, width in (
        ([(-60.0, 60.0), (-28.0, 74.0), (6.0, 80.0)], 4.6),
        ([(-30.0, 38.0), (-16.0, 58.0), (2.0, 78.0)], 3.6),
        ([(-52.0, 92.0), (-28.0, 88.0), (4.0, 82.0)], 4.0),
    ):
        echo += stroke(x, y, path, width) * smoothstep(0, -4, liver) * (0.012 - echo)
    for path in ([(-40.0, 50.0), (-10.0, 48.0), (20.0, 56.0)], [(-20.0, 104.0), (0.0, 92.0)]):
        echo = np.maximum(echo, stroke(x, y, path, 3.4) * 0.5)
        echo += stroke(x, y, path, 1.7) * (0.012 - echo)
    kidney = ellipse(x, y, (46, 92), (44, 22), 0.35)
    echo = np.maximum(echo, np.exp(-(((kidney + 0.5) / 1.2) ** 2)) * 0.5)
    echo += smoothstep(0.5, -1, kidney) * (0.12 - echo)
    sinus = ellipse(x, y, (46, 92), (27, 8), 0.35)
    echo += smoothstep(3, -3, sinus) * (0.45 - echo)
    return np.asarray(echo)


def thyroid(nodule_mm: float) -> Array:
    """Echo strengths of a transverse view of one thyroid lobe with a nodule, and the carotid beside it."""
    x, y = plane(LINEAR)
    echo = np.full_like(x, 0.12)
    echo += smoothstep(2.4, 1.6, y) * 0.3
    echo += np.exp(-(((y - 5.2 - 0.02 * x**2) / 0.5) ** 2)) * 0.25
    strap = np.abs(y - 8.2 + 0.012 * x**2) - 2.2
    echo += smoothstep(0.4, -0.4, strap) * (0.085 - echo) + smoothstep(0.4, -0.2, np.abs(strap) - 0.1) * 0.12
    lobe = ellipse(x, y, (-1.5, 18.5), (11.5, 8.2), 0.12)
    echo += smoothstep(0.5, -0.5, lobe) * (0.30 - echo)
    echo = np.maximum(echo, np.exp(-((lobe / 0.35) ** 2)) * 0.42)
    radius = nodule_mm / 2
    nodule = ellipse(x, y, (0.0, 18.0), (radius, radius * 0.8))
    echo += np.exp(-((nodule / 0.5) ** 2)) * (0.07 - echo) * 0.8
    echo += smoothstep(0.3, -0.3, nodule + 0.4) * (0.14 - echo)
    carotid = ellipse(x, y, (14.5, 19.5), (3.4, 3.3))
    echo = np.maximum(echo, np.exp(-((carotid / 0.4) ** 2)) * 0.5)
    echo += smoothstep(0.2, -0.3, carotid) * (0.012 - echo)
    trachea = ellipse(x, y, (-21.5, 17.0), (8.0, 8.0))
    echo = np.maximum(echo, np.exp(-((trachea / 0.5) ** 2)) * 0.8)
    echo += smoothstep(0, -2, trachea) * (0.03 - echo)
    below = smoothstep(26, 30, y)
    echo += below * (0.11 - echo)
    return np.asarray(echo)
