"""Frames of one instance: only the ranges that hold them, decoded only when asked for (PS3.18 §10.4.1.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.access.policy import Actor
from archive.catalog import reader
from archive.dicom.pixels import PixelDescription
from archive.errors import InvalidRequest, NotAcceptable, NotFound
from archive.retrieve.accepted import Accepted, Form
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.decoding import decoded
from archive.retrieve.frame_source import FrameSource, frame_source
from archive.retrieve.headers import parsed_header
from archive.retrieve.resource import ResourcePath

MAXIMUM_FRAMES = 10_000


@dataclass(frozen=True, slots=True)
class RetrievedFrame:
    """One frame; nothing is read before the first chunk is taken."""

    path: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class RetrievedFrames:
    """Frames in the order they were asked for, each to be taken before the next."""

    form: Form
    frames: Iterator[RetrievedFrame]
    fingerprint: str
    """Equal for equal answers."""


def parse_frame_list(text: str) -> tuple[int, ...]:
    """Frame numbers of a path, `1,2,5`: from 1, in the caller's order, repeated as often as named.

    Raises:
        InvalidRequest: not a list of positive numbers, or an unreasonably long one.
    """
    numbers = text.split(",")
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers):
        raise InvalidRequest("frames are a comma-separated list of numbers")
    if len(numbers) > MAXIMUM_FRAMES:
        raise InvalidRequest(f"at most {MAXIMUM_FRAMES} frames at once")
    frames = tuple(map(int, numbers))
    if 0 in frames:
        raise InvalidRequest("frames are numbered from 1")
    return frames


def retrieve_frames(
    *, actor: Actor | None, path: ResourcePath, frame_numbers: Sequence[int], accepted: Accepted
) -> RetrievedFrames:
    """The frames of the instance at `path`.

    Raises:
        NotFound: no such instance, no such frame, or no image at all.
        NotAcceptable: no accepted form fits, or (also from the chunks) the frame can't be decoded.
        StoreUnavailable: from the chunks.
    """
    scope = permit_retrieve(actor)
    image = reader.image(scope, path)
    stored = image.location.transfer_syntax_uid
    form = accepted.frame_form(stored, alone=len(frame_numbers) == 1)
    source = frame_source(image)
    last = source.table.number_of_frames
    if beyond := [number for number in frame_numbers if number > last]:
        raise NotFound(f"the instance has {last} frames, no frame {beyond[0]}")
    if form is None:
        raise NotAcceptable("none of the accepted forms can be delivered; transfer-syntax=* gives what is stored")
    if form.transfer_syntax == source.transfer_syntax_uid or source.as_explicit:
        chunks = source.frames(frame_numbers)
    else:
        description = PixelDescription.from_dicom_json(parsed_header(scope, image.location))
        chunks = _decoded(source, frame_numbers, description)
    record_retrieve(actor, path)
    return RetrievedFrames(
        form=form,
        frames=(RetrievedFrame(f"{image.location.path}/frames/{number}", frame) for number, frame in chunks),
        fingerprint=f"{image.location.sha256} {form} {','.join(map(str, frame_numbers))}",
    )


def _decoded(
    source: FrameSource, frame_numbers: Sequence[int], description: PixelDescription
) -> Iterator[tuple[int, Iterator[bytes]]]:
    for number, chunks in source.frames(frame_numbers):
        yield number, _one(source, chunks, description)


def _one(source: FrameSource, chunks: Iterator[bytes], description: PixelDescription) -> Iterator[bytes]:
    yield decoded(b"".join(chunks), description, source.transfer_syntax_uid)
