"""A walk through a colon: what the endoscope sees at a place along the bowel.

One function paints one view; the committed video clip and the still photographs are both made with it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.texture import Array, blur, power_law_tile, smoothstep


@dataclass(frozen=True)
class View:
    """Camera: ``place`` along the bowel in folds, where it looks (``centre_x``, ``centre_y`` in half-heights), roll."""

    place: float
    centre_x: float = 0.0
    centre_y: float = 0.0
    roll: float = 0.0
    polyp: tuple[float, float, float] | None = None  # place along the bowel, angle, size
    inflamed: float = 0.0


_FAR = 8.0


@lru_cache(maxsize=2)
def _mucosa(seed: int) -> tuple[Array, Array]:
    """Tiles over (angle, depth): a cloudy tone and a net of fine vessels."""
    random = np.random.default_rng([seed, 83])
    cloud = power_law_tile(512, 1.3, random, 3)
    ridges = power_law_tile(512, 1.25, random, 9)
    other = power_law_tile(512, 1.25, random, 7)
    vessels = np.maximum(smoothstep(0.10, 0.0, np.abs(ridges)), 0.8 * smoothstep(0.08, 0.0, np.abs(other)))
    return cloud, vessels


def _sample(tile: Array, angle: Array, depth: Array) -> Array:
    """Bilinear look-up on the periodic tile; ``angle`` in turns, ``depth`` in tiles."""
    size = tile.shape[0]
    u, v = (angle % 1) * size, (depth % 1) * size
    u0, v0 = np.floor(u).astype(np.int32), np.floor(v).astype(np.int32)
    fu, fv = u - u0, v - v0
    u0, v0 = u0 % size, v0 % size
    u1, v1 = (u0 + 1) % size, (v0 + 1) % size
    top = tile[v0, u0] * (1 - fu) + tile[v0, u1] * fu
    low = tile[v1, u0] * (1 - fu) + tile[v1, u1] * fu
    return np.asarray(top * (1 - fv) + low * fv, dtype=np.float32)


def _radius(depth: float, angle: Array, seed: int) -> Array:
    """Half-width of the bowel at ``depth`` (in folds): rounded triangular folds with sacs between them."""
    number = np.floor(depth + 0.5)
    wobble = np.sin(number * 2.399 + seed)
    phase = depth + 0.07 * np.sin(3 * angle + 2.1 * wobble + seed)
    ridge = np.abs((phase + 0.5) % 1 - 0.5)
    crescent = 0.55 + 0.45 * np.cos(angle - number * 2.1 - seed)
    fold = np.exp(-((ridge / 0.085) ** 2)) * (0.16 + 0.26 * crescent)
    return np.asarray(1.0 - fold + 0.05 * np.cos(3 * angle + seed), dtype=np.float32)


def paint(view: View, rows: int, columns: int, seed: int = 1) -> NDArray[np.uint8]:
    """The picture (rows, columns, 3), in the rounded black mask endoscopes have."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    half = np.float32(rows / 2)
    x, y = (x - columns / 2) / half, (y - rows / 2) / half
    mask = smoothstep(1.03, 1.0, np.maximum(np.hypot(x * 0.80, y), np.abs(y) * 1.06))
    angle = np.arctan2(y - np.float32(view.centre_y), x - np.float32(view.centre_x)) + np.float32(view.roll)
    coarse = _march(view, x[::2, ::2], y[::2, ::2], seed)
    depth = blur(np.repeat(np.repeat(coarse, 2, 0), 2, 1)[:rows, :columns], 1.3)
    along = depth * np.float32(0.62) + np.float32(view.place)
    cloud_tile, vessel_tile = _mucosa(seed)
    turns = angle / np.float32(2 * np.pi)
    cloud = _sample(cloud_tile, turns * 2, along * 0.5)
    vessels = _sample(vessel_tile, turns * 2, along * 0.5)
    facing = _facing(depth, x, y)
    light: Array = (0.18 + 0.95 * facing) / (0.50 + 0.36 * depth**1.7)
    shown = 1 - view.inflamed
    red: Array = 0.80 + 0.035 * cloud - 0.05 * vessels * shown
    green: Array = 0.34 + 0.05 * cloud - 0.12 * vessels * shown - 0.10 * view.inflamed
    blue: Array = 0.235 + 0.04 * cloud - 0.08 * vessels * shown - 0.06 * view.inflamed
    if view.polyp is not None:
        red, green, blue, light = _polyp(view, along, angle, (red, green, blue, light))
    image = np.stack([red, green, blue], axis=-1) * np.minimum(light, 1.25)[..., None]
    gloss = smoothstep(0.90, 1.06, facing + 0.07 * _sample(cloud_tile, turns * 7, along * 3)) * smoothstep(
        2.2, 0.8, depth
    )
    image += (0.20 * gloss)[..., None]
    image = 1 - np.exp(-1.35 * np.clip(image, 0, None))
    return np.asarray(np.clip(image * mask[..., None], 0, 1) ** 0.92 * 255, dtype=np.uint8)


