from __future__ import annotations

import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.pixels.encoders import RLELosslessEncoder

from archive.dicom.pixels import (
    MAX_FRAME_BYTES,
    PixelDescription,
    decode_frame,
    decoded_description,
    native_little_endian,
)
from archive.errors import CannotUnderstand, UnsupportedTransferSyntax
from tests.unit.dicom.pixels_oracle import stored_values

EXPLICIT, BIG_ENDIAN, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5"
LOSSLESS_JPEG, JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
HTJ2K, JPEG_XL, DEFLATED = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.8.1"


def header(**changes: Any) -> dict[str, Any]:
    values = {
        "00280002": 1,
        "00280004": "MONOCHROME2",
        "00280010": 4,
        "00280011": 6,
        "00280100": 16,
        "00280101": 12,
        "00280102": 11,
        "00280103": 0,
    } | {tag.removeprefix("x"): value for tag, value in changes.items()}
    made: dict[str, Any] = {
        tag: {"vr": "US", "Value": [value]} if value is not None else {"vr": "US"} for tag, value in values.items()
    }
    return made | {"7FE00010": {"vr": "OW", "BulkDataURI": "http://host/bulk"}}


def description_of(pixels: NDArray[Any], **changes: Any) -> PixelDescription:
    bits = pixels.dtype.itemsize * 8
    values: dict[str, Any] = {
        "rows": pixels.shape[0],
        "columns": pixels.shape[1],
        "samples_per_pixel": 1 if pixels.ndim == 2 else pixels.shape[2],
        "photometric_interpretation": "MONOCHROME2" if pixels.ndim == 2 else "RGB",
        "bits_allocated": bits,
        "bits_stored": bits,
        "high_bit": bits - 1,
        "pixel_representation": 1 if pixels.dtype.kind == "i" else 0,
    }
    return PixelDescription(**values | changes)


class TestDescription:
    def test_it_reads_the_image_pixel_module(self) -> None:
        description = PixelDescription.from_dicom_json(header())
        assert (description.rows, description.columns, description.frame_length) == (4, 6, 48)
        assert (description.bits_stored, description.vr, description.number_of_frames) == (12, "OW", 1)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"x00280010": None}, "Rows is missing"),
            ({"x00280010": 0}, "Rows is 0"),
            ({"x00280011": 4294967295}, "Columns is 4294967295"),
            ({"x00280011": -3}, "Columns is -3"),
            ({"x00280010": "four"}, "Rows is not a number"),
            ({"x00280010": [4]}, "Rows is not a number"),
            ({"x00280010": 4.5}, "Rows is not a whole number"),
            ({"x00280010": float("inf")}, "Rows is not a number"),
            ({"x00280100": 12}, "Bits Allocated is 12"),
            ({"x00280101": 17}, "Bits Stored is 17"),
            ({"x00280103": 2}, "Pixel Representation is 2"),
            ({"x00280002": 2}, "Samples per Pixel is 2"),
            ({"x00280008": 10**9}, "Number of Frames is 1000000000"),
            ({"x00280010": 65535, "x00280011": 65535}, "larger than"),
        ],
    )
    def test_it_refuses_what_cannot_be_a_frame(self, changes: dict[str, Any], reason: str) -> None:
        with pytest.raises(CannotUnderstand, match=reason):
            PixelDescription.from_dicom_json(header(**changes))

    @pytest.mark.parametrize(("told", "used"), [(0, 11), (11, 11), (15, 15), (16, 11), (None, 11)])
    def test_a_high_bit_that_cannot_be_is_ignored(self, told: int | None, used: int) -> None:
        assert PixelDescription.from_dicom_json(header(x00280102=told)).high_bit == used

    def test_an_instance_without_pixel_data_has_none(self) -> None:
        without = header()
        del without["7FE00010"]
        with pytest.raises(CannotUnderstand, match="no pixel data"):
            PixelDescription.from_dicom_json(without)

    def test_number_of_frames_of_zero_or_nothing_is_one(self) -> None:
        assert PixelDescription.from_dicom_json(header(x00280008=0)).number_of_frames == 1
        assert PixelDescription.from_dicom_json(header(x00280008=None)).number_of_frames == 1

    def test_float_pixels_need_no_bits(self) -> None:
        values = header(x00280100=None, x00280101=None, x00280102=None, x00280103=None)
        values["7FE00009"] = values.pop("7FE00010")
        assert PixelDescription.from_dicom_json(values).frame_length == 4 * 6 * 8

    def test_frames_of_one_bit_are_packed(self) -> None:
        one_bit = header(x00280100=1, x00280101=1, x00280102=0, x00280010=5, x00280011=7)
        description = PixelDescription.from_dicom_json(one_bit)
        assert (description.frame_bits, description.frame_length) == (35, 5)

    @given(
        st.dictionaries(st.sampled_from(sorted(header())), st.one_of(st.none(), st.integers(), st.floats(), st.text()))
    )
    def test_any_header_is_described_or_refused(self, changes: dict[str, Any]) -> None:
        values = header() | {tag: {"vr": "UN", "Value": [value]} for tag, value in changes.items()}
        try:
            description = PixelDescription.from_dicom_json(values)
        except CannotUnderstand:
            return
        assert 0 < description.frame_length <= MAX_FRAME_BYTES


