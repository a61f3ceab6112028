"""Health for load balancers and process managers: open to all, cheap, and silent about everything else."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from archive.lifecycle.health import readiness


@require_safe
def livez(request: HttpRequest) -> HttpResponseBase:
    """This process answers; nothing else is asked, so that a dead database never restarts healthy web servers."""
    return _told({"alive": True}, status=200)


@require_safe
def readyz(request: HttpRequest) -> HttpResponseBase:
    """200 when storing and finding work, else 503 with the name of what does not."""
    state = readiness()
    checks = {"database": state.database, "migrations": state.migrations, "objects": state.objects}
    return _told({"ready": state.ready, "checks": checks}, status=200 if state.ready else 503)


def _told(body: dict[str, object], *, status: int) -> HttpResponseBase:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


urlpatterns = [path("livez", livez), path("readyz", readyz)]
