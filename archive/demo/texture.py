"""Noise and resampling with nothing but NumPy: what makes a phantom look like tissue instead of geometry.

All noise is deterministic by the generator passed in. Tiles are periodic, so that one tile serves hundreds of slices
by rolling and flipping it instead of drawing new random numbers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Random = np.random.Generator


def interpolation_matrix(
    source_count: int, source_start: float, source_step: float, targets: NDArray[np.floating]
) -> Array:
    """Catmull-Rom weights (targets, source_count) on a regular axis; beyond the ends the edge repeats.

    ``source_start`` and ``source_step`` are the coordinate of the first sample and the distance between two.
    """
    position = (np.asarray(targets, dtype=np.float64) - source_start) / source_step
    position = np.clip(position, 0, source_count - 1)
    base = np.floor(position).astype(np.int64)
    t = position - base
    weights = np.stack(
        [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ],
        axis=1,
    )
    matrix = np.zeros((len(position), source_count), dtype=np.float32)
    rows = np.arange(len(position))
    for offset in range(4):
        np.add.at(matrix, (rows, np.clip(base + offset - 1, 0, source_count - 1)), weights[:, offset])
    return matrix


def resize(field: Array, shape: Sequence[int]) -> Array:
    """``field`` of any dimension stretched to ``shape``, corner to corner, by cubic interpolation along every axis."""
    out = field
    for axis, count in enumerate(shape):
        targets = np.linspace(0, field.shape[axis] - 1, count)
        matrix = interpolation_matrix(field.shape[axis], 0.0, 1.0, targets)
        out = np.moveaxis(np.tensordot(matrix, out, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(out, dtype=np.float32)


def smooth_noise(shape: Sequence[int], cells: Sequence[int], random: Random, octaves: int = 1) -> Array:
    """Noise of about unit standard deviation with ``cells`` bumps per axis; every octave doubles the bumps."""
    total = np.zeros(tuple(shape), dtype=np.float32)
    amplitude, power = 1.0, 0.0
    for octave in range(octaves):
        counts = [max(2, min(size, count * 2**octave + 1)) for size, count in zip(shape, cells, strict=True)]
        total += np.float32(amplitude) * resize(random.standard_normal(counts, dtype=np.float32), shape)
        power += amplitude**2
        amplitude *= 0.55
    return total / np.float32(np.sqrt(power) * 0.75)


def spectral_tile(size: int, spectrum: Callable[[Array], Array], random: Random) -> Array:
    """A periodic (size, size) tile of unit standard deviation whose amplitude spectrum is ``spectrum(frequency)``.

    Frequency is in cycles per pixel, 0 to 0.71.
    """
    fy = np.fft.fftfreq(size)[:, None]
    fx = np.fft.rfftfreq(size)[None, :]
    frequency = np.hypot(fy, fx).astype(np.float32)
    white = np.fft.rfft2(random.standard_normal((size, size), dtype=np.float32))
    tile = np.fft.irfft2(white * spectrum(frequency), s=(size, size)).astype(np.float32)
    tile -= tile.mean()
    return np.asarray(tile / tile.std(), dtype=np.float32)


def power_law_tile(size: int, exponent: float, random: Random, lowest: float = 2.0) -> Array:
    """A periodic tile with amplitude f^-exponent above ``lowest`` cycles per tile: clouds, parenchyma, skin."""

    def spectrum(frequency: Array) -> Array:
        safe = np.maximum(frequency, lowest / size)
        return np.where(frequency < lowest / size * 0.99, 0, safe**-exponent).astype(np.float32)

    return spectral_tile(size, spectrum, random)


def rolled(tile: Array, shape: tuple[int, int], random: Random) -> Array:
    """A window of ``shape`` cut out of the periodic ``tile`` at a random place, randomly mirrored."""
    rows, columns = shape
    top, left = int(random.integers(tile.shape[0])), int(random.integers(tile.shape[1]))
    window = tile.take(range(top, top + rows), axis=0, mode="wrap").take(
        range(left, left + columns), axis=1, mode="wrap"
    )
    if random.integers(2):
        window = window[::-1]
    if random.integers(2):
        window = window[:, ::-1]
    return window


def blur(field: Array, sigma: float, axes: Sequence[int] = (-2, -1)) -> Array:
    """Gaussian blur of ``sigma`` samples along ``axes``; edges repeat."""
    if sigma <= 0:
        return field
    radius = max(1, round(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2)
    kernel = (kernel / (kernel[0] + 2 * kernel[1:].sum())).astype(np.float32)
    out = np.ascontiguousarray(field, dtype=np.float32)
    for axis in axes:
        number = axis % out.ndim
        before, count = int(np.prod(out.shape[:number])), out.shape[number]
        slabs = out.reshape(before, count, -1)
        if slabs.shape[2] == 1:
            out = _blur_rows(slabs[..., 0], kernel).reshape(out.shape)
        else:
            out = np.stack([_blur_columns(slab, kernel) for slab in slabs]).reshape(out.shape)
    return out


# Both loops work on pieces that stay in the processor's cache: four times faster than whole-array passes.
_PIECE = 1 << 16


def _weighted(pieces: Callable[[int], Array], kernel: Array) -> Array:
    total = pieces(0) * kernel[0]
    for offset in range(1, len(kernel)):
        pair = pieces(offset) + pieces(-offset)
        pair *= kernel[offset]
        total += pair
    return np.asarray(total)


def _blur_rows(field: Array, kernel: Array) -> Array:
    """Along the last axis of (rows, columns)."""
    radius, columns = len(kernel) - 1, field.shape[1]
    out = np.empty_like(field)
    step = max(1, _PIECE // columns)
    for top in range(0, field.shape[0], step):
        padded = np.pad(field[top : top + step], ((0, 0), (radius, radius)), mode="edge")
        out[top : top + step] = _weighted(lambda k, p=padded: p[:, radius + k : radius + k + columns], kernel)  # type: ignore[misc]
    return out


def _blur_columns(field: Array, kernel: Array) -> Array:
    """Along the first axis of (rows, columns)."""
    radius, rows = len(kernel) - 1, field.shape[0]
    out = np.empty_like(field)
    step = max(1, _PIECE // field.shape[1])
    for top in range(0, rows, step):
        count = min(step, rows - top)
        padded = field[np.clip(np.arange(top - radius, top + count + radius), 0, rows - 1)]
        out[top : top + count] = _weighted(lambda k, p=padded, n=count: p[radius + k : radius + k + n], kernel)  # type: ignore[misc]
    return out


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below ``low``, 1 above ``high``, a smooth ramp between (``low`` may be the larger one)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)
