"""Synthetic instances made fast: one CT encoded by pydicom, then copied with other UIDs of the same length."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
# Placeholders of 43 characters, as long as every UID that new_uid() makes.
STUDY, SERIES, SOP = (f"2.25.{digit * 38}" for digit in "567")
PATIENT_ID = "PATIENT000000000"
PIXEL_MARK = b"\x5a\xa5" * 8


def new_uid() -> str:
    """A UID of 43 characters that nobody had before."""
    return f"2.25.{10**37 + secrets.randbelow(9 * 10**37)}"


@dataclass(frozen=True)
class SyntheticInstance:
    """A Part 10 instance with the UIDs it carries."""

    study: str
    series: str
    sop: str
    data: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Below the service root."""
        return f"/studies/{self.study}/series/{self.series}/instances/{self.sop}"


def header(rows: int = 64, columns: int = 64, frames: int = 1) -> Dataset:
    """The data set of a plausible CT slice, without pixels."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = EXPLICIT_LE
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CT
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = SOP
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, SERIES
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyDate, dataset.StudyTime = "20260301", "101500"
    dataset.AccessionNumber, dataset.Modality, dataset.StudyID = "A1", "CT", "1"
    dataset.PatientName, dataset.PatientID = "Synthetic^Sölve", PATIENT_ID
    dataset.PatientBirthDate, dataset.PatientSex = "19700101", "O"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 1
    dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
    dataset.WindowCenter, dataset.WindowWidth = 40, 400
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = rows, columns
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    if frames > 1:
        dataset.NumberOfFrames = frames
    return dataset


@lru_cache(maxsize=4)
def _template(pixel_bytes: int) -> bytes:
    """A whole file whose pixels begin with a mark, so that every instance can have its own."""
    side = int((pixel_bytes // 2) ** 0.5)
    dataset = header(side, side)
    noise = bytes(range(256)) * (side * side * 2 // 256 + 1)
    dataset.PixelData = PIXEL_MARK + noise[: side * side * 2 - len(PIXEL_MARK)]
    dataset["PixelData"].VR = "OW"
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def study(count: int, *, uid: str = "", series: str = "", pixel_bytes: int = 8192) -> list[SyntheticInstance]:
    """`count` instances of one Series of one new Study of one new patient, each with pixels of its own."""
    uid, series = uid or new_uid(), series or new_uid()
    base = _template(pixel_bytes).replace(STUDY.encode(), uid.encode()).replace(SERIES.encode(), series.encode())
    base = base.replace(PATIENT_ID.encode(), f"P{uid[-15:]}".encode())
    made = []
    for _ in range(count):
        sop = new_uid()
        data = base.replace(SOP.encode(), sop.encode()).replace(PIXEL_MARK, secrets.token_bytes(len(PIXEL_MARK)))
        made.append(SyntheticInstance(uid, series, sop, data))
    return made


def huge(pixel_bytes: int, *, uid: str, series: str) -> tuple[SyntheticInstance, int]:
    """The beginning of a multi-frame instance and the number of pixel bytes that must follow (1 MiB frames)."""
    frames = pixel_bytes >> 20
    dataset = header(512, 1024, frames)
    sop = new_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid, series
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = sop
    dataset.PatientID = f"P{uid[-15:]}"
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    length = frames << 20
    start = buffer.getvalue() + b"\xe0\x7f\x10\x00OW\x00\x00" + length.to_bytes(4, "little")
    return SyntheticInstance(uid, series, sop, start), length


def stream(instance: SyntheticInstance, pixel_bytes: int, block: bytes) -> Iterator[bytes]:
    """The bytes of a `huge` instance, one block at a time."""
    yield instance.data
    for _ in range(pixel_bytes // len(block)):
        yield block
