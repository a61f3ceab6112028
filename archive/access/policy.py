"""The one policy function. Every door asks it; lists get their answer as a StudyScope inside the query.

Today: a person who is signed in reads everything; a machine does what its token's scopes say; the archive's own
commands do all. Departments, care relations and labels come into `permit` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from archive.access import audit
from archive.catalog.scope import StudyScope
from archive.errors import AccessDenied, NotSignedIn


class Action(StrEnum):
    """What can be asked of the archive."""

    STORE = "store"
    SEARCH = "search"
    RETRIEVE = "retrieve"
    DELETE = "delete"
    ADMIN = "admin"
    METRICS = "metrics"


SCOPES: dict[str, frozenset[Action]] = {
    "dicomweb": frozenset({Action.STORE, Action.SEARCH, Action.RETRIEVE}),
    "dicomweb.read": frozenset({Action.SEARCH, Action.RETRIEVE}),
    "delete": frozenset({Action.DELETE}),
    "fhir": frozenset(),
    "metrics": frozenset({Action.METRICS}),
    "admin": frozenset({Action.ADMIN, Action.METRICS}),
}
PERSON = frozenset({Action.SEARCH, Action.RETRIEVE})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: a person, a machine with a token, or the archive's own command line."""

    kind: Literal["user", "token", "system"]
    name: str
    display_name: str = ""
    scopes: frozenset[str] = frozenset()
    source_id: int | None = None
    department: str = ""
    address: str = ""
    staff: bool = False


def system_actor(name: str) -> Actor:
    """The actor of a management command, which whoever holds the machine may run."""
    return Actor(kind="system", name=name)


def permit(actor: Actor | None, action: Action) -> StudyScope:
    """The Studies on which `actor` may do `action`.

    Raises:
        NotSignedIn: nobody is signed in.
        AccessDenied: the scope is missing; said before any look-up, so it tells nothing about what exists.
    """
    if actor is None:
        raise NotSignedIn("sign in, or send a bearer token")
    if action not in _actions(actor):
        audit.record_denial(audit.who(actor), action)
        raise AccessDenied(f"the scope for '{action}' is missing")
    return StudyScope.everything()


def _actions(actor: Actor) -> frozenset[Action]:
    if actor.kind == "system":
        return frozenset(Action)
    if actor.kind == "user":
        return PERSON | {Action.ADMIN} if actor.staff else PERSON
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in actor.scopes))
