"""LUT Descriptor and LUT Data, one reader for Modality, VOI and palette tables (PS3.3 §C.7.6.3.1.5, §C.11)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.dicom.pixels import JsonDataset
from archive.errors import CannotUnderstand


@dataclass(frozen=True, slots=True)
class LookupTable:
    """`values[0]` answers for inputs up to `first`, the last one for everything beyond the end."""

    first: int
    bits: int
    """Bits per entry, 8 or 16 mostly."""
    values: NDArray[np.uint16]

    def indices(self, inputs: NDArray[Any]) -> NDArray[np.int64]:
        """Which entry answers for each of `inputs`, of any shape; fractions go to the nearest."""
        nearest = np.floor(np.nan_to_num(inputs.astype(np.float64)) + 0.5) - self.first
        indices: NDArray[np.int64] = np.clip(nearest, 0, len(self.values) - 1).astype(np.int64)
        return indices

    def eight_bit(self) -> NDArray[np.uint8]:
        """Entries scaled to 0..255."""
        if self.bits <= 8:
            return self.values.astype(np.uint8)
        return (self.values >> (self.bits - 8)).astype(np.uint8)


def lookup_table(dataset: JsonDataset, descriptor_tag: str, data_tag: str, *, signed: bool) -> LookupTable | None:
    """The table under these two tags; None when either is missing or its data was not resolved from bulk data.

    `signed` says how the inputs are to be read: the first input mapped is a signed number then, whatever VR the
    sender gave it.

    Raises:
        CannotUnderstand: the descriptor is not three numbers, or the data is shorter than it says.
    """
    data = dataset.get(data_tag)
    if data is None or descriptor_tag not in dataset:
        return None
    entries, first, bits = _descriptor(dataset[descriptor_tag])
    raw = words(data)
    if raw is None:
        return None
    return table(raw, entries, first - 65536 if signed and first > 32767 else first, bits)


def table(raw: bytes, entries: int, first: int, bits: int) -> LookupTable:
    """A table of `entries` from little-endian words, or from bytes where the data is only that long.

    Raises:
        CannotUnderstand: less data than entries.
    """
    if len(raw) >= 2 * entries:
        values = np.frombuffer(raw, "<u2", entries)
    elif len(raw) >= entries:
        values = np.frombuffer(raw, np.uint8, entries).astype(np.uint16)
    else:
        raise CannotUnderstand(f"a lookup table of {entries} entries has only {len(raw)} bytes")
    # Ultrasound makers declare 16 bits and fill 8 (seen in PALETTE COLOR): believe the values.
    if bits > 8 and int(values.max()) < 256:
        bits = 8
    return LookupTable(first, bits, values)


def _descriptor(element: Mapping[str, Any]) -> tuple[int, int, int]:
    values = element.get("Value") or []
    if len(values) != 3 or not all(isinstance(value, int) for value in values):
        raise CannotUnderstand("a LUT Descriptor is not three numbers")
    entries, first, bits = values
    if not (0 <= entries <= 65536 and -32768 <= first <= 65535 and 1 <= bits <= 16):
        raise CannotUnderstand("a LUT Descriptor is out of range")
    return entries or 65536, first, bits


def words(element: Mapping[str, Any]) -> bytes | None:
    """Table data as little-endian 16-bit words, from numbers or inline binary; None when it is elsewhere."""
    if "InlineBinary" in element:
        try:
            return base64.b64decode(element["InlineBinary"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise CannotUnderstand("LUT Data is not base64") from None
    if "Value" in element:
        try:
            return np.array(element["Value"], np.int64).astype("<u2").tobytes()
        except (TypeError, ValueError, OverflowError):
            raise CannotUnderstand("LUT Data is not numbers") from None
    return None
