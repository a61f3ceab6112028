"""The administrator's look at sources, tokens, waiting versions, jobs and the audit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from archive.models import AuditEvent, Job, Source, Token, WaitingVersion


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, never edited: these rows are written by the archive alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "patient_domain", "time_zone", "department")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "scopes", "source", "created_at", "expires_at", "revoked_at")
    fields = ("name", "scopes", "department", "source", "created_at", "expires_at", "revoked_at")
    readonly_fields = ("name", "scopes", "department", "source", "created_at", "expires_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a token is printed once, by `manage.py create_token`

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # revoke it: the audit goes on naming it


@admin.register(WaitingVersion)
class WaitingVersionAdmin(ReadOnly):
    list_display = ("arrived_at", "study_instance_uid", "sop_instance_uid", "failure_reason", "comment", "source")


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("kind", "subject", "state", "due_at", "tries", "reason")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("at", "actor_kind", "actor", "action", "outcome", "study_instance_uid", "count", "address")
    list_filter = ("action", "outcome", "actor_kind")
