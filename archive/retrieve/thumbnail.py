"""The small picture that stands for a Study, a Series, an instance or a frame (PS3.18 §10.4.1.1.6).

Where nothing can be shown, a neutral icon is: a list of studies full of error pages helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archive.access.policy import Actor
from archive.catalog import reader
from archive.catalog.reader import InstanceLocation
from archive.catalog.reader_key import key_instance
from archive.catalog.scope import StudyScope
from archive.dicom.render_parameters import RenderParameters, Viewport
from archive.errors import CannotUnderstand, NotAcceptable, NotFound
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.frame_source import FrameSource, frame_source
from archive.retrieve.icons import icon, icon_kind
from archive.retrieve.rendered import PICTURES, Choose, Rendered, Wish, picture
from archive.retrieve.resource import ResourcePath

SIZE = 256
"""Rows and columns at most, when no viewport is asked for."""


def retrieve_thumbnail(
    *, actor: Actor | None, path: ResourcePath, frame_number: int | None, choose: Choose, wish: Wish
) -> Rendered:
    """A picture of the middle frame of the middle image of what lies below `path`, or of the frame named.

    Raises:
        NotFound: nothing is there, or no such frame.
        NotAcceptable: the caller takes neither JPEG nor PNG.
        InvalidRequest: a parameter is wrong.
    """
    scope = permit_retrieve(actor)
    media_type = choose(PICTURES)
    parameters = wish.parameters(media_type)
    if parameters.viewport is None:
        parameters = replace(parameters, viewport=Viewport(SIZE, SIZE))
    image = reader.image(scope, key_instance(scope, path))
    try:
        source = frame_source(image)
    except (NotFound, CannotUnderstand):
        found = _icon(image.location, parameters)
    else:
        found = _of_frame(scope, source, frame_number, parameters)
    record_retrieve(actor, path)
    return found


def _of_frame(
    scope: StudyScope, source: FrameSource, frame_number: int | None, parameters: RenderParameters
) -> Rendered:
    if source.table.stream:
        return _icon(source.location, parameters)
    wanted = frame_number or (source.table.number_of_frames + 1) // 2
    found = picture(scope, source, wanted, parameters)
    return replace(found, chunks=_or_icon(found.chunks, source.location, parameters))


def _or_icon(chunks: Iterator[bytes], location: InstanceLocation, parameters: RenderParameters) -> Iterator[bytes]:
    try:
        yield from chunks
    except (NotAcceptable, CannotUnderstand):
        yield from _icon(location, parameters).chunks


def _icon(location: InstanceLocation, parameters: RenderParameters) -> Rendered:
    kind = icon_kind(location.sop_class_uid, location.transfer_syntax_uid)
    viewport = parameters.viewport or Viewport(SIZE, SIZE)
    side = min(viewport.columns, viewport.rows, SIZE)
    made = icon(kind, side, parameters.media_type)
    return Rendered(parameters.media_type, f"icon {kind} {side}", iter((made,)))
