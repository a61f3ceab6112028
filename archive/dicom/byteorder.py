"""Big endian values as little endian ones: which VRs have a byte order, and of what width (PS3.5 §7.3)."""

from __future__ import annotations

from typing import Final

import numpy as np

WIDTH_BY_VR: Final[dict[str, int]] = {
    "AT": 2,
    "FD": 8,
    "FL": 4,
    "OD": 8,
    "OF": 4,
    "OL": 4,
    "OV": 8,
    "OW": 2,
    "SL": 4,
    "SS": 2,
    "SV": 8,
    "UL": 4,
    "US": 2,
    "UV": 8,
}


def swapped(vr: str, raw: bytes) -> bytes:
    """The value with its other byte order; a trailing part of a word stays as it is."""
    width = WIDTH_BY_VR.get(vr, 1)
    if width == 1:
        return raw
    whole = len(raw) - len(raw) % width
    return np.frombuffer(raw, dtype=f"u{width}", count=whole // width).byteswap().tobytes() + raw[whole:]
