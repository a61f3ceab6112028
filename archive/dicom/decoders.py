"""One compressed frame to native pixels: a decoder per codec family, and one common way to lay the samples out.

Runs inside the decoder children only: every codec here is C code fed by strangers. Codec libraries are loaded on
first use by imagecodecs itself. All of them decode into memory whose size was checked before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from archive.dicom.codestream import jpeg2000_header, jpeg_header
from archive.dicom.pixels import PixelDescription
from archive.dicom.transfer_syntax import TransferSyntax
from archive.errors import CannotUnderstand

CODECS: Final = ("dicomrle", "jpeg8", "jpegls", "jpeg2k", "htj2k", "jpegxl")
"""What is used of imagecodecs."""

_END_OF_IMAGE: Final = b"\xff\xd9"

Samples = NDArray[Any]
"""(rows, columns) or (rows, columns, samples), integer."""


def decode_encapsulated(encoded: bytes, description: PixelDescription, syntax: TransferSyntax) -> bytes:
    """The native little-endian frame, `description.frame_length` bytes but for YBR_FULL_422, which comes per pixel.

    Raises:
        CannotUnderstand: the codec refuses the frame, or gives another size or depth than the attributes announce.
    """
    try:
        return _DECODERS[syntax.codec](encoded, description)
    except CannotUnderstand:
        raise
    except MemoryError:
        raise  # the child must end and start anew
    except Exception as error:
        # Codecs raise errors of their own making, bare ValueErrors and worse; their texts hold no patient data.
        raise CannotUnderstand(f"the {syntax.name} frame can't be decoded: {type(error).__name__}") from error


def _raw(encoded: bytes, description: PixelDescription) -> bytes:
    return _exactly(encoded, description)


def _deflate(encoded: bytes, description: PixelDescription) -> bytes:
    """Raw deflate, one stream per frame (PS3.5 §8.2.16); inflated no further than the frame is long."""
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    return _exactly(inflater.decompress(encoded, description.frame_length + 1), description)


def _exactly(frame: bytes, description: PixelDescription) -> bytes:
    length = description.frame_length
    if len(frame) not in (length, length + length % 2):
        raise CannotUnderstand(f"the frame has {len(frame)} bytes, not {length}")
    return frame[:length]


def _rle(encoded: bytes, description: PixelDescription) -> bytes:
    """RLE Lossless: byte planes, most significant first (PS3.5 Annex G). 1-bit images run over their packed bytes."""
    bits = description.bits_allocated
    pixels = description.rows * description.columns
    if bits == 1:
        return bytes(_rle_planes(encoded, (pixels + 7) // 8, 1, 1))
    samples = description.samples_per_pixel
    planes = _rle_planes(encoded, pixels, samples, bits // 8)
    if samples == 1 or description.planar_configuration == 1:
        return bytes(planes)
    return np.frombuffer(planes, f"<u{bits // 8}").reshape(samples, pixels).T.tobytes()


def _rle_planes(encoded: bytes, pixels: int, samples: int, size: int) -> bytearray:
    """`samples` planes of `pixels` little-endian values of `size` bytes."""
    if len(encoded) < 64 or int.from_bytes(encoded[:4], "little") != samples * size:
        raise CannotUnderstand(f"the RLE frame does not have {samples * size} segments")
    planes = bytearray(samples * pixels * size)
    imagecodecs.dicomrle_decode(encoded, np.dtype(f"<u{size}"), out=planes)
    return planes


def _jpeg(encoded: bytes, description: PixelDescription) -> bytes:
    """Every Huffman-coded JPEG process, 2 to 16 bits, in the colour space of the codestream."""
    header = jpeg_header(encoded)
    _check_size(header.rows, header.columns, len(header.components), description)
    if not header.complete:
        raise CannotUnderstand("the JPEG codestream is cut short")
    # Colours are left alone: told the same space on both sides, libjpeg converts nothing.
    space = {1: "GRAYSCALE", 3: "YCBCR", 4: "CMYK"}.get(len(header.components))
    samples = imagecodecs.jpeg8_decode(encoded, colorspace=space, outcolorspace=space)
    return _laid_out(samples, header.precision, description)


def _jpegls(encoded: bytes, description: PixelDescription) -> bytes:
    header = jpeg_header(encoded)
    _check_size(header.rows, header.columns, len(header.components), description)
    # CharLS runs for ever at the end of a truncated codestream, unless it meets a marker there: give it one.
    return _laid_out(imagecodecs.jpegls_decode(encoded + _END_OF_IMAGE), header.precision, description)


def _jpeg2000(encoded: bytes, description: PixelDescription) -> bytes:
    header = jpeg2000_header(encoded)
    _check_size(header.rows, header.columns, header.components, description)
    return _laid_out(imagecodecs.jpeg2k_decode(encoded, numthreads=1), header.precision, description)


def _htj2k(encoded: bytes, description: PixelDescription) -> bytes:
    header = jpeg2000_header(encoded)
    _check_size(header.rows, header.columns, header.components, description)
    # OpenJPH is the faster one, but lets samples that the lossy wavelet overshot wrap around where OpenJPEG clips
    # them, and gives half a picture for half a codestream where OpenJPEG refuses.
    decode = imagecodecs.htj2k_decode if header.reversible and header.complete else imagecodecs.jpeg2k_decode
    return _laid_out(decode(encoded), header.precision, description)


def _jpegxl(encoded: bytes, description: PixelDescription) -> bytes:
    samples = imagecodecs.jpegxl_decode(encoded, numthreads=1)
    return _laid_out(samples, description.bits_stored, description)


_DECODERS: Final[dict[str, Callable[[bytes, PixelDescription], bytes]]] = {
    "raw": _raw,
    "deflate": _deflate,
    "rle": _rle,
    "jpeg": _jpeg,
    "jpegls": _jpegls,
    "jpeg2000": _jpeg2000,
    "htj2k": _htj2k,
    "jpegxl": _jpegxl,
}


def _check_size(rows: int, columns: int, components: int, description: PixelDescription) -> None:
    expected = (description.rows, description.columns, description.samples_per_pixel)
    if (rows, columns, components) != expected:
        raise CannotUnderstand(
            f"the codestream is {rows} x {columns} x {components}, the attributes say "
            f"{expected[0]} x {expected[1]} x {expected[2]}"
        )


def _laid_out(samples: Samples, precision: int, description: PixelDescription) -> bytes:
    """Samples in the container, signedness and planar order that the attributes declare."""
    shape: tuple[int, ...] = (description.rows, description.columns)
    if description.samples_per_pixel > 1:
        shape += (description.samples_per_pixel,)
    if samples.shape != shape or samples.dtype.kind not in "iu":
        raise CannotUnderstand(f"the codec gave {samples.dtype} of {samples.shape}, not integers of {shape}")
    bits = description.bits_allocated
    if precision > bits:
        raise CannotUnderstand(f"the codestream has {precision} bits per sample, Bits Allocated is {bits}")
    if bits == 1:
        return np.packbits(samples.astype(bool).ravel(), bitorder="little").tobytes()
    samples = _with_sign(samples, precision, description)
    if samples.ndim == 3 and description.planar_configuration == 1:
        samples = np.moveaxis(samples, -1, 0)
    return np.ascontiguousarray(samples).tobytes()


def _with_sign(samples: Samples, precision: int, description: PixelDescription) -> Samples:
    """Samples as Pixel Representation says, whatever sign the codestream claims.

    JPEG and JPEG-LS have no sign at all, and some JPEG 2000 encoders lie about it: the low `precision` bits are the
    truth, everything above them is filled to match (two's complement when signed).
    """
    bits = description.bits_allocated
    signed = description.pixel_representation == 1
    container = np.dtype(f"<{'i' if signed else 'u'}{bits // 8}")
    if precision == bits or (samples.dtype.kind == "i") == signed:
        # Same sign, so a widening keeps values; or no spare bits, so the pattern is the value.
        return samples.astype(container, copy=False)
    unsigned = samples.astype(f"<u{bits // 8}")
    spare = bits - precision
    return (unsigned << spare).view(container) >> spare
