"""The first and the last line of every retrieve: may this actor read, and that it did."""

from __future__ import annotations

from archive.access.audit import record_read
from archive.access.policy import Action, Actor, permit
from archive.catalog.reader import ResourcePath
from archive.catalog.scope import StudyScope


def permit_retrieve(actor: Actor | None) -> StudyScope:
    """What the actor may read.

    Raises:
        NotSignedIn, AccessDenied: it may not read at all.
    """
    return permit(actor, Action.RETRIEVE)


def record_retrieve(actor: Actor | None, path: ResourcePath) -> None:
    """One read of the Study in the audit."""
    if actor is not None:  # else `permit_retrieve` raised
        record_read(actor, Action.RETRIEVE, [path.study_instance_uid])
