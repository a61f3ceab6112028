"""The DICOMweb service root, `/dicom-web` (PS3.18 §8.1)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import path

from archive.web import retrieve, search, store

View = Callable[..., HttpResponseBase]


def by_method(**views: View) -> View:
    """One resource whose transactions live in different modules: the view that serves the request's method."""

    def dispatch(request: HttpRequest, **names: str) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        view = views.get(method or "")
        response = view(request, **names) if view else HttpResponseNotAllowed(views)
        response._csp_exempt = True  # type: ignore[attr-defined]  # no page: a policy for one would only cost
        return response

    return dispatch


urlpatterns = [
    path("studies", by_method(GET=search.search_studies, POST=store.store)),
    path(retrieve.STUDY, by_method(GET=retrieve.instances, POST=store.store)),
    *search.urlpatterns,
    *retrieve.urlpatterns,
]
