"""Stored values to 8-bit grey: Modality LUT, then VOI LUT (PS3.4 §N.2, PS3.3 §C.11.1 and §C.11.2).

Integer frames of up to 16 bits go through one table over the values that occur, so that every function is computed
in double precision and still costs 0.2 ms for 512 x 512; everything else is computed pixel by pixel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from archive.dicom.lookup_table import LookupTable, lookup_table
from archive.dicom.pixels import JsonDataset, PixelDescription, number, text
from archive.dicom.render_parameters import VoiFunction, Window

Samples = NDArray[Any]
Values = NDArray[np.float64]
Counts = NDArray[np.int64]
Grey = NDArray[np.uint8]

_XA_XRF: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.12.1",  # X-Ray Angiographic Image Storage
        "1.2.840.10008.5.1.4.1.1.12.2",  # X-Ray Radiofluoroscopic Image Storage
        "1.2.840.10008.5.1.4.1.1.12.3",  # X-Ray Angiographic Bi-Plane Image Storage (retired)
    }
)
_FUNCTIONS: Final[dict[str, VoiFunction]] = {"SIGMOID": "SIGMOID", "LINEAR_EXACT": "LINEAR_EXACT"}
_LOW_PERCENTILE, _HIGH_PERCENTILE = 1.0, 99.0


@dataclass(frozen=True, slots=True)
class GreyPipeline:
    """The transformations of one grayscale frame, as its header gives them."""

    slope: float
    intercept: float
    modality_table: LookupTable | None
    window: Window | None
    voi_table: LookupTable | None
    padding: tuple[float, float] | None
    """Stored values that are no picture (Pixel Padding Value to Range Limit)."""
    identity: bool
    """No VOI in the header, and the stored values are shades already: at most 8 bits, unsigned, not rescaled."""
    bits_stored: int

    @classmethod
    def from_header(cls, header: JsonDataset, description: PixelDescription, window: Window | None) -> GreyPipeline:
        """Read it from a frame's header (`archive.dicom.frame_header`); `window` overrides what the header says.

        Raises:
            CannotUnderstand: a lookup table is broken.
        """
        signed = description.pixel_representation == 1
        slope, intercept, modality_table = 1.0, 0.0, None
        if _modality_lut_applies(header):
            slope = number(header, "00281053") or 1.0
            intercept = number(header, "00281052") or 0.0
            modality_table = _first_table(header, "00283000", signed=signed)
        voi_table = None
        if window is None:
            window = _first_window(header, whole_numbers=description.keyword == "PixelData")
        if window is None:
            voi_table = _first_table(header, "00283010", signed=signed or intercept < 0)
        return cls(
            slope=slope,
            intercept=intercept,
            modality_table=modality_table,
            window=window,
            voi_table=voi_table,
            padding=_padding(header, signed, description.bits_allocated),
            identity=description.bits_stored <= 8 and not signed and (slope, intercept, modality_table) == (1, 0, None),
            bits_stored=description.bits_stored,
        )

    def grey(self, stored: Samples) -> Grey:
        """8-bit shades of the stored values, same shape; 255 is the white of MONOCHROME2."""
        if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2:
            return self._shades(stored, lambda: None)
        inputs = np.arange(int(stored.min()), int(stored.max()) + 1)
        pattern = stored.view(f"u{stored.dtype.itemsize}")
        size = 1 << (8 * stored.dtype.itemsize)
        indices = inputs & (size - 1)  # a value's place in the table is its bit pattern: -1 comes last
        table = np.zeros(size, np.uint8)
        table[indices] = self._shades(inputs, lambda: np.bincount(pattern.ravel(), minlength=size)[indices])
        shades: Grey = np.take(table, pattern)
        return shades

    def _shades(self, stored: Samples, counts: Callable[[], Counts | None]) -> Grey:
        """Shades of `stored` values; `counts` (asked only if needed) says how often each occurs, None for once."""
        values = self._modality(stored)
        if self.voi_table is not None:
            return self.voi_table.eight_bit()[self.voi_table.indices(values)]
        if self.window is not None:
            return windowed(values, self.window)
        if self.identity:
            return _eight_bit(values * (255.0 / ((1 << self.bits_stored) - 1)))
        return windowed(values, self._spread(stored, values, counts()))

    def _modality(self, stored: Samples) -> Values:
        if self.modality_table is not None:
            return self.modality_table.values[self.modality_table.indices(stored)].astype(np.float64)
        return stored.astype(np.float64) * self.slope + self.intercept

    def _spread(self, stored: Samples, values: Values, counts: Counts | None) -> Window:
        """Window from the 1st to the 99th percentile of what is no padding: for images that come without any."""
        picture = np.isfinite(values)
        if self.padding is not None:
            picture &= (stored < self.padding[0]) | (stored > self.padding[1])
        if counts is not None:
            picture &= counts > 0
        if not picture.any():
            return Window(0.0, 1.0, "LINEAR_EXACT")
        low, high = _percentiles(values[picture], None if counts is None else counts[picture])
        if low == high:
            low, high = float(values[picture].min()), float(values[picture].max())
        return Window((low + high) / 2, max(high - low, 1e-9), "LINEAR_EXACT")


def windowed(values: Values, window: Window) -> Grey:
    """The three VOI LUT functions with the output range 0..255, rounded half up (PS3.3 §C.11.2.1.2, §C.11.2.1.3)."""
    if window.function == "SIGMOID":
        with np.errstate(over="ignore"):
            return _eight_bit(255.0 / (1.0 + np.exp(-4.0 * (values - window.center) / window.width)))
    if window.function == "LINEAR_EXACT":
        return _eight_bit(((values - window.center) / window.width + 0.5) * 255.0)
    center, width = window.center - 0.5, window.width - 1.0
    if width <= 0:
        return np.where(values > center, np.uint8(255), np.uint8(0))
    return _eight_bit(((values - center) / width + 0.5) * 255.0)


def _eight_bit(shades: Values) -> Grey:
    rounded = np.floor(np.nan_to_num(shades, nan=0.0, posinf=255.0, neginf=0.0) + 0.5)
    return np.clip(rounded, 0, 255).astype(np.uint8)


def _percentiles(values: Values, counts: Counts | None) -> tuple[float, float]:
    """Nearest-rank percentiles of values that occur once each, or `counts` times."""
    shares = np.array([_LOW_PERCENTILE, _HIGH_PERCENTILE]) / 100.0
    if counts is None:
        ranks = (shares * (len(values) - 1)).astype(np.int64)
        low, high = np.partition(values, ranks)[ranks]
        return float(low), float(high)
    order = np.argsort(values, kind="stable")
    running = np.cumsum(counts[order])
    low, high = np.searchsorted(running, running[-1] * shares)
    return float(values[order[low]]), float(values[order[high]])


def _modality_lut_applies(header: JsonDataset) -> bool:
    """In XA and XRF with LOG or DISP values the Modality LUT leads back to the detector, not to the display
    (PS3.3 §C.8.7.1.1.2)."""
    return not (text(header, "00080016") in _XA_XRF and text(header, "00281040") in ("LOG", "DISP"))


def _first_window(header: JsonDataset, *, whole_numbers: bool) -> Window | None:
    """The first alternative of Window Center and Width; None when there is none that means anything."""
    center, width = number(header, "00281050"), number(header, "00281051")
    if center is None or width is None:
        return None
    # LINEAR counts in whole numbers: a width of 1 is a threshold, less is senseless. Float pixels and maps of small
    # numbers come with such widths and mean the plain ramp.
    default: VoiFunction = "LINEAR" if whole_numbers and width >= 1 else "LINEAR_EXACT"
    window = Window(center, width, _FUNCTIONS.get(text(header, "00281056"), default))
    return window if window.valid else None


def _first_table(header: JsonDataset, sequence_tag: str, *, signed: bool) -> LookupTable | None:
    items = header.get(sequence_tag, {}).get("Value") or []
    item = items[0] if items and isinstance(items[0], dict) else None
    return None if item is None else lookup_table(item, "00283002", "00283006", signed=signed)


def _padding(header: JsonDataset, signed: bool, bits: int) -> tuple[float, float] | None:
    value, limit = number(header, "00280120"), number(header, "00280121")
    if value is None:
        return None
    limit = value if limit is None else limit
    if signed:  # implicit VR gives US or SS by guess
        value, limit = (stored - (1 << bits) if stored >= 1 << (bits - 1) else stored for stored in (value, limit))
    return min(value, limit), max(value, limit)
