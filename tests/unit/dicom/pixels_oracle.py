"""pydicom as the judge: its reading of a file's frames, and what our own code is to be given for the same file."""

from __future__ import annotations

import contextlib
import csv
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames

from archive.dicom.pixels import PixelDescription
from archive.dicom.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN, TRANSFER_SYNTAXES

_PIXEL_KEYWORDS = {"PixelData": "7FE00010", "FloatPixelData": "7FE00008", "DoubleFloatPixelData": "7FE00009"}
_HEADER_TAGS = (0x00080016, 0x00181164, 0x00620001, 0x0062000E, 0x52009229, 0x52009230)


@dataclass(frozen=True)
class Image:
    """One file with pixel data."""

    name: str
    dataset: Dataset
    transfer_syntax_uid: str
    header: dict[str, Any]
    """In the DICOM JSON model, lookup tables inlined."""

    @property
    def description(self) -> PixelDescription:
        return PixelDescription.from_dicom_json(self.header)

    def encoded_frames(self, most: int = 3) -> list[bytes]:
        """The first frames as stored, native ones from their first bit."""
        value = self._value
        if TRANSFER_SYNTAXES[self.transfer_syntax_uid].encapsulated:
            frames = generate_frames(value, number_of_frames=self.description.number_of_frames)
            return [frame for frame, _ in zip(frames, range(most), strict=False)]
        bits = self.description.frame_bits
        if TRANSFER_SYNTAXES[self.transfer_syntax_uid].big_endian and self.description.number_of_frames == 1:
            return [value]  # with the padding byte, which is the first of the last word
        return [_cut(value, index * bits, bits) for index in range(min(most, self.description.number_of_frames))]

    def expected(self, index: int, plugin: str = "") -> NDArray[Any]:
        """pydicom's stored values of one frame, colours as they are."""
        self.dataset.pixel_array_options(index=index, raw=True, decoding_plugin=plugin)
        return self.dataset.pixel_array

    @property
    def _value(self) -> bytes:
        value: bytes = next(self.dataset[keyword].value for keyword in _PIXEL_KEYWORDS if keyword in self.dataset)
        return value


def image(dataset: Dataset, name: str = "") -> Image | None:
    """The data set as an image; None when it has no pixel data."""
    keyword = next((keyword for keyword in _PIXEL_KEYWORDS if keyword in dataset), None)
    if keyword is None or dataset[keyword].value is None:
        return None
    meta = getattr(dataset, "file_meta", None)
    syntax = str(meta.get("TransferSyntaxUID", "") if meta else "") or IMPLICIT_VR_LITTLE_ENDIAN
    return Image(name, dataset, syntax, header_of(dataset) | {_PIXEL_KEYWORDS[keyword]: {"vr": dataset[keyword].VR}})


def header_of(dataset: Dataset) -> dict[str, Any]:
    """Image attributes of a data set in the DICOM JSON model."""
    subset = Dataset()
    for element in dataset.group_dataset(0x0028):
        subset.add(element)
    for tag in _HEADER_TAGS:
        if tag in dataset:
            subset.add(dataset[tag])
    header: dict[str, Any] = subset.to_json_dict(suppress_invalid_tags=True)
    return header


def images(root: Path, folder: str = "") -> Iterator[Image]:
    """Every file of the real data set that pydicom reads and that has pixel data."""
    with (root / "MANIFEST.csv").open(newline="") as rows:
        names = [row["relative_path"] for row in csv.DictReader(rows)]
    for name in names:
        if not name.startswith(folder):
            continue
        with warnings.catch_warnings(), contextlib.suppress(Exception):  # what pydicom can't read is tested elsewhere
            warnings.simplefilter("ignore")
            found = image(pydicom.dcmread(root / name, force=True), name)
            if found is not None:
                yield found


def one(root: Path, name: str) -> Image:
    """A file known to be an image."""
    found = image(pydicom.dcmread(root / name, force=True), name)
    assert found is not None
    return found


def stored_values(frame: bytes, description: PixelDescription) -> NDArray[Any]:
    """Our decoded bytes, read in the plainest way: no bit is cleaned, so that nothing is hidden."""
    shape: tuple[int, ...] = (description.rows, description.columns)
    if description.bits_allocated == 1:
        return np.unpackbits(np.frombuffer(frame, np.uint8), bitorder="little")[: shape[0] * shape[1]].reshape(shape)
    kind = "f" if description.keyword != "PixelData" else "ui"[description.pixel_representation]
    values = np.frombuffer(frame, f"<{kind}{description.bits_allocated // 8}")
    if description.samples_per_pixel == 1:
        return values.reshape(shape)
    if description.planar_configuration == 1:
        return values.reshape(description.samples_per_pixel, *shape).transpose(1, 2, 0)
    return values.reshape(*shape, description.samples_per_pixel)


def _cut(value: bytes, first_bit: int, bits: int) -> bytes:
    if first_bit % 8 == 0:
        return value[first_bit // 8 : (first_bit + bits + 7) // 8]
    whole = int.from_bytes(value[first_bit // 8 : (first_bit + bits + 7) // 8], "little") >> first_bit % 8
    return (whole & ((1 << bits) - 1)).to_bytes((bits + 7) // 8, "little")
