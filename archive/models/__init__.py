"""The tables. Only `archive.catalog`, `archive.access.audit` and the admin may import them."""

from archive.models.access import OneTimeSignIn, Token
from archive.models.events import AuditEvent, ChangeEvent
from archive.models.imaging import (
    Instance,
    Patient,
    RequestAttributes,
    Series,
    Source,
    StoredObject,
    Study,
    WaitingVersion,
)
from archive.models.jobs import Job

__all__ = [
    "AuditEvent",
    "ChangeEvent",
    "Instance",
    "Job",
    "OneTimeSignIn",
    "Patient",
    "RequestAttributes",
    "Series",
    "Source",
    "StoredObject",
    "Study",
    "Token",
    "WaitingVersion",
]
