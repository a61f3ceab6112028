"""The Retrieve transaction (WADO-RS, PS3.18 §10.4): studies, series, instances and their metadata.

Frames and bulk data stand in `retrieve_pixels`, pictures in `retrieve_rendered`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from archive.access.authentication import actor_of
from archive.retrieve.instances import RetrievedInstances, retrieve_instances, retrieve_original
from archive.retrieve.metadata import retrieve_metadata
from archive.retrieve.resource import ResourcePath
from archive.web import retrieve_pixels, retrieve_rendered
from archive.web.multipart_out import Multipart, Part
from archive.web.negotiation import accepted_parts, choose_media_type
from archive.web.retrieve_responses import IMMUTABLE, REVALIDATED, etag, respond
from archive.web.service_root import service_root

DICOM = "application/dicom"
DICOM_JSON = ("application/dicom+json", "application/json")


@require_safe
def instances(request: HttpRequest, **uids: str) -> HttpResponseBase:
    """All instances of a Study or Series, or the one named (PS3.18 §10.4.1.1.1)."""
    found = retrieve_instances(actor=actor_of(request), path=ResourcePath(**uids), accepted=accepted_parts(request))
    if found.multipart:
        message = Multipart.of(DICOM)
        content_type, body = message.content_type, message.stream(_parts(found, service_root(request)))
    else:
        first = next(found.instances)
        content_type, body = first.form.content_type, first.chunks
    response = respond(
        request,
        body,
        content_type=content_type,
        tag=etag(found.fingerprint, found.multipart, weak=True),
        caching=IMMUTABLE if "sop_instance_uid" in uids else REVALIDATED,
        status=206 if found.left_out else 200,
    )
    if found.left_out:
        response["Warning"] = (
            f'299 {request.get_host()} "{found.left_out} of {found.total} instances can not be had as accepted"'
        )
    return response


@require_safe
def original(request: HttpRequest, **uids: str) -> HttpResponseBase:
    """The very bytes that were received, with their SHA-256 (RFC 9530, and RFC 3230 for older clients)."""
    choose_media_type(request, [DICOM])
    found = retrieve_original(actor=actor_of(request), path=ResourcePath(**uids))
    response = respond(request, found.chunks, content_type=DICOM, tag=f'"{found.sha256}"')
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode("ascii")
    response["Repr-Digest"] = f"sha-256=:{digest}:"
    response["Digest"] = f"SHA-256={digest}"
    if response.status_code == 200:
        response["Content-Length"] = str(found.length)
    return response


@require_safe
def metadata(request: HttpRequest, **uids: str) -> HttpResponseBase:
    """The headers of all instances of a Study or Series, or of the one named (PS3.18 §10.4.1.1.2)."""
    media_type = choose_media_type(request, DICOM_JSON)
    root = service_root(request)
    found = retrieve_metadata(actor=actor_of(request), path=ResourcePath(**uids), service_root=root)
    tag = etag(found.fingerprint, root, weak=True)
    return respond(request, found.chunks, content_type=media_type, tag=tag, caching=REVALIDATED, gzip=True)


def _parts(found: RetrievedInstances, root: str) -> Iterator[Part]:
    for instance in found.instances:
        yield Part(instance.form.content_type, root + instance.path, instance.chunks)


STUDY = "studies/<str:study_instance_uid>"
SERIES = STUDY + "/series/<str:series_instance_uid>"
INSTANCE = SERIES + "/instances/<str:sop_instance_uid>"
FRAMES = INSTANCE + "/frames/<str:frames>"

urlpatterns = [
    *(path(resource, instances) for resource in (STUDY, SERIES, INSTANCE)),
    *(path(f"{resource}/metadata", metadata) for resource in (STUDY, SERIES, INSTANCE)),
    *(path(f"{resource}/rendered", retrieve_rendered.rendered) for resource in (INSTANCE, FRAMES)),
    *(path(f"{resource}/thumbnail", retrieve_rendered.thumbnail) for resource in (STUDY, SERIES, INSTANCE, FRAMES)),
    path(f"{INSTANCE}/original", original),
    path(FRAMES, retrieve_pixels.frames),
    path(f"{INSTANCE}/bulkdata/<path:element>", retrieve_pixels.bulk_data),
]
