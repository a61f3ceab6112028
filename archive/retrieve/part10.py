"""One instance as a Part 10 object fit to be handed out: the stored bytes where they will do, else written anew."""

from __future__ import annotations

from collections.abc import Iterator

from archive.catalog.reader import InstanceLocation
from archive.dicom.explicit import explicit_little_endian
from archive.dicom.transcode import decompressed
from archive.dicom.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax
from archive.errors import CannotUnderstand
from archive.retrieve import objects
from archive.retrieve.decoding import decode_pool, undecodable_is_not_acceptable

PREAMBLE_LENGTH = 128
_TRANSFER_SYNTAX_UID = b"\x02\x00\x10\x00UI"


def part10(location: InstanceLocation, wanted: str, data: bytes | None) -> Iterator[bytes]:
    """The instance in transfer syntax `wanted`, which is the stored one or Explicit VR Little Endian.

    `data` is the whole instance, checked, where it is at hand. A preamble that could make the file something else
    than DICOM is zeroed, but that of a TIFF (PS3.10 §7.1).

    Raises:
        StoreUnavailable: the store fails, or the instance is damaged.
        NotAcceptable: the pixel data can't be decompressed.
    """
    as_stored = wanted == location.transfer_syntax_uid
    if as_stored and location.preamble != "absent":
        head = objects.span(location, 0, location.dataset_offset) if data is None else data[: location.dataset_offset]
        if _declares(head, wanted):
            yield from _harmless(objects.whole(location) if data is None else iter((data,)), location)
            return
    if data is not None:
        yield from _written_anew(location, memoryview(data), decompress=not as_stored)
        return
    with objects.mapped(location) as buffer:
        yield from _written_anew(location, buffer, decompress=not as_stored)


def _harmless(chunks: Iterator[bytes], location: InstanceLocation) -> Iterator[bytes]:
    if location.preamble == "other":
        first = next(chunks)
        yield bytes(PREAMBLE_LENGTH) + first[PREAMBLE_LENGTH:]
    yield from chunks


def _written_anew(location: InstanceLocation, buffer: memoryview, *, decompress: bool) -> Iterator[bytes]:
    syntax = transfer_syntax(location.transfer_syntax_uid)
    if not decompress or syntax is None or not syntax.encapsulated:
        yield from explicit_little_endian(buffer)
        return
    with undecodable_is_not_acceptable():
        chunks = decompressed(buffer, decode_pool())
        first = next(chunks)
        if not _declares(first, EXPLICIT_VR_LITTLE_ENDIAN):
            raise CannotUnderstand("its frames can't be told apart")
        yield first
        yield from chunks


def _declares(head: bytes, transfer_syntax_uid: str) -> bool:
    """Whether the File Meta Information says what the data set is; if not, the file must be written anew."""
    at = head.find(_TRANSFER_SYNTAX_UID, PREAMBLE_LENGTH)
    if at < 0:
        return False
    value = at + len(_TRANSFER_SYNTAX_UID) + 2
    length = int.from_bytes(head[value - 2 : value], "little")
    return head[value : value + length].rstrip(b"\0 ").decode("latin-1") == transfer_syntax_uid
