"""What a caller takes, and what follows for an instance stored in this or that transfer syntax (PS3.18 §8.7).

The rules, once for instances and once for frames: no transfer syntax asked means Explicit VR Little Endian; `*` means
as stored, except that Implicit VR and Big Endian are never served; a syntax asked for is delivered or nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archive.dicom.transfer_syntax import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    OCTET_STREAM,
    TransferSyntax,
    frame_media_type,
    transfer_syntax,
)

DICOM = "application/dicom"
ANY = "*/*"
STORED = "*"
NEVER_SERVED = frozenset({IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN})

# Names that clients know from earlier editions of PS3.18.
EARLIER_NAMES = {
    "image/x-dicom-rle": "image/dicom-rle",
    "image/dicom+rle": "image/dicom-rle",
    "image/x-jls": "image/jls",
    "image/dicom+jpeg-ls": "image/jls",
    "image/dicom+jp2": "image/jp2",
    "image/dicom+jpx": "image/jpx",
    "image/jph": "image/jphc",
    "video/mpeg2": "video/mpeg",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One form the caller would take."""

    multipart: bool
    media_type: str
    """Of the single part or of each part; may be a wildcard."""
    transfer_syntax: str = ""
    """A UID, `*` for as stored, or empty when not stated."""
    anything: bool = False
    """It was a plain `*/*`: the container is ours to choose, too."""

    def takes(self, media_type: str) -> bool:
        """Whether a part of this type would do."""
        wanted = EARLIER_NAMES.get(self.media_type, self.media_type)
        return wanted in (ANY, media_type) or (wanted.endswith("/*") and media_type.startswith(wanted[:-1]))


@dataclass(frozen=True, slots=True)
class Form:
    """How something is delivered."""

    multipart: bool
    media_type: str
    transfer_syntax: str

    @property
    def content_type(self) -> str:
        """The Content-Type of the part (PS3.18 §8.7.3)."""
        return f"{self.media_type}; transfer-syntax={self.transfer_syntax}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the caller takes, best first, and what it refuses (q=0)."""

    wanted: Sequence[Wanted]
    refused: Sequence[Wanted] = field(default=())

    def instance_form(self, stored: str, *, alone: bool) -> Form | None:
        """The best form for an instance stored in syntax `stored`; single part only where it is `alone`."""
        for wanted in self.wanted:
            if wanted.takes(DICOM) and (wanted.multipart or alone):
                for syntax in _instance_syntaxes(wanted, stored):
                    form = Form(wanted.multipart, DICOM, syntax)
                    if not self._refuses(form, wanted):
                        return form
        return None

    def frame_form(self, stored: str, *, alone: bool) -> Form | None:
        """The best form for frames stored in syntax `stored`; single part only for one frame (`alone`)."""
        for wanted in self.wanted:
            if wanted.multipart or alone:
                for media_type, syntax in _frame_syntaxes(wanted, stored):
                    form = Form(wanted.multipart, media_type, syntax)
                    if not self._refuses(form, wanted):
                        return form
        return None

    def bulk_form(self, media_type: str) -> Form | None:
        """The best form for bytes without transfer syntax; a plain `*/*` gets the bytes themselves."""
        for wanted in self.wanted:
            for offer in dict.fromkeys((media_type, OCTET_STREAM)):
                form = Form(wanted.multipart and not wanted.anything, offer, EXPLICIT_VR_LITTLE_ENDIAN)
                if wanted.takes(offer) and not self._refuses(form, wanted):
                    return form
        return None

    def _refuses(self, form: Form, because: Wanted) -> bool:
        """A refusal counts against wishes that are no more precise than itself."""
        return any(
            refusal.multipart == form.multipart
            and refusal.takes(form.media_type)
            and refusal.transfer_syntax in ("", STORED, form.transfer_syntax)
            and _precision(refusal) >= _precision(because)
            for refusal in self.refused
        )


def can_be_explicit_little_endian(stored: str) -> bool:
    """Whether an instance stored in this syntax can be had as Explicit VR Little Endian."""
    syntax = transfer_syntax(stored)
    return syntax is not None and syntax.decodable


def as_stored(stored: str) -> str:
    """The syntax that `transfer-syntax=*` gives."""
    return EXPLICIT_VR_LITTLE_ENDIAN if stored in NEVER_SERVED else stored


def _instance_syntaxes(wanted: Wanted, stored: str) -> Iterator[str]:
    asked = wanted.transfer_syntax
    if asked == STORED or (asked == stored and stored not in NEVER_SERVED):
        yield as_stored(stored)
    elif asked in ("", EXPLICIT_VR_LITTLE_ENDIAN):
        if can_be_explicit_little_endian(stored):
            yield EXPLICIT_VR_LITTLE_ENDIAN
        elif not asked and wanted.media_type == ANY:
            yield as_stored(stored)  # the caller said that anything will do; a video can't be decompressed


def _frame_syntaxes(wanted: Wanted, stored: str) -> Iterator[tuple[str, str]]:
    """Media type and transfer syntax of frames that `wanted` would take, best first."""
    row = transfer_syntax(stored)
    asked = wanted.transfer_syntax
    if row is not None and row.encapsulated:
        if asked not in (STORED, stored):
            yield from _decoded(wanted, row)
        # Compressed types name their bytes; a bare octet stream is compressed only when the syntax was asked for.
        own = frame_media_type(stored)
        if asked in ("", STORED, stored):
            if wanted.takes(own) and (own != OCTET_STREAM or asked):
                yield own, stored
            elif wanted.takes(OCTET_STREAM) and asked:
                yield OCTET_STREAM, stored
    elif wanted.takes(OCTET_STREAM) and asked in ("", STORED, EXPLICIT_VR_LITTLE_ENDIAN):
        yield OCTET_STREAM, EXPLICIT_VR_LITTLE_ENDIAN


def _decoded(wanted: Wanted, row: TransferSyntax) -> Iterator[tuple[str, str]]:
    if wanted.transfer_syntax in ("", EXPLICIT_VR_LITTLE_ENDIAN) and wanted.takes(OCTET_STREAM) and row.decodable:
        yield OCTET_STREAM, EXPLICIT_VR_LITTLE_ENDIAN


def _precision(wanted: Wanted) -> int:
    media = 0 if wanted.media_type == ANY else 1 if wanted.media_type.endswith("/*") else 2
    return media * 3 + (2 if wanted.transfer_syntax not in ("", STORED) else 1 if wanted.transfer_syntax else 0)
