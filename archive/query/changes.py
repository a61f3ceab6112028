"""The change feed for partners, AI and polling browsers: everything that happened after a cursor, in commit order.

It names UIDs only and is asked every few seconds, so reading it leaves no audit row; opening what it names does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from archive.access.policy import Action, Actor, permit
from archive.catalog.search_changes import changes_after, latest_change
from archive.errors import InvalidRequest

MAX_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one Series: "stored" (instances arrived) or "settled" (none came for a while)."""

    seq: int
    kind: str
    study_instance_uid: str
    series_instance_uid: str
    registration: int
    """Names the instances that arrived together."""
    instance_count: int
    at: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes in their order; ask again after `latest`, which stays when there is nothing new."""

    changes: tuple[Change, ...]
    latest: int
    more: bool


def changes(*, actor: Actor | None, after: int, limit: int = 100) -> ChangePage:
    """Up to `limit` changes with a number beyond `after`; a reader that keeps `latest` misses none.

    Raises:
        InvalidRequest: limit or cursor is out of range.
    """
    scope = permit(actor, Action.SEARCH)
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidRequest(f"limit is not between 1 and {MAX_LIMIT}")
    if not 0 <= after < 1 << 63:
        raise InvalidRequest("the cursor is not a number of the change feed")
    rows = changes_after(after, limit=limit + 1, scope=scope)
    found = tuple(Change(*row) for row in rows[:limit])
    return ChangePage(found, latest=found[-1].seq if found else after, more=len(rows) > limit)


def latest(*, actor: Actor | None) -> int:
    """The number to start from for whoever only cares for what comes now."""
    permit(actor, Action.SEARCH)
    return latest_change()
