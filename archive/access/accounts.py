"""Ways in: tokens for machines, one-time links and passwords for people. Each way is audited."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from archive.access import audit
from archive.access.audit import Who
from archive.access.policy import Actor
from archive.catalog import tokens
from archive.errors import NotSignedIn

COMMAND_LINE = Who("system", "command line", "")


def issue_token(*, name: str, scopes: list[str], department: str, source: str, expires_at: datetime | None) -> str:
    """A new bearer token for the machine `name`; its secret is given back this once."""
    secret = tokens.create_token(name=name, scopes=scopes, department=department, source=source, expires_at=expires_at)
    audit.record_event(COMMAND_LINE, "create-token", detail=f"{name}: {' '.join(sorted(scopes))}")
    return secret


def one_time_sign_in(*, username: str, valid: timedelta) -> str:
    """The secret of a link that signs `username` in once."""
    secret = tokens.create_one_time_sign_in(username=username, valid=valid)
    audit.record_event(COMMAND_LINE, "create-sign-in-link", detail=username)
    return secret


def sign_in(request: HttpRequest, *, username: str, password: str) -> None:
    """Signs a person in by password; failures are counted by name and address and lock the pair for a while.

    Raises:
        NotSignedIn: the name or the password is wrong; both look the same.
    """
    user = authenticate(request, username=username, password=password)
    who = Who("user", username, request.META.get("REMOTE_ADDR", ""))
    if user is None:
        audit.record_event(who, "sign-in", "denied")
        raise NotSignedIn("The name or the password is wrong.")
    login(request, user)
    audit.record_event(who, "sign-in")


def sign_in_once(request: HttpRequest, secret: str) -> bool:
    """Signs the person of a one-time link in; False when it is unknown, used or too old."""
    user = tokens.redeem_one_time_sign_in(secret)
    address = request.META.get("REMOTE_ADDR", "")
    if user is None:
        audit.record_event(Who("user", "", address), "sign-in-link", "denied")
        return False
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    audit.record_event(Who("user", user.get_username(), address), "sign-in-link")
    return True


def sign_out(request: HttpRequest, actor: Actor) -> None:
    """Ends the session of `actor`."""
    request.session.flush()
    audit.record_event(audit.who(actor), "sign-out")
