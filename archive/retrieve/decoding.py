"""The decoder children of this process, and their refusals in the words of a retrieve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings

from archive.dicom.decode_pool import DecodePool
from archive.dicom.frame_header import ReadBulk
from archive.dicom.pixels import JsonDataset, PixelDescription
from archive.dicom.render_parameters import RenderParameters
from archive.errors import CannotUnderstand, NotAcceptable, UnsupportedTransferSyntax


@lru_cache(maxsize=1)
def decode_pool() -> DecodePool:
    """The pool of this process; its children start when first needed."""
    return DecodePool(settings.ATRIUM_DECODE_CHILDREN)


@contextmanager
def undecodable_is_not_acceptable() -> Iterator[None]:
    """A stored frame that no decoder takes is not the caller's mistake: it can be had as stored, not in this form."""
    try:
        yield
    except (CannotUnderstand, UnsupportedTransferSyntax) as error:
        raise NotAcceptable(f"the pixel data can't be decoded: {error}; transfer-syntax=* may do") from error


def decoded(encoded: bytes, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
    """One frame as Explicit VR Little Endian stores it.

    Raises:
        NotAcceptable: it can't be decoded.
        StoreUnavailable: every decoder is busy.
    """
    with undecodable_is_not_acceptable():
        return decode_pool().decode(encoded, description, transfer_syntax_uid)


def picture_of(
    encoded: bytes,
    header: JsonDataset,
    parameters: RenderParameters,
    *,
    frame_number: int,
    transfer_syntax_uid: str,
    read_bulk: ReadBulk,
) -> bytes:
    """One frame as JPEG or PNG.

    Raises:
        NotAcceptable: it can't be decoded.
        InvalidRequest: the viewport's source region lies outside the frame.
        StoreUnavailable: every decoder is busy, or a lookup table can't be read.
    """
    with undecodable_is_not_acceptable():
        return decode_pool().render(
            encoded,
            header,
            parameters,
            frame_number=frame_number,
            transfer_syntax_uid=transfer_syntax_uid,
            read_bulk=read_bulk,
        )