class TestNative:
    @given(st.sampled_from([8, 16, 32, 64]), st.booleans())
    def test_big_endian_becomes_little(self, bits: int, signed: bool) -> None:
        pixels = np.arange(-12, 12).reshape(4, 6).astype(f"{'i' if signed else 'u'}{bits // 8}")
        description = description_of(pixels, vr="OB" if bits == 8 else "OW")
        swapped = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
        assert decode_frame(swapped, description, BIG_ENDIAN) == pixels.tobytes()

    def test_bytes_in_big_endian_words_are_swapped_in_pairs(self) -> None:
        """PS3.5 §8.1.2: OW is 16-bit words whatever Bits Allocated."""
        pixels = np.arange(15, dtype=np.uint8).reshape(3, 5)
        words = np.append(pixels.ravel(), np.uint8(0)).view("<u2").astype(">u2").tobytes()
        assert decode_frame(words, description_of(pixels, vr="OW"), BIG_ENDIAN) == pixels.tobytes()

    def test_padding_is_cut_and_a_short_frame_refused(self) -> None:
        pixels = np.arange(15, dtype=np.uint8).reshape(3, 5)
        description = description_of(pixels, vr="OB")
        assert decode_frame(pixels.tobytes() + b"\0", description, EXPLICIT) == pixels.tobytes()
        with pytest.raises(CannotUnderstand, match="14 bytes of 15"):
            decode_frame(pixels.tobytes()[:14], description, EXPLICIT)

    def test_chroma_said_to_be_shared_but_stored_in_full_is_seen(self) -> None:
        pixels = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
        description = description_of(pixels, photometric_interpretation="YBR_FULL_422", vr="OB")
        assert description.frame_length == 48
        assert native_little_endian(bytes(48), description, big_endian=False) == bytes(48)
        assert native_little_endian(pixels.tobytes(), description, big_endian=False) == pixels.tobytes()
        full = decoded_description(description, EXPLICIT, pixels.tobytes())
        assert (full.photometric_interpretation, full.frame_length) == ("YBR_FULL", 72)


def noise(rows: int, columns: int, bits: int, *, samples: int = 1, signed: bool = False) -> NDArray[Any]:
    shape = (rows, columns) if samples == 1 else (rows, columns, samples)
    low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
    kind = "i" if signed else "u"
    return np.random.default_rng(bits).integers(low, high, shape).astype(f"{kind}{1 if bits <= 8 else 2}")


def rle(pixels: NDArray[Any]) -> bytes:
    return RLELosslessEncoder.encode(
        np.ascontiguousarray(pixels),
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        samples_per_pixel=1 if pixels.ndim == 2 else 3,
        bits_allocated=pixels.dtype.itemsize * 8,
        bits_stored=pixels.dtype.itemsize * 8,
        pixel_representation=0,
        photometric_interpretation="MONOCHROME2" if pixels.ndim == 2 else "RGB",
        planar_configuration=0,
        number_of_frames=1,
    )


def deflated(pixels: NDArray[Any]) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(pixels.tobytes()) + deflater.flush()


