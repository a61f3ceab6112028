"""What the archive knows about every transfer syntax (PS3.5 Annex A, PS3.6 Table A-1).

One table answers three questions that must never be answered differently in two places: may an instance in this
syntax be kept, can its frames be decompressed here, and under which media type do its frames travel
(PS3.18 Table 8.7.3-5). A UID that is not in the table is a private syntax: it is neither kept nor decoded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

IMPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
ENCAPSULATED_UNCOMPRESSED: Final = "1.2.840.10008.1.2.1.98"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
RLE_LOSSLESS: Final = "1.2.840.10008.1.2.5"
DEFLATED_IMAGE_FRAME: Final = "1.2.840.10008.1.2.8.1"

OCTET_STREAM: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """One row: how a data set and its pixel data are encoded."""

    uid: str
    name: str
    media_type: str = OCTET_STREAM
    """Media type of one compressed frame, or of the whole stream for video."""
    codec: str = ""
    """Which decoder family takes the frames (`archive.dicom.decoders`); empty: none here, or nothing to decode."""
    encapsulated: bool = False
    """Pixel Data is a sequence of fragments (PS3.5 §A.4)."""
    lossy: bool = False
    """The encoding itself loses information; says nothing about what happened to the image before."""
    video: bool = False
    """One stream for all frames: no frame can be cut out by its bytes."""
    implicit_vr: bool = False
    big_endian: bool = False
    deflated: bool = False
    """The whole data set after group 0002 is deflated (PS3.5 §A.5)."""
    referenced: bool = False
    """Pixels are not in the instance but at Pixel Data Provider URL (PS3.5 §A.6)."""
    retired: bool = False
    storable: bool = True
    """The archive keeps such instances; frames may still be undecodable here."""

    @property
    def decodable(self) -> bool:
        """True when frames can be had as native little-endian pixels."""
        return bool(self.codec) if self.encapsulated else self.storable and not self.referenced


def _jpeg(suffix: int, name: str, *, codec: str = "", lossy: bool = True, retired: bool = False) -> TransferSyntax:
    return TransferSyntax(
        f"1.2.840.10008.1.2.4.{suffix}", name, "image/jpeg", codec, encapsulated=True, lossy=lossy, retired=retired
    )


def _still(suffix: int, name: str, media_type: str, codec: str, *, lossy: bool = False) -> TransferSyntax:
    uid = f"1.2.840.10008.1.2.4.{suffix}"
    return TransferSyntax(uid, name, media_type, codec, encapsulated=True, lossy=lossy)


def _video(suffix: str, name: str, media_type: str) -> TransferSyntax:
    uid = f"1.2.840.10008.1.2.4.{suffix}"
    return TransferSyntax(uid, name, media_type, encapsulated=True, lossy=True, video=True)


_NATIVE: Final = (
    TransferSyntax(IMPLICIT_VR_LITTLE_ENDIAN, "Implicit VR Little Endian", implicit_vr=True),
    TransferSyntax(EXPLICIT_VR_LITTLE_ENDIAN, "Explicit VR Little Endian"),
    TransferSyntax(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "Deflated Explicit VR Little Endian", deflated=True),
    TransferSyntax(EXPLICIT_VR_BIG_ENDIAN, "Explicit VR Big Endian", big_endian=True, retired=True),
    TransferSyntax("1.2.840.10008.1.2.4.94", "JPIP Referenced", referenced=True),
    TransferSyntax("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate", referenced=True, deflated=True),
    TransferSyntax("1.2.840.10008.1.2.4.204", "JPIP HTJ2K Referenced", referenced=True),
    TransferSyntax("1.2.840.10008.1.2.4.205", "JPIP HTJ2K Referenced Deflate", referenced=True, deflated=True),
)

# Arithmetic coding (processes with an odd partner, 15 and 29) and hierarchical JPEG have no maintained decoder:
# such instances are kept and handed back as they came.
_JPEG: Final = (
    _jpeg(50, "JPEG Baseline (Process 1)", codec="jpeg"),
    _jpeg(51, "JPEG Extended (Process 2 and 4)", codec="jpeg"),
    _jpeg(52, "JPEG Extended (Process 3 and 5)", retired=True),
    _jpeg(53, "JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)", codec="jpeg", retired=True),
    _jpeg(54, "JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)", retired=True),
    _jpeg(55, "JPEG Full Progression, Non-Hierarchical (Process 10 and 12)", codec="jpeg", retired=True),
    _jpeg(56, "JPEG Full Progression, Non-Hierarchical (Process 11 and 13)", retired=True),
    _jpeg(57, "JPEG Lossless, Non-Hierarchical (Process 14)", codec="jpeg", lossy=False),
    _jpeg(58, "JPEG Lossless, Non-Hierarchical (Process 15)", lossy=False, retired=True),
    _jpeg(59, "JPEG Extended, Hierarchical (Process 16 and 18)", retired=True),
    _jpeg(60, "JPEG Extended, Hierarchical (Process 17 and 19)", retired=True),
    _jpeg(61, "JPEG Spectral Selection, Hierarchical (Process 20 and 22)", retired=True),
    _jpeg(62, "JPEG Spectral Selection, Hierarchical (Process 21 and 23)", retired=True),
    _jpeg(63, "JPEG Full Progression, Hierarchical (Process 24 and 26)", retired=True),
    _jpeg(64, "JPEG Full Progression, Hierarchical (Process 25 and 27)", retired=True),
    _jpeg(65, "JPEG Lossless, Hierarchical (Process 28)", lossy=False, retired=True),
    _jpeg(66, "JPEG Lossless, Hierarchical (Process 29)", lossy=False, retired=True),
    _jpeg(
        70,
        "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])",
        codec="jpeg",
        lossy=False,
    ),
)

_STILL: Final = (
    TransferSyntax(
        ENCAPSULATED_UNCOMPRESSED, "Encapsulated Uncompressed Explicit VR Little Endian", codec="raw", encapsulated=True
    ),
    TransferSyntax(RLE_LOSSLESS, "RLE Lossless", "image/dicom-rle", "rle", encapsulated=True),
    TransferSyntax(DEFLATED_IMAGE_FRAME, "Deflated Image Frame Compression", codec="deflate", encapsulated=True),
    _still(80, "JPEG-LS Lossless Image Compression", "image/jls", "jpegls"),
    _still(81, "JPEG-LS Lossy (Near-Lossless) Image Compression", "image/jls", "jpegls", lossy=True),
    _still(90, "JPEG 2000 Image Compression (Lossless Only)", "image/jp2", "jpeg2000"),
    _still(91, "JPEG 2000 Image Compression", "image/jp2", "jpeg2000", lossy=True),
    _still(92, "JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)", "image/jpx", ""),
    _still(93, "JPEG 2000 Part 2 Multi-component Image Compression", "image/jpx", "", lossy=True),
    _still(110, "JPEG XL Lossless", "image/jxl", "jpegxl"),
    _still(111, "JPEG XL JPEG Recompression", "image/jxl", "jpegxl", lossy=True),
    _still(112, "JPEG XL", "image/jxl", "jpegxl", lossy=True),
    _still(201, "High-Throughput JPEG 2000 Image Compression (Lossless Only)", "image/jphc", "htj2k"),
    _still(202, "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)", "image/jphc", "htj2k"),
    _still(203, "High-Throughput JPEG 2000 Image Compression", "image/jphc", "htj2k", lossy=True),
)

_VIDEO: Final = tuple(
    _video(suffix + variant, ("Fragmentable " if variant else "") + name, media_type)
    for suffix, name, media_type, variants in (
        ("100", "MPEG2 Main Profile / Main Level", "video/mpeg", ("", ".1")),
        ("101", "MPEG2 Main Profile / High Level", "video/mpeg", ("", ".1")),
        ("102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", "video/mp4", ("", ".1")),
        ("103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1", "video/mp4", ("", ".1")),
        ("104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video", "video/mp4", ("", ".1")),
        ("105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video", "video/mp4", ("", ".1")),
        ("106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", "video/mp4", ("", ".1")),
        ("107", "HEVC/H.265 Main Profile / Level 5.1", "video/mp4", ("",)),
        ("108", "HEVC/H.265 Main 10 Profile / Level 5.1", "video/mp4", ("",)),
    )
    for variant in variants
)

# Not a DICOM Part 10 data set as the scanner reads it, or no instance at all (real-time streams).
_NOT_STORABLE: Final = tuple(
    TransferSyntax(uid, name, retired=retired, storable=False)
    for uid, name, retired in (
        ("1.2.840.10008.1.2.6.1", "RFC 2557 MIME encapsulation", True),
        ("1.2.840.10008.1.2.6.2", "XML Encoding", True),
        ("1.2.840.10008.1.2.7.1", "SMPTE ST 2110-20 Uncompressed Progressive Active Video", False),
        ("1.2.840.10008.1.2.7.2", "SMPTE ST 2110-20 Uncompressed Interlaced Active Video", False),
        ("1.2.840.10008.1.2.7.3", "SMPTE ST 2110-30 PCM Digital Audio", False),
        ("1.2.840.10008.1.20", "Papyrus 3 Implicit VR Little Endian", True),
    )
)


def _by_uid(*groups: Iterable[TransferSyntax]) -> dict[str, TransferSyntax]:
    return {syntax.uid: syntax for group in groups for syntax in group}


TRANSFER_SYNTAXES: Final = _by_uid(_NATIVE, _JPEG, _STILL, _VIDEO, _NOT_STORABLE)
STORABLE: Final = frozenset(uid for uid, syntax in TRANSFER_SYNTAXES.items() if syntax.storable)
DECODABLE: Final = frozenset(uid for uid, syntax in TRANSFER_SYNTAXES.items() if syntax.decodable)


def transfer_syntax(uid: str) -> TransferSyntax | None:
    """Row for `uid`, or None for a private or misspelt one."""
    return TRANSFER_SYNTAXES.get(uid)


def frame_media_type(uid: str) -> str:
    """Media type under which one frame stored in `uid` is handed out unchanged (PS3.18 Table 8.7.3-5)."""
    syntax = TRANSFER_SYNTAXES.get(uid)
    return syntax.media_type if syntax else OCTET_STREAM


def syntaxes_of(media_type: str) -> tuple[str, ...]:
    """Transfer Syntax UIDs whose frames have this media type, the default of PS3.18 Table 8.7.3-5 first."""
    uids = [uid for uid, syntax in TRANSFER_SYNTAXES.items() if syntax.media_type == media_type and syntax.storable]
    defaults = {"image/jpeg": "1.2.840.10008.1.2.4.70", OCTET_STREAM: EXPLICIT_VR_LITTLE_ENDIAN}
    default = defaults.get(media_type)
    return tuple(sorted(uids, key=lambda uid: uid != default))
