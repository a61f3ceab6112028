"""The CT scanner: adds couch, blur, noise and the reconstruction circle to clean Hounsfield units; writes slices."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage

from archive.demo import part10
from archive.demo.header import Series, image_header
from archive.demo.orders import StudyOrder
from archive.demo.solids import Grid
from archive.demo.texture import Array, blur, rolled, spectral_tile

Hounsfield = NDArray[np.int16]
OFFSET = 1024


@dataclass(frozen=True)
class Kernel:
    """A reconstruction kernel: its name, blur in pixels, edge gain, noise in HU and the noise's peak frequency."""

    name: str
    blur: float
    sharpen: float
    noise: float
    peak: float


SOFT = Kernel("STANDARD", 0.75, 0.0, 10.0, 0.11)
LUNG = Kernel("LUNG", 0.45, 0.55, 34.0, 0.30)
BONE = Kernel("BONE", 0.4, 0.6, 40.0, 0.32)
BRAIN = Kernel("BRAIN", 0.8, 0.0, 3.4, 0.09)


@lru_cache(maxsize=4)
def _noise(kernel: Kernel) -> Array:
    """A periodic noise tile in HU with the ramp-filter spectrum of filtered back-projection."""
    random = np.random.default_rng([71, int(kernel.peak * 1000)])
    tile = spectral_tile(1024, lambda f: f * np.exp(-((f / np.float32(kernel.peak * 1.4)) ** 2)), random)
    return tile * np.float32(kernel.noise)


def _couch(grid: Grid, back: float) -> tuple[Array, Array]:
    """Coverage and HU of the table top: a shallow carbon trough under the patient."""
    y, x = grid.axis(1)[:, None], grid.axis(2)[None, :]
    surface = back + 4 - (x / 20) ** 2 * 0.32
    depth = y - surface
    within = (np.abs(x) < 205).astype(np.float32)
    coverage = within * np.clip(np.minimum(depth, 26 - depth) / 0.8 + 0.5, 0, 1)
    shell = np.minimum(depth, 26 - depth) < 1.6
    return coverage.astype(np.float32), np.where(shell, np.float32(-210), np.float32(-905))


def reconstruct(
    plane: Hounsfield | Array, kernel: Kernel, dose: float, random: np.random.Generator, circle: float | None
) -> NDArray[np.uint16]:
    """Stored values (HU + 1024) of one plane: blurred, sharpened, noisy, cut to ``circle`` half-widths."""
    image = blur(np.asarray(plane, dtype=np.float32), kernel.blur)
    if kernel.sharpen:
        image += np.float32(kernel.sharpen) * (image - blur(image, 1.2))
    rows, columns = image.shape
    across, down = (np.linspace(-1, 1, n, dtype=np.float32) ** 2 for n in (columns, rows))
    u = across[None, :] + down[:, None]
    image += rolled(_noise(kernel), (rows, columns), random) * (np.float32(dose) * (1.15 - 0.45 * np.minimum(u, 1)))
    stored = np.clip(np.rint(image + OFFSET), 0, 4095).astype(np.uint16)
    if circle is not None:
        stored[u > circle * circle] = 0
    return stored


@dataclass(frozen=True)
class CtSeries:
    """What one reconstruction adds to the study: kernel, windows, thickness and how it is stored."""

    series: Series
    kernel: Kernel
    window: tuple[tuple[float, float], ...]
    thickness: float
    transfer_syntax: str
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0)
    contrast: str = ""
    dose: float = 1.0
    image_type: str = "ORIGINAL\\PRIMARY\\AXIAL"
    back: float | None = 122.0
    circle: float | None = 0.998


def axial_slices(order: StudyOrder, wanted: CtSeries, volume: Hounsfield, grid: Grid) -> Iterator[bytes]:
    """One CT Image object per plane of ``volume``, from the head down (``grid`` runs upwards)."""
    couch = _couch(grid, wanted.back) if wanted.back is not None else None
    random = order.random(wanted.series.number)
    for number, index in enumerate(reversed(range(grid.shape[0])), start=1):
        plane = volume[index].astype(np.float32)
        if couch is not None:
            free = couch[0] * (plane < -900)
            plane += free * (couch[1] - plane)
        stored = reconstruct(plane, wanted.kernel, wanted.dose, random, wanted.circle)
        z = grid.start[0] + grid.step[0] * index
        position = (grid.start[2], grid.start[1], z)
        yield ct_image(order, wanted, number, stored, position, (grid.step[1], grid.step[2]))


def ct_image(
    order: StudyOrder,
    wanted: CtSeries,
    number: int,
    stored: NDArray[np.uint16],
    position: tuple[float, float, float],
    spacing: tuple[float, float],
) -> bytes:
    """One CT Image object (PS3.3 §A.3)."""
    ds = image_header(order, wanted.series, number, CTImageStorage, wanted.image_type, seconds=number * 0.05)
    ds.FrameOfReferenceUID = order.uid("frame of reference")
    ds.PositionReferenceIndicator = ""
    ds.PatientPosition = "HFS"
    ds.ImagePositionPatient = [f"{value:.3f}" for value in position]
    ds.ImageOrientationPatient = [f"{value:g}" for value in wanted.orientation]
    if wanted.orientation == (1, 0, 0, 0, 1, 0):
        ds.SliceLocation = f"{position[2]:.3f}"
    ds.PixelSpacing = [f"{value:.6f}" for value in spacing]
    ds.SliceThickness = f"{wanted.thickness:g}"
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = "120", 210, 500, 105
    ds.ConvolutionKernel = wanted.kernel.name
    ds.FilterType = "BODY FILTER"
    ds.DataCollectionDiameter, ds.ReconstructionDiameter = "500", f"{spacing[1] * stored.shape[1]:.1f}"
    ds.GantryDetectorTilt, ds.RotationDirection = "0", "CW"
    if wanted.contrast:
        ds.ContrastBolusAgent, ds.ContrastBolusRoute = wanted.contrast, "IV"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = f"-{OFFSET}", "1", "HU"
    ds.WindowCenter = [f"{centre:g}" for centre, _ in wanted.window]
    ds.WindowWidth = [f"{width:g}" for _, width in wanted.window]
    part10.describe_pixels(ds, stored, 12, "MONOCHROME2")
    part10.put_frames(ds, [stored], wanted.transfer_syntax)
    return part10.part10(ds, wanted.transfer_syntax)


def radiograph(volume: Hounsfield, axis: int) -> Array:
    """Line integrals of attenuation relative to water along ``axis``; head row first, so (z, x) or (z, y)."""
    density = np.maximum(volume, -1000).astype(np.float32)
    total = (density + 1000).sum(axis=axis) / 1000
    return np.asarray(total[::-1], dtype=np.float32)
