"""Haematoxylin and eosin: a tile of stained tissue to cut whole slides from.

The tile is periodic, so a slide of any size can be covered by rolling it; glands and nuclei are drawn with wrap-around.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.texture import Array, power_law_tile, smoothstep

MICRONS = 0.5  # per pixel at full resolution, what a 20x objective gives
SIZE = 1536

_GLASS = np.array([0.955, 0.950, 0.955], dtype=np.float32)
_PINK = np.array([0.88, 0.60, 0.75], dtype=np.float32)
_EPITHELIUM = np.array([0.72, 0.47, 0.70], dtype=np.float32)
_NUCLEUS = np.array([0.30, 0.19, 0.47], dtype=np.float32)


def _stamp(image: Array, row: float, column: float, patch_cover: Array, colour: Array) -> None:
    """Blends ``colour`` into the periodic ``image`` around (row, column)."""
    size = patch_cover.shape[0]
    rows = (np.arange(size) + round(row) - size // 2) % SIZE
    columns = (np.arange(size) + round(column) - size // 2) % SIZE
    area = np.ix_(rows, columns)
    image[area] += patch_cover[..., None] * (colour - image[area])


def _nuclei_shapes(random: np.random.Generator, count: int) -> list[Array]:
    """Small oval stamps with chromatin texture."""
    shapes = []
    y, x = np.mgrid[-11:12, -11:12].astype(np.float32)
    for _ in range(count):
        angle, long, short = random.uniform(0, np.pi), random.uniform(5.2, 8.0), random.uniform(3.6, 5.0)
        u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
        radius = np.hypot(u / long, v / short)
        grain = random.normal(0, 0.10, x.shape)
        rim = 0.80 + 0.16 * smoothstep(0.55, 0.95, radius)
        shapes.append(np.clip(smoothstep(1.12, 0.86, radius) * (rim + grain), 0, 1).astype(np.float32))
    return shapes


@lru_cache(maxsize=2)
def tissue_tile(seed: int) -> NDArray[np.uint8]:
    """A periodic (SIZE, SIZE, 3) picture of glandular mucosa; an odd ``seed`` crowds the nuclei, as tumours do."""
    random = np.random.default_rng([seed, 97])
    fibre, cloud = power_law_tile(SIZE, 1.0, random, 40), power_law_tile(SIZE, 1.6, random, 4)
    wave = power_law_tile(SIZE, 2.2, random, 2)
    y = np.arange(SIZE, dtype=np.float32)[:, None]
    strands = np.sin(2 * np.pi * y * 34 / SIZE + 9 * wave + 1.4 * cloud)
    tone = 0.05 * cloud + 0.045 * strands + 0.035 * fibre
    image = _PINK + tone[..., None] * np.array([0.6, 1.1, 0.8], dtype=np.float32)
    gaps = smoothstep(1.35, 1.75, strands + 0.55 * fibre + 0.5 * cloud)
    image += (gaps * 0.8)[..., None] * (_GLASS - image)
    stamps = _nuclei_shapes(random, 40)
    taken = _glands(image, random, stamps, crowded=seed % 2 == 1)
    for _ in range(1500):
        row, column = random.uniform(0, SIZE, 2)
        if taken[int(row), int(column)]:
            continue
        stamp = stamps[int(random.integers(len(stamps)))]
        _stamp(image, row, column, stamp * np.float32(random.uniform(0.55, 0.95)), _NUCLEUS)
    image += 0.012 * random.standard_normal(image.shape, dtype=np.float32)
    return np.asarray(np.clip(image, 0, 1) * 255, dtype=np.uint8)


def _glands(image: Array, random: np.random.Generator, stamps: list[Array], crowded: bool) -> NDArray[np.bool_]:
    """Glands: a lumen, a rim of columnar cells, nuclei along its base. Gives back where nothing else may lie."""
    taken = np.zeros((SIZE, SIZE), dtype=bool)
    spots: list[tuple[float, float, float]] = []
    for _ in range(1500):
        row, column = random.uniform(0, SIZE, 2)
        radius = random.uniform(58, 112)
        clear = all(
            np.hypot((row - r + SIZE / 2) % SIZE - SIZE / 2, (column - c + SIZE / 2) % SIZE - SIZE / 2)
            > radius + q + 14
            for r, c, q in spots
        )
        if clear:
            spots.append((row, column, radius))
        if len(spots) >= 42:
            break
    for row, column, radius in spots:
        _gland(image, taken, random, stamps, (row, column, radius), crowded)
    return taken


def _gland(
    image: Array,
    taken: NDArray[np.bool_],
    random: np.random.Generator,
    stamps: list[Array],
    place: tuple[float, float, float],
    crowded: bool,
) -> None:
    row, column, radius = place
    half = int(radius * 1.35) + 4
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    angle = np.arctan2(y, x)
    outline, lumen = np.full_like(angle, radius), np.full_like(angle, radius * random.uniform(0.30, 0.50))
    terms = [(k, random.normal(0, 0.11 / k**0.6), random.uniform(0, 6.3)) for k in range(2, 7)]
    for k, strength, phase in terms:
        outline += radius * strength * np.cos(k * angle + phase)
    for k in range(2, 9):
        lumen += radius * random.normal(0, 0.10 / k) * np.cos(k * angle + random.uniform(0, 6.3))
    distance = np.hypot(x, y)
    _stamp(image, row, column, smoothstep(5, -1, distance - outline) * 0.35, _PINK * 1.05)
    cells = smoothstep(1.5, -1.5, distance - outline)
    stripes = 0.86 + 0.14 * np.sin(angle * radius / 5.5)
    _stamp(image, row, column, cells * 0.80 * stripes, _EPITHELIUM)
    # Goblet cells: pale drops between lumen and nuclei.
    for _ in range(0 if crowded else int(radius / 4)):
        turn = random.uniform(0, 2 * np.pi)
        away = radius * random.uniform(0.58, 0.74)
        blob = smoothstep(1.1, 0.8, np.hypot((x - away * np.cos(turn)) / 10, (y - away * np.sin(turn)) / 10))
        _stamp(image, row, column, blob * 0.75, np.array([0.90, 0.84, 0.92], dtype=np.float32))
    _stamp(image, row, column, smoothstep(2, -2, distance - lumen), _GLASS - 0.015)
    rings = 2 if crowded else 1
    for ring in range(rings):
        count = int(2 * np.pi * radius / (9.5 if crowded else 11.0))
        for turn in np.arange(count) * 2 * np.pi / count + random.normal(0, 0.03, count):
            edge = radius * (1 + sum(s * np.cos(k * turn + p) for k, s, p in terms))
            away = edge - 9 - 12 * ring + random.normal(0, 2.2)
            stamp = stamps[int(random.integers(len(stamps)))]
            _stamp(image, row + away * np.sin(turn), column + away * np.cos(turn), stamp, _NUCLEUS)
    rows = (np.arange(2 * half + 1) + round(row) - half) % SIZE
    columns = (np.arange(2 * half + 1) + round(column) - half) % SIZE
    taken[np.ix_(rows, columns)] |= distance < outline + 6
