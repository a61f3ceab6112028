"""Who may come in: machine tokens and one-time sign-ins, both kept only as digests."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from archive.models.imaging import Source


class Token(models.Model):
    """A bearer token of a machine."""

    name = models.CharField(max_length=150, db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=255)
    department = models.CharField(max_length=64, blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "token"

    def __str__(self) -> str:
        return self.name


class OneTimeSignIn(models.Model):
    """A link that signs one person in, once."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "one_time_sign_in"