ENCODERS = {
    RLE: lambda pixels, bits: rle(pixels),
    DEFLATED: lambda pixels, bits: deflated(pixels),
    LOSSLESS_JPEG: lambda pixels, bits: imagecodecs.jpeg8_encode(
        pixels, lossless=True, predictor=1, bitspersample=bits
    ),
    JPEG_LS: lambda pixels, bits: imagecodecs.jpegls_encode(pixels),
    JPEG_2000: lambda pixels, bits: imagecodecs.jpeg2k_encode(pixels, reversible=True, codecformat="j2k"),
    HTJ2K: lambda pixels, bits: imagecodecs.htj2k_encode(pixels, reversible=True),
    JPEG_XL: lambda pixels, bits: imagecodecs.jpegxl_encode(pixels, lossless=True, effort=1),
}


class TestEncapsulated:
    @pytest.mark.parametrize("uid", ENCODERS)
    @pytest.mark.parametrize(("bits", "samples"), [(8, 1), (16, 1), (8, 3)])
    def test_lossless_means_the_same_samples(self, uid: str, bits: int, samples: int) -> None:
        pixels = noise(33, 47, bits, samples=samples)
        description = description_of(pixels)
        encoded = ENCODERS[uid](pixels, bits)
        assert decode_frame(encoded, description, uid) == pixels.tobytes()
        assert decoded_description(description, uid, encoded) == description

    @pytest.mark.parametrize("uid", [RLE, LOSSLESS_JPEG, JPEG_LS, JPEG_2000, HTJ2K])
    def test_planes_come_as_the_instance_declares_them(self, uid: str) -> None:
        pixels = noise(9, 11, 8, samples=3)
        description = description_of(pixels, planar_configuration=1)
        assert decode_frame(ENCODERS[uid](pixels, 8), description, uid) == pixels.transpose(2, 0, 1).tobytes()

    @pytest.mark.parametrize("uid", [LOSSLESS_JPEG, JPEG_LS, RLE, DEFLATED])
    def test_codecs_without_a_sign_keep_the_sign(self, uid: str) -> None:
        pixels = noise(16, 16, 16, signed=True)
        encoded = ENCODERS[uid](pixels.view(np.uint16), 16)
        assert decode_frame(encoded, description_of(pixels), uid) == pixels.tobytes()

    def test_a_sign_in_fewer_bits_is_carried_up(self) -> None:
        """12 significant bits in two's complement, coded as unsigned because JPEG knows nothing else."""
        pixels = noise(16, 16, 12, signed=True)
        description = description_of(pixels, bits_stored=12, high_bit=11)
        encoded = ENCODERS[LOSSLESS_JPEG](pixels.view(np.uint16) & 0x0FFF, 12)
        decoded = decode_frame(encoded, description, LOSSLESS_JPEG)
        assert np.array_equal(stored_values(decoded, description), pixels)

    def test_a_codestream_whose_sign_lies_gives_the_declared_values(self) -> None:
        pixels = noise(16, 16, 16, signed=True)
        encoded = imagecodecs.jpeg2k_encode(pixels, reversible=True, codecformat="j2k")
        as_unsigned = description_of(pixels, pixel_representation=0)
        assert decode_frame(encoded, as_unsigned, JPEG_2000) == pixels.tobytes()

    def test_one_bit_frames_stay_packed(self) -> None:
        bits = np.random.default_rng(1).integers(0, 2, (5, 7)).astype(np.uint8)
        description = description_of(bits, bits_allocated=1, bits_stored=1, high_bit=0)
        packed = np.packbits(bits, bitorder="little")
        assert decode_frame(deflated(packed), description, DEFLATED) == packed.tobytes()
        as_samples = imagecodecs.jpeg2k_encode(bits, reversible=True, codecformat="j2k", bitspersample=1)
        assert decode_frame(as_samples, description, JPEG_2000) == packed.tobytes()

    def test_colours_inside_jpeg_2000_are_undone_and_told(self) -> None:
        pixels = noise(16, 16, 8, samples=3)
        description = description_of(pixels, photometric_interpretation="YBR_RCT")
        encoded = imagecodecs.jpeg2k_encode(pixels, reversible=True, codecformat="j2k", mct=True)
        assert decode_frame(encoded, description, JPEG_2000) == pixels.tobytes()
        assert decoded_description(description, JPEG_2000, encoded).photometric_interpretation == "RGB"

    def test_subsampled_jpeg_comes_with_chroma_for_every_pixel(self) -> None:
        pixels = noise(16, 16, 8, samples=3)
        encoded = imagecodecs.jpeg8_encode(pixels, 90, colorspace="RGB", outcolorspace="YCBCR", subsampling="422")
        description = description_of(pixels, photometric_interpretation="YBR_FULL_422")
        decoded = decode_frame(encoded, description, "1.2.840.10008.1.2.4.50")
        told = decoded_description(description, "1.2.840.10008.1.2.4.50", encoded)
        assert told.photometric_interpretation == "YBR_FULL"
        assert len(decoded) == told.frame_length == pixels.size

    @pytest.mark.parametrize("uid", ["1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.58", "1.2.3"])
    def test_no_decoder_is_said_so(self, uid: str) -> None:
        pixels = noise(4, 4, 8)
        with pytest.raises(UnsupportedTransferSyntax, match="can't be decoded"):
            decode_frame(b"\0" * 16, description_of(pixels), uid)


