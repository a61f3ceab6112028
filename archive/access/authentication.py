"""Who is asking: a bearer token or a session becomes `request.actor`, which every door reads."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.access.policy import Actor
from archive.catalog.tokens import token_holder

MACHINE_DOORS = ("/dicom-web/", "/wado", "/fhir/")


class ActorMiddleware:
    """Sets `request.actor`; None when nobody is known, also when a token is bad, whatever cookie came with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        header = request.headers.get("Authorization", "")
        if header:
            request.actor = _token_actor(header, request)  # type: ignore[attr-defined]
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # no browser sends this by itself
        else:
            request.actor = actor = session_actor(request)  # type: ignore[attr-defined]
            if actor is None and request.path.startswith(MACHINE_DOORS):
                request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # nobody to forge: 401, not 403
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor that the middleware found."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    return actor


def _token_actor(header: str, request: HttpRequest) -> Actor | None:
    scheme, _, secret = header.partition(" ")
    holder = token_holder(secret.strip()) if scheme.lower() == "bearer" else None
    if holder is None:
        return None
    return Actor(
        kind="token",
        name=holder.name,
        display_name=holder.name,
        scopes=holder.scopes,
        source_id=holder.source_id,
        department=holder.department,
        address=request.META.get("REMOTE_ADDR", ""),
    )


def session_actor(request: HttpRequest) -> Actor | None:
    """The person whose session this is, also right after `login`."""
    user = request.user
    if not isinstance(user, AbstractBaseUser) or not user.is_authenticated:
        return None
    return Actor(
        kind="user",
        name=user.get_username(),
        display_name=user.get_full_name() or user.get_username(),
        address=request.META.get("REMOTE_ADDR", ""),
        staff=user.is_staff,
    )
