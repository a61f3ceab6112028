"""The built page: one HTML file for every screen, whose script asks the API for the rest."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET

from archive.access.accounts import sign_in_once
from archive.errors import NotFound


@require_GET
def page(request: HttpRequest, **_: str) -> HttpResponse:
    """The page itself holds nothing of anybody, so it needs no sign-in; it leaves the CSRF cookie for the API."""
    get_token(request)
    response = HttpResponse(_built_page(), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def once(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time sign-in link: to the worklist when it is good, else to the sign-in page that says why not."""
    return HttpResponseRedirect("/" if sign_in_once(request, secret) else "/sign-in?link=used")


@lru_cache(maxsize=1)
def _built_page() -> bytes:
    path = settings.FRONTEND_DIST / "index.html"
    if not path.is_file():
        raise NotFound("the viewer is not built; `make setup` builds it")
    built: bytes = path.read_bytes()
    return built