class TestHostile:
    @pytest.mark.parametrize("uid", ENCODERS)
    def test_another_size_than_announced_is_refused(self, uid: str) -> None:
        pixels = noise(33, 47, 8)
        wrong = description_of(pixels, rows=32)
        with pytest.raises(CannotUnderstand):
            decode_frame(ENCODERS[uid](pixels, 8), wrong, uid)

    @pytest.mark.parametrize("uid", ENCODERS)
    def test_nothing_and_garbage_are_refused(self, uid: str) -> None:
        description = description_of(noise(33, 47, 8))
        for encoded in (b"", b"\xff", b"\xff\xd8\xff", b"\xff\x4f\xff\x51" + b"\0" * 60, bytes(range(256)) * 4):
            with pytest.raises(CannotUnderstand):
                decode_frame(encoded, description, uid)

    @pytest.mark.parametrize("uid", ENCODERS)
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_a_frame_cut_short_is_refused(self, uid: str, share: float) -> None:
        """Some codecs would fill the rest with grey and call it a picture."""
        pixels = noise(64, 80, 8)
        encoded = ENCODERS[uid](pixels, 8)
        with pytest.raises(CannotUnderstand):
            decode_frame(encoded[: int(len(encoded) * share)], description_of(pixels), uid)

    def test_a_lossy_jpeg_cut_short_is_refused(self) -> None:
        pixels = noise(64, 80, 8)
        encoded = imagecodecs.jpeg8_encode(pixels, 90)
        assert decode_frame(encoded + b"\0 garbage", description_of(pixels), "1.2.840.10008.1.2.4.50")
        with pytest.raises(CannotUnderstand, match="cut short"):
            decode_frame(encoded[:-2], description_of(pixels), "1.2.840.10008.1.2.4.50")

    def test_more_bits_than_allocated_are_refused(self) -> None:
        pixels = noise(8, 8, 16)
        description = description_of(pixels, bits_allocated=8, bits_stored=8, high_bit=7)
        with pytest.raises(CannotUnderstand, match="16 bits per sample"):
            decode_frame(imagecodecs.jpegls_encode(pixels), description, JPEG_LS)

    def test_a_few_bytes_may_not_claim_a_huge_frame(self) -> None:
        description = description_of(noise(4, 4, 8), rows=16000, columns=16000)
        with pytest.raises(CannotUnderstand, match="64 bytes claim"):
            decode_frame(bytes(64), description, RLE)

    def test_a_deflated_frame_is_inflated_no_further_than_the_frame_is_long(self) -> None:
        pixels = noise(8, 8, 8)
        deflater = zlib.compressobj(wbits=-15)
        bomb = deflater.compress(bytes(50_000_000)) + deflater.flush()
        with pytest.raises(CannotUnderstand, match="65 bytes, not 64"):
            decode_frame(bomb, description_of(pixels), DEFLATED)
