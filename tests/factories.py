"""Synthetic data sets of many kinds. No patient data: names are of nobody, pixels are computed.

Every function returns pydicom data sets that are complete enough to be stored; `part10_bytes` makes files of them in
any transfer syntax that needs no codec, `encapsulated` wraps codestreams made elsewhere.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RawDataStorage,
    SecondaryCaptureImageStorage,
)

JPEG_BASELINE = UID("1.2.840.10008.1.2.4.50")
RLE_LOSSLESS = UID("1.2.840.10008.1.2.5")
BASIC_TEXT_SR = UID("1.2.840.10008.5.1.4.1.1.88.11")
ENCAPSULATED_PDF = UID("1.2.840.10008.5.1.4.1.1.104.1")
GENERAL_ECG = UID("1.2.840.10008.5.1.4.1.1.9.1.2")

_ROOT = "2.25.329800735698586629295641978511506172919"


def uid(*numbers: int) -> str:
    """The same UID for the same numbers, in every run."""
    return ".".join([_ROOT, *map(str, numbers)])


def instance(sop_class_uid: str = RawDataStorage, *, study: int = 1, series: int = 1, number: int = 1) -> Dataset:
    """The attributes that every instance has: patient, study, series, identity."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class_uid
    ds.SOPInstanceUID = uid(study, series, number)
    ds.StudyDate = "20260314"
    ds.SeriesDate = "20260314"
    ds.ContentDate = "20260314"
    ds.StudyTime = "081530"
    ds.SeriesTime = "081612.250"
    ds.ContentTime = f"0817{number % 60:02d}"
    ds.AccessionNumber = f"A{study:06d}"
    ds.Modality = "OT"
    ds.Manufacturer = "Atrium Synthetic"
    ds.InstitutionName = "Klinik Übersee"
    ds.ReferringPhysicianName = "Muster^Erika^^Dr."
    ds.StudyDescription = "Synthetic study"
    ds.SeriesDescription = f"Series {series}"
    ds.PatientName = "Tester^Theo"
    ds.PatientID = f"P{study:05d}"
    ds.IssuerOfPatientID = "ATRIUM"
    ds.PatientBirthDate = "19700101"
    ds.PatientSex = "O"
    ds.StudyInstanceUID = uid(study)
    ds.SeriesInstanceUID = uid(study, series)
    ds.StudyID = str(study)
    ds.SeriesNumber = series
    ds.InstanceNumber = number
    return ds


def with_pixels(ds: Dataset, pixels: np.ndarray, *, bits_stored: int | None = None) -> Dataset:
    """Gives `ds` an Image Pixel Module for an array (rows, columns), (frames, rows, columns) or (rows, columns, 3)."""
    colour = pixels.ndim >= 3 and pixels.shape[-1] == 3
    rows, columns = (pixels.shape[-3], pixels.shape[-2]) if colour else (pixels.shape[-2], pixels.shape[-1])
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 0
    if pixels.ndim - colour > 2:
        ds.NumberOfFrames = pixels.shape[0]
    ds.Rows, ds.Columns = rows, columns
    ds.BitsAllocated = pixels.dtype.itemsize * 8
    ds.BitsStored = bits_stored or ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    ds.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
    if len(ds.PixelData) % 2:
        ds.PixelData += b"\0"
    return ds


def ct_series(count: int = 3, *, rows: int = 64, columns: int = 64, study: int = 1, series: int = 1) -> list[Dataset]:
    """An axial CT of a cylinder with a brighter core, 2.5 mm apart, with the header of a real scanner's size."""
    return [ct_slice(index, rows=rows, columns=columns, study=study, series=series) for index in range(count)]


