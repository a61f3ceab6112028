"""How Django REST framework speaks inside Atrium: our actor, our JSON, our error table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer

from archive.access.authentication import actor_of
from archive.access.policy import Actor
from archive.errors import NotSignedIn
from archive.web.boundary import problem

if TYPE_CHECKING:  # REST framework imports this module while it loads its own views
    from django.http import HttpResponse
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ActorAuthentication(BaseAuthentication):
    """Hands over the actor that the middleware found; CSRF was checked by Django's own middleware before."""

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        actor = actor_of(request._request)
        return (actor, None) if actor else None


class SignedIn(BasePermission):
    """Nothing is readable by nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.user is None:
            raise NotSignedIn("sign in, or send a bearer token")
        return True


class OrjsonRenderer(BaseRenderer):
    """application/json by orjson; frozen dataclasses are rendered as they are."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z)


def raise_to_boundary(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """REST framework's own refusals (405, parse errors) are answered here; everything else goes to the boundary."""
    if isinstance(error, APIException):
        return problem(error.status_code, str(error.detail))
    raise error
