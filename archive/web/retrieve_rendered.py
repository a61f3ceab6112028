"""Rendered instances and frames, and thumbnails (PS3.18 §10.4.1.1.4, §10.4.1.1.6)."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from archive.access.authentication import actor_of
from archive.errors import NotAcceptable
from archive.retrieve.frames import parse_frame_list
from archive.retrieve.rendered import Wish, retrieve_rendered
from archive.retrieve.resource import ResourcePath
from archive.retrieve.thumbnail import retrieve_thumbnail
from archive.web.negotiation import choose_media_type
from archive.web.retrieve_responses import REVALIDATED, etag, respond, respond_range

PICTURE_CACHING = "private, max-age=86400"
"""A day and no longer: the same instance may be rendered better by a later version."""


@require_safe
def rendered(request: HttpRequest, frames: str = "", **uids: str) -> HttpResponseBase:
    """An instance or one of its frames as a picture, a PDF as it is, a video as it is (in ranges)."""
    found = retrieve_rendered(
        actor=actor_of(request),
        path=ResourcePath(**uids),
        frame_number=_single(frames),
        choose=partial(choose_media_type, request),
        wish=_wish(request),
    )
    tag = etag(found.fingerprint, found.media_type)
    if found.extent is not None:
        return respond_range(request, found.extent.length, found.extent.read, content_type=found.media_type, tag=tag)
    return respond(request, found.chunks, content_type=found.media_type, tag=tag, caching=PICTURE_CACHING)


@require_safe
def thumbnail(request: HttpRequest, frames: str = "", **uids: str) -> HttpResponseBase:
    """A small picture that stands for a Study, Series, instance or frame; an icon where there is nothing to see."""
    found = retrieve_thumbnail(
        actor=actor_of(request),
        path=ResourcePath(**uids),
        frame_number=_single(frames),
        choose=partial(choose_media_type, request),
        wish=_wish(request),
    )
    caching = PICTURE_CACHING if "sop_instance_uid" in uids else REVALIDATED
    tag = etag(found.fingerprint, found.media_type)
    return respond(request, found.chunks, content_type=found.media_type, tag=tag, caching=caching)


def _single(frames: str) -> int | None:
    numbers = parse_frame_list(frames) if frames else (None,)
    if len(numbers) > 1:
        raise NotAcceptable("frames are rendered one at a time")
    return numbers[0]


def _wish(request: HttpRequest) -> Wish:
    asked = request.GET
    return Wish(asked.get("window"), asked.get("viewport"), asked.get("quality"))
