"""Instances and frames as anything can show them: pictures, PDF, video (PS3.18 §10.4.1.1.4, §8.3.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from archive.access.policy import Actor
from archive.catalog import reader
from archive.catalog.reader import InstanceLocation
from archive.catalog.scope import StudyScope
from archive.dicom.render_parameters import RenderParameters
from archive.errors import NotFound
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.bulk import bulk_bytes, bulk_extent
from archive.retrieve.decoding import picture_of
from archive.retrieve.extent import Extent, StoredExtent
from archive.retrieve.frame_source import FrameSource, frame_source
from archive.retrieve.headers import parsed_header
from archive.retrieve.recent import pictures
from archive.retrieve.resource import ResourcePath

RENDERER = 1
"""Part of every fingerprint; to be raised when pictures of the same instance change."""

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
PICTURES = ("image/jpeg", "image/png")
_DOCUMENT, _DOCUMENT_LENGTH = "00420011", "00420015"

Choose = Callable[[Sequence[str]], str]
"""Picks the caller's favourite of the media types offered, or raises NotAcceptable."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The query parameters of a rendered resource as they came (PS3.18 §8.3.5.1)."""

    window: str | None = None
    viewport: str | None = None
    quality: str | None = None

    def parameters(self, media_type: str) -> RenderParameters:
        """The same, checked.

        Raises:
            InvalidRequest: one is malformed or out of range.
        """
        return RenderParameters.parse(
            window=self.window, viewport=self.viewport, quality=self.quality, media_type=media_type
        )


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture, rendered when the first chunk is taken; or, with an `extent`, a document or video as it lies there."""

    media_type: str
    fingerprint: str
    """Equal for equal answers."""
    chunks: Iterator[bytes]
    extent: Extent | None = None


def retrieve_rendered(
    *, actor: Actor | None, path: ResourcePath, frame_number: int | None, choose: Choose, wish: Wish
) -> Rendered:
    """The instance at `path`, or one frame of it; of a multi-frame image without `frame_number` the first.

    Raises:
        NotFound: no such instance or frame, or nothing that can be shown.
        NotAcceptable: the caller takes none of the forms there are, or the frame can't be decoded.
        InvalidRequest: a parameter is wrong.
    """
    scope = permit_retrieve(actor)
    image = reader.image(scope, path)
    if image.location.sop_class_uid == ENCAPSULATED_PDF and frame_number is None:
        found = _document(scope, image.location, choose)
    else:
        source = frame_source(image)
        if source.table.stream and frame_number is None:
            found = _video(source, choose)
        else:
            media_type = choose(PICTURES)
            found = picture(scope, source, frame_number or 1, wish.parameters(media_type))
    record_retrieve(actor, path)
    return found


def picture(scope: StudyScope, source: FrameSource, frame_number: int, parameters: RenderParameters) -> Rendered:
    """One frame as JPEG or PNG.

    Raises:
        NotFound: there is no such frame.
    """
    if not 1 <= frame_number <= source.table.number_of_frames:
        raise NotFound(f"the instance has {source.table.number_of_frames} frames, no frame {frame_number}")
    fingerprint = f"{RENDERER} {source.location.sha256} {frame_number} {parameters}"
    return Rendered(
        parameters.media_type, fingerprint, _rendering(scope, source, frame_number, parameters, fingerprint)
    )


def _rendering(
    scope: StudyScope, source: FrameSource, frame_number: int, parameters: RenderParameters, fingerprint: str
) -> Iterator[bytes]:
    made = pictures.get(fingerprint)
    if made is None:
        location = source.location
        made = picture_of(
            b"".join(chunk for _number, chunks in source.frames([frame_number]) for chunk in chunks),
            parsed_header(scope, location),
            parameters,
            frame_number=frame_number,
            transfer_syntax_uid=source.transfer_syntax_uid,
            read_bulk=lambda element: bulk_bytes(location, element),
        )
        pictures.put(fingerprint, made)
    yield made


def _document(scope: StudyScope, location: InstanceLocation, choose: Choose) -> Rendered:
    media_type = choose(("application/pdf",))
    header = parsed_header(scope, location)
    extent = bulk_extent(location, _DOCUMENT)
    told = header.get(_DOCUMENT_LENGTH, {}).get("Value") or [extent.length]
    length = told[0] if isinstance(told[0], int) and 0 < told[0] <= extent.length else extent.length
    if isinstance(extent, StoredExtent):
        extent = StoredExtent(location, [(extent.pieces[0][0], length)])  # without the padding byte
    return Rendered(media_type, location.sha256, extent.read(0, extent.length), extent)


def _video(source: FrameSource, choose: Choose) -> Rendered:
    extent = StoredExtent(source.location, source.table.ranges(1))
    media_type = choose((_container(extent),))
    return Rendered(media_type, source.location.sha256, extent.read(0, extent.length), extent)


def _container(extent: StoredExtent) -> str:
    """The container that the first bytes show: the transfer syntax leaves it open (PS3.5 §8.2.7)."""
    head = b"".join(extent.read(0, min(12, extent.length)))
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return "video/mp2t" if head[:1] == b"\x47" else "video/mpeg"
