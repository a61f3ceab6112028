"""The border of every door: an archive error becomes its status, anything else a 500 with a number to quote."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import orjson
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from archive.errors import ArchiveError, StoreUnavailable, TooLarge
from archive.web.errors import status_of

log = structlog.get_logger(__name__)
DRAINED_BYTES = 64 << 20


class ErrorBoundaryMiddleware:
    """Maps what views raise; views themselves have no `try`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= 400 and request.method == "POST":
            _drain(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Called by Django with what a view raised."""
        if isinstance(error, ArchiveError):
            return _answer(error)
        if isinstance(error, OperationalError | InterfaceError):
            log.error("database_unavailable", error=type(error).__name__)
            return _answer(StoreUnavailable("the index is not available now"))
        if isinstance(error, RequestDataTooBig):
            return _answer(TooLarge("the request body is too large"))
        if isinstance(error, SuspiciousOperation):
            return problem(400, "the request is malformed")
        number = secrets.token_hex(4)
        log.exception("unexpected_error", number=number, method=request.method, route=_route(request))
        return problem(500, f"something went wrong here; quote number {number}")


def problem(status: int, detail: str) -> HttpResponse:
    """A plain JSON answer that says what is wrong."""
    response = HttpResponse(orjson.dumps({"detail": detail}), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def _answer(error: ArchiveError) -> HttpResponse:
    status = status_of(error)
    response = problem(status, str(error))
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="atrium"'
    if status == 503:
        response["Retry-After"] = "10"
    return response


def _drain(request: HttpRequest) -> None:
    """Reads what is left of a refused body, within reason: a sender that is cut off in mid-body never sees why."""
    body = request.META.get("wsgi.input")
    left = DRAINED_BYTES
    while body is not None and left > 0 and (block := body.read(min(left, 1 << 20))):
        left -= len(block)


def _route(request: HttpRequest) -> str:
    """The pattern that matched, never the path: a path may carry what a log must not."""
    return request.resolver_match.route if request.resolver_match else "unmatched"
