"""Frames and bulk data (PS3.18 §10.4.1.1.3, §10.4.1.1.5)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from archive.access.authentication import actor_of
from archive.retrieve.bulk import retrieve_bulk_data
from archive.retrieve.frames import RetrievedFrames, parse_frame_list, retrieve_frames
from archive.retrieve.resource import ResourcePath
from archive.web.multipart_out import Multipart, Part
from archive.web.negotiation import accepted_parts
from archive.web.retrieve_responses import etag, respond, respond_range
from archive.web.service_root import service_root


@require_safe
def frames(request: HttpRequest, frames: str, **uids: str) -> HttpResponseBase:
    """Frames by number, in the order of the list."""
    found = retrieve_frames(
        actor=actor_of(request),
        path=ResourcePath(**uids),
        frame_numbers=parse_frame_list(frames),
        accepted=accepted_parts(request),
    )
    if found.form.multipart:
        message = Multipart.of(found.form.media_type)
        content_type, body = message.content_type, message.stream(_parts(found, service_root(request)))
    else:
        content_type, body = found.form.content_type, next(found.frames).chunks
    return respond(request, body, content_type=content_type, tag=etag(found.fingerprint, weak=found.form.multipart))


@require_safe
def bulk_data(request: HttpRequest, element: str, **uids: str) -> HttpResponseBase:
    """The value of one attribute, whole or in a range."""
    found = retrieve_bulk_data(
        actor=actor_of(request), path=ResourcePath(**uids), element=element, accepted=accepted_parts(request)
    )
    tag = etag(found.fingerprint, weak=found.form.multipart)
    if found.form.multipart:
        message = Multipart.of(found.form.media_type)
        value = found.extent.read(0, found.extent.length)
        part = Part(found.form.media_type, service_root(request) + found.path, value)
        return respond(request, message.stream([part]), content_type=message.content_type, tag=tag)
    return respond_range(request, found.extent.length, found.extent.read, content_type=found.form.media_type, tag=tag)


def _parts(found: RetrievedFrames, root: str) -> Iterator[Part]:
    for frame in found.frames:
        yield Part(found.form.content_type, root + frame.path, frame.chunks)
