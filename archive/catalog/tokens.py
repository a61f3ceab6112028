"""Tokens, one-time sign-ins and sources: what lets somebody in, kept as digests."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.catalog.sql import execute, moment
from archive.models import OneTimeSignIn, Source, Token


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """The machine that a valid token names."""

    name: str
    scopes: frozenset[str]
    department: str
    source_id: int


def digest_of(secret: str) -> str:
    """What is kept of a secret. Secrets have 256 random bits, so a plain hash is enough (no guessing to slow down)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def source_named(name: str) -> Source:
    """The source of that name, made with the site's defaults when it is new."""
    defaults = {"patient_domain": settings.ATRIUM_PATIENT_DOMAIN, "time_zone": settings.ATRIUM_TIME_ZONE}
    try:
        with transaction.atomic():
            return Source.objects.get_or_create(name=name, defaults=defaults)[0]
    except IntegrityError:
        return Source.objects.get(name=name)


def create_token(*, name: str, scopes: list[str], department: str, source: str, expires_at: datetime | None) -> str:
    """A new token for `name`; tokens it had before go on working."""
    secret = "atr_" + secrets.token_urlsafe(32)
    Token.objects.create(
        name=name,
        digest=digest_of(secret),
        scopes=" ".join(sorted(scopes)),
        department=department,
        source=source_named(source),
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    return secret


def token_holder(secret: str) -> TokenHolder | None:
    """Who holds this token, if it is valid now. Asked by every call of every machine, so it is one plain statement."""
    rows = execute(
        "SELECT name, scopes, department, source_id FROM token"
        " WHERE digest = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)",
        [digest_of(secret), moment(timezone.now())],
    )
    return next((TokenHolder(name, frozenset(scopes.split()), *rest) for name, scopes, *rest in rows), None)


def create_one_time_sign_in(*, username: str, valid: timedelta) -> str:
    """The secret of a link that signs `username` in once; the account is made when it is new."""
    user, _ = get_user_model().objects.get_or_create(username=username, defaults={"is_staff": True})
    secret = secrets.token_urlsafe(32)
    OneTimeSignIn.objects.create(digest=digest_of(secret), user=user, expires_at=timezone.now() + valid)
    return secret


def redeem_one_time_sign_in(secret: str) -> AbstractBaseUser | None:
    """The person a link signs in, once; None when it is unknown, used or too old."""
    now = timezone.now()
    won = OneTimeSignIn.objects.filter(digest=digest_of(secret), used_at=None, expires_at__gt=now).update(used_at=now)
    if not won:
        return None
    user: AbstractBaseUser = OneTimeSignIn.objects.select_related("user").get(digest=digest_of(secret)).user
    return user