def _march(view: View, x: Array, y: Array, seed: int) -> Array:
    """Distance to the wall along each line of sight; folds hide what lies behind them."""
    dx, dy = x - np.float32(view.centre_x), y - np.float32(view.centre_y)
    angle = np.arctan2(dy, dx) + np.float32(view.roll)
    screen = np.hypot(dx, dy) + np.float32(1e-3)
    distance = np.full(screen.shape, _FAR, dtype=np.float32)
    alive = np.ones(screen.shape, dtype=bool)
    depth, step = 0.36, 0.0
    before: Array = np.full(screen.shape, -1.0, dtype=np.float32)
    while depth < _FAR:
        beyond = screen * np.float32(depth * 1.25) - _radius(depth * 0.62 + view.place, angle, seed)
        hit = alive & (beyond >= 0)
        share = before[hit] / np.minimum(before[hit] - beyond[hit], -1e-6)
        distance[hit] = depth - step * (1 - share)
        alive &= ~hit
        before = beyond
        step = 0.045 * (0.5 + 0.45 * depth)
        depth += step
    return distance


def _facing(depth: Array, x: Array, y: Array) -> Array:
    """How much the wall faces the lamp, from the depth map's own slopes."""
    gy, gx = np.gradient(depth)
    scale = depth.shape[0] / 2
    outward = (gx * x + gy * y) * scale / np.maximum(np.hypot(x, y), 0.05)
    slope = -outward / np.maximum(depth, 0.3)
    return np.asarray(0.30 + 0.70 / (1 + 0.35 * np.clip(slope, 0, 8)), dtype=np.float32)


def _polyp(
    view: View, along: Array, angle: Array, layers: tuple[Array, Array, Array, Array]
) -> tuple[Array, Array, Array, Array]:
    assert view.polyp is not None
    red, green, blue, light = layers
    place, where, size = view.polyp
    du = np.arctan2(np.sin(angle - where), np.cos(angle - where)) / size
    dv = (along - place) / (size * 0.55)
    radius = np.hypot(du, dv)
    noise = _sample(_mucosa(5)[0], angle * 1.1, along * 2.2)
    cover = smoothstep(1.04, 0.94, radius + 0.035 * noise)
    bulge = np.sqrt(np.clip(1 - radius**2, 0, 1))
    shade = 0.62 + 0.62 * bulge - 0.28 * np.clip(dv, -1, 1)
    red = red + cover * (0.78 + 0.03 * noise - red)
    green = green + cover * (0.22 + 0.05 * noise - green)
    blue = blue + cover * (0.17 + 0.04 * noise - blue)
    light = light * (1 + cover * (shade - 1))
    dark = smoothstep(1.5, 1.0, radius) * (1 - cover)
    return red, green, blue, light * (1 - 0.3 * dark)