def ct_slice(index: int = 0, *, rows: int = 64, columns: int = 64, study: int = 1, series: int = 1) -> Dataset:
    """One slice of `ct_series`, counted from 0."""
    ds = instance(CTImageStorage, study=study, series=series, number=index + 1)
    ds.Modality = "CT"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.BodyPartExamined = "CHEST"
    ds.ProtocolName = "Thorax native"
    ds.StationName = "CT1"
    ds.ManufacturerModelName = "Phantom 64"
    ds.SoftwareVersions = ["1.2", "3.4"]
    ds.PatientPosition = "HFS"
    ds.KVP = "120"
    ds.SliceThickness = "2.5"
    ds.GantryDetectorTilt = "0"
    ds.XRayTubeCurrent = 210 + index
    ds.ExposureTime = 500
    ds.ConvolutionKernel = "B30f"
    ds.AcquisitionDateTime = f"20260314081700.{index:06d}"
    ds.FrameOfReferenceUID = uid(study, series, 0, 1)
    ds.ImagePositionPatient = ["-160.0", "-160.0", f"{-100 + 2.5 * index:.1f}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.PixelSpacing = ["0.625", "0.625"]
    ds.WindowCenter = ["40", "-600"]
    ds.WindowWidth = ["400", "1500"]
    ds.RescaleIntercept = "-1024"
    ds.RescaleSlope = "1"
    ds.RequestAttributesSequence = [request_attributes()]
    ds.ProcedureCodeSequence = [code("CTTHOR", "99ATRIUM", "CT thorax")]
    private = ds.private_block(0x0019, "ATRIUM TEST 01", create=True)
    private.add_new(0x01, "LO", "private text")
    private.add_new(0x02, "US", [1, 2, 3])
    y, x = np.mgrid[:rows, :columns]
    radius = np.hypot(y - rows / 2, x - columns / 2) / (columns / 2)
    pixels = np.where(radius < 0.3, 1064, np.where(radius < 0.9, 1024 - 80, 24)) + (x + y + index) % 7
    return with_pixels(ds, pixels.astype(np.int16), bits_stored=16)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """An Item of a code sequence (PS3.3 §8)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def request_attributes(step: str = "SPS1", procedure: str = "RP1", accession: str = "A000001") -> Dataset:
    """An Item of Request Attributes Sequence."""
    item = Dataset()
    item.AccessionNumber = accession
    item.RequestedProcedureID = procedure
    item.ScheduledProcedureStepID = step
    return item


def multi_frame(frames: int = 4, *, rows: int = 16, columns: int = 16, study: int = 2) -> Dataset:
    """An enhanced multi-frame CT with shared and per-frame functional groups."""
    ds = instance(EnhancedCTImageStorage, study=study)
    ds.Modality = "CT"
    shared, measures = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = ["0.5", "0.5"], "1"
    shared.PixelMeasuresSequence = [measures]
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = [_frame_groups(index) for index in range(frames)]
    pixels = np.arange(frames * rows * columns, dtype=np.uint16).reshape(frames, rows, columns)
    return with_pixels(ds, pixels, bits_stored=12)


def _frame_groups(index: int) -> Dataset:
    groups, position, content = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = ["0", "0", str(index)]
    content.DimensionIndexValues = [1, index + 1]
    groups.PlanePositionSequence = [position]
    groups.FrameContentSequence = [content]
    return groups


def bitmap_frames(frames: int = 3, *, rows: int = 5, columns: int = 7, study: int = 3) -> Dataset:
    """A one-bit multi-frame instance whose frames do not begin at bytes, as segmentations have."""
    ds = with_pixels(
        instance(SecondaryCaptureImageStorage, study=study), np.zeros((frames, rows, columns), dtype=np.uint8)
    )
    bits = np.arange(frames * rows * columns) % 3 == 0
    packed = np.packbits(bits, bitorder="little").tobytes()
    ds.BitsAllocated = ds.BitsStored = 1
    ds.HighBit = 0
    ds.PixelData = packed + b"\0" * (len(packed) % 2)
    return ds


def structured_report(*, study: int = 4) -> Dataset:
    """A Basic Text SR with a title and one finding."""
    ds = instance(BASIC_TEXT_SR, study=study)
    ds.Modality = "SR"
    ds.ValueType = "CONTAINER"
    ds.ConceptNameCodeSequence = [code("11528-7", "LN", "Radiology Report")]
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    finding = Dataset()
    finding.RelationshipType, finding.ValueType = "CONTAINS", "TEXT"
    finding.ConceptNameCodeSequence = [code("121071", "DCM", "Finding")]
    finding.TextValue = "Kein Befund. Paths may hold a \\ and stay one value."
    ds.ContentSequence = [finding]
    return ds


def encapsulated_pdf(*, study: int = 5, length: int = 4000) -> Dataset:
    """An Encapsulated PDF of a given size (the bytes only begin like one)."""
    ds = instance(ENCAPSULATED_PDF, study=study)
    ds.Modality = "DOC"
    ds.DocumentTitle = "Report"
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = (b"%PDF-1.4\n" + b"x" * length)[: length - length % 2]
    return ds


def ecg(*, study: int = 6, samples: int = 1000) -> Dataset:
    """A one-channel waveform, whose data lie inside a Sequence Item."""
    ds = instance(GENERAL_ECG, study=study)
    ds.Modality = "ECG"
    group = Dataset()
    group.NumberOfWaveformChannels = 1
    group.NumberOfWaveformSamples = samples
    group.SamplingFrequency = "500"
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    wave = np.round(1000 * np.sin(np.arange(samples) / 25)).astype("<i2")
    group.add_new(0x54001010, "OW", wave.tobytes())
    ds.WaveformSequence = [group]
    return ds


def encapsulated(
    frames: Sequence[bytes],
    *,
    transfer_syntax_uid: str = JPEG_BASELINE,
    table: str = "basic",
    fragments_per_frame: int = 1,
    study: int = 7,
) -> FileDataset:
    """An instance around ready codestreams, with a `basic`, an `extended` or an `empty` offset table."""
    ds = instance(SecondaryCaptureImageStorage, study=study)
    with_pixels(ds, np.zeros((8, 8), dtype=np.uint8))
    if len(frames) > 1:
        ds.NumberOfFrames = len(frames)
    if table == "extended":
        ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(list(frames))
    else:
        ds.PixelData = encapsulate(list(frames), fragments_per_frame=fragments_per_frame, has_bot=table == "basic")
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return as_file(ds, transfer_syntax_uid)


def jpeg_like(index: int = 0, size: int = 100) -> bytes:
    """Bytes with the markers of a JPEG stream, enough to tell where a frame begins; no decoder takes them."""
    return b"\xff\xd8\xff\xe0" + bytes([index % 256]) * size + b"\xff\xd9"


def named(name: str, character_sets: str | list[str], *, study: int = 8) -> Dataset:
    """An instance whose text is in other character sets; pydicom encodes it when it is written."""
    ds = instance(study=study)
    ds.SpecificCharacterSet = character_sets
    ds.InstitutionName = "Hospital"
    ds.PatientName = name
    return ds


def part10_with_raw_name(raw: bytes, character_sets: str | list[str] | None, *, study: int = 8) -> bytes:
    """A file whose Patient's Name is these very bytes, whatever the character sets make of them."""
    ds = named("#" * len(raw), character_sets or "", study=study)
    if character_sets is None:
        del ds.SpecificCharacterSet
    return part10_bytes(ds).replace(b"#" * len(raw), raw)


ODD_CHARACTER_SETS: tuple[tuple[str, str | list[str]], ...] = (
    ("Buc^Jérôme", "ISO_IR 100"),
    ("Äneas^Rüdiger", "ISO_IR 100"),
    ("Люкceмбypг", "ISO_IR 144"),
    ("Διονυσιος", "ISO_IR 126"),
    ("קבנצ^רהצ", "ISO_IR 138"),
    ("Wang^XiaoDong=王^小東=", "ISO_IR 192"),
    ("Wang^XiaoDong=王^小东=", "GB18030"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", ["", "ISO 2022 IR 87"]),
    ("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", ["ISO 2022 IR 13", "ISO 2022 IR 87"]),
    ("Hong^Gildong=洪^吉洞=홍^길동", ["", "ISO 2022 IR 149"]),
)


def as_file(ds: Dataset, transfer_syntax_uid: str = ExplicitVRLittleEndian) -> FileDataset:
    """`ds` with File Meta Information for a transfer syntax."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    meta.ImplementationClassUID = UID(uid(999))
    syntax = meta.TransferSyntaxUID
    own = Dataset()
    own.update(ds)  # a data set made of another one would share its elements
    return FileDataset(
        "",
        own,
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=syntax.is_implicit_VR,
        is_little_endian=syntax.is_little_endian,
    )


def part10_bytes(ds: Dataset, transfer_syntax_uid: str | None = None) -> bytes:
    """The data set as a DICOM file (PS3.10), Explicit VR Little Endian unless said or set already.

    Pixel data of the factories are little endian; for Explicit VR Big Endian words are swapped here, since pydicom
    writes them as they stand.
    """
    if transfer_syntax_uid is not None or getattr(ds, "file_meta", None) is None:
        ds = as_file(ds, transfer_syntax_uid or ExplicitVRLittleEndian)
    if ds.file_meta.TransferSyntaxUID == ExplicitVRBigEndian and "PixelData" in ds and ds["PixelData"].VR == "OW":
        swapped = np.frombuffer(ds.PixelData, dtype="<u2").astype(">u2").tobytes()
        ds = as_file(ds, ExplicitVRBigEndian)
        ds["PixelData"] = DataElement(0x7FE00010, "OW", swapped)
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


NATIVE_TRANSFER_SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


def deflate_bomb(megabytes: int = 64) -> bytes:
    """A small file that inflates to `megabytes` of zeros."""
    whole = part10_bytes(instance())
    start = whole.index(b"\x08\x00\x05\x00CS")
    meta = part10_bytes(instance(), DeflatedExplicitVRLittleEndian)
    head = meta[: 132 + 12 + int.from_bytes(meta[140:144], "little")]
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = whole[start:] + b"\xe0\x7f\x10\x00OB\0\0" + struct.pack("<I", megabytes << 20)
    out = [stream.compress(body)]
    out += [stream.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return head + b"".join(out) + stream.flush()
