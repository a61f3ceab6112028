from __future__ import annotations

import io
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from archive.dicom.decode_pool import DecodePool
from archive.dicom.pixels import PixelDescription, decode_frame
from archive.dicom.scanner import scan
from archive.dicom.transcode import decompressed
from archive.errors import CannotUnderstand, UnsupportedTransferSyntax
from tests.factories import bitmap_frames, ct_slice, encapsulated, instance, part10_bytes, with_pixels
from tests.unit.dicom.pixels_oracle import images

EXPLICIT, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"


class InProcess:
    """The decoder itself, without children, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def decode(self, frame: bytes, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
        self.asked += 1
        return decode_frame(frame, description, transfer_syntax_uid)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with closing(DecodePool(1)) as made:
        yield made


def compressed(ds: Dataset, pixels: NDArray[Any], codestreams: list[bytes], uid: str) -> bytes:
    """`ds` with `pixels` described and `codestreams` inside."""
    with_pixels(ds, pixels)
    wrapped = encapsulated(codestreams, transfer_syntax_uid=uid)
    ds.PixelData = wrapped.PixelData
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return part10_bytes(ds, uid)


def read(chunks: Iterator[bytes]) -> Dataset:
    ds = pydicom.dcmread(io.BytesIO(b"".join(chunks)))
    assert ds.file_meta.TransferSyntaxUID == EXPLICIT
    return ds


def noise(*shape: int) -> NDArray[Any]:
    return np.random.default_rng(11).integers(0, 256, shape).astype(np.uint8)


def test_pixels_are_native_and_everything_else_stays() -> None:
    original = ct_slice(rows=32, columns=40)
    before = original.to_json_dict()
    pixels = original.pixel_array if hasattr(original, "file_meta") else np.frombuffer(original.PixelData, "<i2")
    stream = imagecodecs.jpeg2k_encode(pixels.reshape(32, 40), reversible=True, codecformat="j2k")
    made = read(decompressed(compressed(original, pixels.reshape(32, 40), [stream], JPEG_2000), InProcess()))
    assert np.array_equal(made.pixel_array, pixels.reshape(32, 40))
    after = made.to_json_dict()
    assert {tag for tag in before | after if before.get(tag) != after.get(tag)} <= {"7FE00010"}


def test_frames_follow_each_other_and_are_decoded_one_at_a_time() -> None:
    pixels = noise(20, 64, 64)
    data = compressed(instance(), pixels, [imagecodecs.jpegls_encode(frame) for frame in pixels], JPEG_LS)
    decoder = InProcess()
    chunks = decompressed(data, decoder)
    first = next(chunks)
    assert decoder.asked < 20
    made = read(iter([first, *chunks]))
    assert np.array_equal(made.pixel_array, pixels)
    assert decoder.asked == 20


def test_memory_is_one_frame_not_the_whole() -> None:
    pixels = np.zeros((40, 1024, 1024), np.uint8)
    stream = imagecodecs.jpegls_encode(pixels[0] + noise(1024, 1024) // 64)
    data = compressed(instance(), pixels[:1], [stream] * 40, JPEG_LS)
    ds = pydicom.dcmread(io.BytesIO(data))
    ds.NumberOfFrames = 40
    data = part10_bytes(ds, JPEG_LS)
    tracemalloc.start()
    length = sum(len(chunk) for chunk in decompressed(data, InProcess()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 40 * 1024 * 1024
    assert peak < 12 * 1024 * 1024 + len(data)


def test_one_bit_frames_are_joined_without_gaps() -> None:
    """PS3.5 §8.1.1: native frames of 1-bit pixels need not begin at a byte, encapsulated ones do."""
    ds = bitmap_frames(5, rows=5, columns=7)
    bits = np.unpackbits(np.frombuffer(ds.PixelData, np.uint8), bitorder="little")[: 5 * 35].reshape(5, 35)
    native = ds.PixelData
    frames = [
        imagecodecs.jpeg2k_encode(frame.reshape(5, 7), reversible=True, codecformat="j2k", bitspersample=1)
        for frame in bits
    ]
    ds.PixelData = encapsulated(frames, transfer_syntax_uid=JPEG_2000).PixelData
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    made = read(decompressed(part10_bytes(ds, JPEG_2000), InProcess()))
    assert made.PixelData == native
    assert np.array_equal(made.pixel_array.reshape(5, 35), bits)


def test_subsampled_jpeg_says_ybr_full_and_lossy() -> None:
    pixels = noise(16, 16, 3)
    ds = instance()
    with_pixels(ds, pixels)
    stream = imagecodecs.jpeg8_encode(pixels, 90, colorspace="RGB", outcolorspace="YCBCR", subsampling="422")
    data = compressed(ds, pixels, [stream], JPEG)
    labelled = pydicom.dcmread(io.BytesIO(data))
    labelled.PhotometricInterpretation = "YBR_FULL_422"
    made = read(decompressed(part10_bytes(labelled, JPEG), InProcess()))
    assert made.PhotometricInterpretation == "YBR_FULL"
    assert made.LossyImageCompression == "01"
    assert len(made.PixelData) == pixels.size
    labelled.pixel_array_options(decoding_plugin="pillow")
    assert np.array_equal(made.pixel_array, labelled.pixel_array)


def test_what_needs_no_decoding_is_only_rewritten() -> None:
    ds = ct_slice(rows=16, columns=16)
    decoder = InProcess()
    made = read(decompressed(part10_bytes(ds, "1.2.840.10008.1.2"), decoder))
    assert made.PixelData == ds.PixelData
    assert decoder.asked == 0


def test_what_cannot_be_decoded_fails_before_the_first_byte() -> None:
    pixels = noise(2, 8, 8)
    broken = compressed(instance(), pixels, [b"\xff\xd8\xff\xd9" * 4] * 2, JPEG)
    with pytest.raises(CannotUnderstand):
        next(decompressed(broken, InProcess()))
    video = compressed(instance(), pixels[:1], [b"\0\0\0\x18ftypmp42" + bytes(64)], "1.2.840.10008.1.2.4.102")
    with pytest.raises(UnsupportedTransferSyntax):
        next(decompressed(video, InProcess()))


def test_a_frame_in_another_colour_space_is_not_passed_off_as_the_first() -> None:
    pixels = noise(2, 16, 16, 3)
    ybr = imagecodecs.jpeg8_encode(pixels[0], 90, colorspace="RGB", outcolorspace="YCBCR")
    rgb = imagecodecs.jpeg8_encode(pixels[1], 90, colorspace="RGB", outcolorspace="RGB")
    data = compressed(instance(), pixels, [ybr, rgb], JPEG)
    with pytest.raises(CannotUnderstand, match="frame 2 is in another colour space"):
        b"".join(decompressed(data, InProcess()))


@pytest.mark.parametrize(
    "folder", ["cardiology", "endoscopy", "radiotherapy", "sr-seg-pr", "transfer-syntaxes", "ultrasound"]
)
def test_real_instances_are_pydicoms_own_pixels(test_data: Path, pool: DecodePool, folder: str) -> None:
    """Through the pool and the scanner, colours converted by pydicom on both sides."""
    words, seen = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for image in images(test_data, folder + "/"):
            data = (test_data / image.name).read_bytes()
            try:
                scan(data)
            except CannotUnderstand:
                continue  # e.g. without UIDs: never stored, so never served
            made = read(decompressed(data, pool))
            assert made.SOPInstanceUID == image.dataset.SOPInstanceUID
            baseline = image.transfer_syntax_uid == JPEG
            try:
                image.dataset.pixel_array_options(decoding_plugin="pillow" if baseline else "")
                expected = image.dataset.pixel_array
            except Exception:
                made.pixel_array  # noqa: B018  # what pydicom can't decompress it can read from us
                continue
            seen += 1
            found = made.pixel_array
            step = 1 if image.transfer_syntax_uid in ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.91") else 0
            if found.shape != expected.shape or np.abs(found.astype(float) - expected.astype(float)).max() > step:
                words.append(image.name)
    assert seen
    assert not words, "\n".join(words)
