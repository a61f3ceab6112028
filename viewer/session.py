"""Who is signed in, and signing in and out, for the page."""

from __future__ import annotations

from typing import Any, cast

from axes.helpers import get_cool_off
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.access.accounts import sign_in, sign_out
from archive.access.authentication import actor_of, session_actor
from archive.access.policy import Actor
from archive.errors import NotSignedIn


class Credentials(serializers.Serializer[Any]):
    """What the sign-in form sends."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class SessionView(APIView):
    """`GET /viewer/api/session`"""

    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        get_token(request._request)
        return Response(_session(request._request, actor_of(request._request)))


@method_decorator(csrf_protect, name="dispatch")
class SignInView(APIView):
    """`POST /viewer/api/sign-in`; 429 when name and address have failed too often."""

    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        form = Credentials(data=request.data)
        form.is_valid(raise_exception=True)
        http = request._request
        sign_in(http, username=form.validated_data["username"], password=form.validated_data["password"])
        return Response(_session(http, session_actor(http)))


@method_decorator(csrf_protect, name="dispatch")
class SignOutView(APIView):
    """`POST /viewer/api/sign-out`"""

    def post(self, request: Request) -> Response:
        sign_out(request._request, cast(Actor, request.user))  # SignedIn has seen to it
        return Response(status=204)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *args: Any, **kwargs: Any) -> Any:
    """What django-axes answers while a name is locked."""
    pause = get_cool_off(request)
    answer = JsonResponse({"detail": "Too many failed attempts. Try again later."}, status=429)
    answer["Retry-After"] = str(int(pause.total_seconds()) if pause else 900)
    return answer


def _session(request: HttpRequest, actor: Actor | None) -> dict[str, Any]:
    if actor is None or SESSION_KEY not in request.session:
        raise NotSignedIn("nobody is signed in")
    return {
        "user": {"username": actor.name, "display_name": actor.display_name, "staff": actor.staff},
        "csrf_token": get_token(request),
        "language": "en",
    }
