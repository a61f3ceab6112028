"""Pixels into data sets and data sets into Part 10 bytes (PS3.10 §7), in the transfer syntax asked for."""

import io
from collections.abc import Sequence
from functools import lru_cache

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr_element, write_data_element, write_file_meta_info
from pydicom.multival import MultiValue
from pydicom.uid import UID

from archive.demo.uids import stable_uid

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int16]

EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
J2K_LOSSLESS = "1.2.840.10008.1.2.4.90"
HTJ2K = "1.2.840.10008.1.2.4.201"
H264 = "1.2.840.10008.1.2.4.102"

IMPLEMENTATION_UID = stable_uid(0, "implementation")
IMPLEMENTATION = "ATRIUM_DEMO_1"


def describe_pixels(ds: Dataset, frame: Pixels, bits_stored: int, photometric: str) -> None:
    """The Image Pixel module (PS3.3 §C.7.6.3) for frames shaped like ``frame``, (rows, columns[, 3])."""
    colour = frame.ndim == 3
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = photometric
    if colour:
        ds.PlanarConfiguration = 0
    ds.Rows, ds.Columns = frame.shape[0], frame.shape[1]
    ds.BitsAllocated = frame.dtype.itemsize * 8
    ds.BitsStored, ds.HighBit = bits_stored, bits_stored - 1
    ds.PixelRepresentation = 1 if frame.dtype.kind == "i" else 0


def encode_frame(frame: Pixels, transfer_syntax: str, quality: int = 90) -> bytes:
    """One frame compressed; lossless for every syntax but baseline JPEG."""
    if transfer_syntax == JPEG:
        return jpeg(np.asarray(frame, dtype=np.uint8), quality)
    if transfer_syntax == RLE:
        return _rle(frame)
    if transfer_syntax == JPEG_LS:
        return bytes(imagecodecs.jpegls_encode(np.ascontiguousarray(frame)))
    if transfer_syntax == JPEG_LOSSLESS:
        return bytes(imagecodecs.ljpeg_encode(np.ascontiguousarray(frame)))
    if transfer_syntax == HTJ2K:
        return bytes(imagecodecs.htj2k_encode(np.ascontiguousarray(frame), reversible=True))
    if transfer_syntax == J2K_LOSSLESS:
        contiguous = np.ascontiguousarray(frame)
        return bytes(imagecodecs.jpeg2k_encode(contiguous, codecformat="j2k", reversible=True, level=0))
    raise ValueError(f"no encoder for {transfer_syntax}")


def jpeg(frame: NDArray[np.uint8], quality: int) -> bytes:
    """Baseline JPEG, 4:2:2 for colour: what YBR_FULL_422 announces (PS3.5 §8.2.1)."""
    out = io.BytesIO()
    Image.fromarray(frame).save(out, format="JPEG", quality=quality, subsampling=1)
    return out.getvalue()


def _rle(frame: Pixels) -> bytes:
    """One frame as DICOM RLE (PS3.5 Annex G): byte planes, most significant first, each packed row by row."""
    samples = np.ascontiguousarray(frame)
    samples = samples if samples.ndim == 3 else samples[..., None]
    planes: list[NDArray[np.uint8]] = []
    for sample in range(samples.shape[2]):
        raw = np.ascontiguousarray(samples[..., sample]).view(np.uint8).reshape(*samples.shape[:2], -1)
        planes.extend(raw[..., byte] for byte in reversed(range(raw.shape[2])))
    segments = []
    for plane in planes:
        packed = b"".join(bytes(imagecodecs.packbits_encode(row.tobytes())) for row in plane)
        segments.append(packed + b"\0" * (len(packed) % 2))
    offsets = np.zeros(16, dtype="<u4")
    offsets[0] = len(segments)
    position = 64
    for index, segment in enumerate(segments):
        offsets[index + 1] = position
        position += len(segment)
    return offsets.tobytes() + b"".join(segments)


def put_frames(ds: Dataset, frames: Sequence[Pixels], transfer_syntax: str, quality: int = 90) -> None:
    """Pixel Data of ``frames``, native or encapsulated with an offset table. Lossy JPEG says so in the data set."""
    if transfer_syntax in (EXPLICIT, IMPLICIT):
        raw = b"".join(np.ascontiguousarray(frame).tobytes() for frame in frames)
        ds.PixelData = raw + b"\0" * (len(raw) % 2)
        ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
        return
    encoded = [encode_frame(frame, transfer_syntax, quality) for frame in frames]
    if transfer_syntax == JPEG:
        mark_lossy(ds, sum(frame.nbytes for frame in frames), sum(map(len, encoded)))
        if ds.SamplesPerPixel == 3:
            ds.PhotometricInterpretation = "YBR_FULL_422"
    ds.PixelData = encapsulate(encoded, has_bot=True)
    ds["PixelData"].VR = "OB"


def mark_lossy(ds: Dataset, before: int, after: int, method: str = "ISO_10918_1") -> None:
    """Lossy Image Compression attributes (PS3.3 §C.7.6.1.1.5)."""
    ds.LossyImageCompression = "01"
    ds.LossyImageCompressionRatio = f"{before / max(1, after):.2f}"
    ds.LossyImageCompressionMethod = method


_BINARY = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "AT"})


def part10(ds: Dataset, transfer_syntax: str = EXPLICIT) -> bytes:
    """The whole object as bytes, preamble and File Meta Information included."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = IMPLEMENTATION
    ds.file_meta = meta
    if "PixelData" in ds:
        ds["PixelData"].is_undefined_length = transfer_syntax not in (EXPLICIT, IMPLICIT)
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, transfer_syntax == IMPLICIT
    out.write(b"\0" * 128 + b"DICM")
    write_file_meta_info(out, meta)
    _write_elements(out, ds)
    return bytes(out.getvalue())


@lru_cache(maxsize=8192)
def _encoded(tag: int, vr: str, value: object, encoding: tuple[str, ...], implicit: bool) -> bytes:
    """One element as bytes. Slices of a series share nine tenths of theirs, so they are remembered."""
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, implicit
    write_data_element(out, DataElement(tag, vr, list(value) if isinstance(value, tuple) else value), list(encoding))
    return bytes(out.getvalue())


def _write_elements(out: DicomBytesIO, ds: Dataset) -> None:
    encoding = tuple(convert_encodings(ds.get("SpecificCharacterSet", "ISO_IR 6")))
    for tag in sorted(ds.keys()):
        element = ds[tag]
        if element.VR == "SQ" or element.VR.startswith("O") or element.is_undefined_length:
            write_data_element(out, correct_ambiguous_vr_element(element, ds, True), list(encoding))
            continue
        value = tuple(str(v) for v in element.value) if isinstance(element.value, MultiValue) else element.value
        if element.VR in ("DS", "IS", "PN", "UI") and not isinstance(value, tuple):
            value = "" if value is None else str(value)
        elif element.VR in _BINARY and isinstance(element.value, MultiValue):
            value = tuple(element.value)
        out.write(_encoded(int(tag), element.VR, value, encoding, bool(out.is_implicit_VR)))
