"""Search transaction (QIDO-RS, PS3.18 §10.6) over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from archive.access.authentication import actor_of
from archive.dicom.native_xml import native_xml
from archive.errors import InvalidRequest
from archive.query.search import Level, Place, SearchPage, search
from archive.web.multipart_out import Multipart, Part
from archive.web.negotiation import choose_media_type
from archive.web.service_root import service_root

DICOM_XML = "application/dicom+xml"
OFFERED = ("application/dicom+json", "application/json", f'multipart/related; type="{DICOM_XML}"')
MAX_PARAMETERS = 256


@require_safe
def search_studies(request: HttpRequest) -> HttpResponse:
    """`/studies`"""
    return _search(request, Level.STUDY, Place())


@require_safe
def search_series(request: HttpRequest, study_instance_uid: str = "") -> HttpResponse:
    """`/series` and `/studies/{study}/series`"""
    return _search(request, Level.SERIES, Place(study_instance_uid))


@require_safe
def search_instances(request: HttpRequest, study_instance_uid: str = "", series_instance_uid: str = "") -> HttpResponse:
    """`/instances`, `/studies/{study}/instances` and `/studies/{study}/series/{series}/instances`"""
    return _search(request, Level.INSTANCE, Place(study_instance_uid, series_instance_uid))


def _search(request: HttpRequest, level: Level, place: Place) -> HttpResponse:
    media_type = choose_media_type(request, OFFERED)
    root = service_root(request)
    page = search(actor=actor_of(request), level=level, place=place, parameters=_parameters(request), service_root=root)
    response = _answer(page, media_type)
    if page.warnings:
        response["Warning"] = ", ".join(f"299 {root}: {warning}" for warning in page.warnings)
    response["Vary"] = "Accept"
    response["Cache-Control"] = "private, no-cache"
    return response


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    """Decoded names and values in their order.

    Raises:
        InvalidRequest: they are not UTF-8 (PS3.18 §8.3.1), or there are too many.
    """
    text = request.META.get("QUERY_STRING", "")
    try:
        # WSGI hands over raw bytes as Latin-1; names typed unencoded are UTF-8 as well.
        text = text.encode("latin-1").decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeError as error:
        raise InvalidRequest("the query is not UTF-8") from error
    except ValueError as error:
        raise InvalidRequest(f"the query has more than {MAX_PARAMETERS} parameters") from error


def _answer(page: SearchPage, media_type: str) -> HttpResponse:
    if not page.results:
        response = HttpResponse(status=204)
        del response["Content-Type"]
        return response
    if not media_type.startswith("multipart/"):
        return HttpResponse(orjson.dumps(page.results), content_type=media_type)
    message = Multipart.of(DICOM_XML)
    body = b"".join(message.stream(_xml_parts(page)))
    return HttpResponse(body, content_type=message.content_type)


def _xml_parts(page: SearchPage) -> Iterator[Part]:
    for result in page.results:
        yield Part(DICOM_XML, result["00081190"]["Value"][0], [native_xml(result)])


# `/studies` itself is shared with the Store transaction: `archive.web.urls` joins the two.
urlpatterns = [
    path("series", search_series),
    path("instances", search_instances),
    path("studies/<str:study_instance_uid>/series", search_series),
    path("studies/<str:study_instance_uid>/instances", search_instances),
    path("studies/<str:study_instance_uid>/series/<str:series_instance_uid>/instances", search_instances),
]
