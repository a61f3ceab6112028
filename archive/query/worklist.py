"""The reading worklist: what came, newest first, narrowed by text and facets."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

import orjson

from archive.access.audit import record_read
from archive.access.policy import Action, Actor, permit
from archive.catalog import search_worklist as index
from archive.catalog.search_studies import StudyRow
from archive.catalog.search_worklist import FLAGS, Position, WorklistFilter
from archive.dicom.person_name import fold
from archive.errors import InvalidRequest
from archive.query.records import WorklistCounts, WorklistPage
from archive.query.summaries import summarise, values

MAX_LIMIT: Final = 500
MAX_TEXT: Final = 128
MAX_PARTS: Final = 8
_BETWEEN_PARTS = re.compile(r"[\s^,;=*?]+")
_WILDCARDS = re.compile(r"[*?]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def worklist(
    *,
    actor: Actor | None,
    text: str = "",
    modalities: Collection[str] = (),
    departments: Collection[str] = (),
    date_from: date | None = None,
    date_to: date | None = None,
    flag: str = "",
    limit: int = 100,
    cursor: str = "",
) -> WorklistPage:
    """One page of Studies, newest first, with the counts of the whole list.

    Args:
        actor: who reads.
        text: beginnings of name parts in any script, or the beginning of a Patient ID or Accession Number.
        modalities: Studies with a Series of any of these.
        departments: any of these lanes.
        date_from: first day of Study Date.
        date_to: last day of Study Date.
        flag: "conflict", "incomplete", "version" or empty.
        limit: Studies per page, 1 to MAX_LIMIT.
        cursor: `next` of the page before, or empty.

    Raises:
        InvalidRequest: flag, limit or cursor is none.
    """
    scope = permit(actor, Action.SEARCH)
    if flag and flag not in FLAGS:
        raise InvalidRequest(f"flag is none of {', '.join(FLAGS)}")
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidRequest(f"limit is not between 1 and {MAX_LIMIT}")
    wanted = _filter(text, modalities, departments, date_from, date_to, flag)
    rows = index.page(wanted, after=_position(cursor) if cursor else None, limit=limit + 1, scope=scope)
    total, counts = _count(index.groups(wanted, scope=scope), wanted)
    found = WorklistPage(
        studies=summarise(rows[:limit], scope=scope),
        next=_cursor(rows[limit - 1]) if len(rows) > limit else None,
        total=total,
        counts=counts,
    )
    if actor is not None:
        record_read(actor, "worklist")
    return found


def _filter(
    text: str,
    modalities: Collection[str],
    departments: Collection[str],
    date_from: date | None,
    date_to: date | None,
    flag: str,
) -> WorklistFilter:
    number = _CONTROLS.sub("", text[:MAX_TEXT]).strip()
    parts = [part for part in _BETWEEN_PARTS.split(fold(number)) if part]
    return WorklistFilter(
        name_parts=tuple(parts[:MAX_PARTS]),
        # A wildcard adds nothing to a search for beginnings, but could make it slow.
        number=_WILDCARDS.sub("", number),
        modalities=tuple(modalities),
        departments=tuple(departments),
        date_from=f"{date_from:%Y%m%d}" if date_from else "",
        date_to=f"{date_to:%Y%m%d}" if date_to else "",
        flag=flag,
    )


def _count(groups: Sequence[tuple[str, str, int]], wanted: WorklistFilter) -> tuple[int, WorklistCounts]:
    """The total, and what each lane and modality would show: its count ignores the facet it belongs to itself."""
    total = 0
    departments: Counter[str] = Counter()
    modalities: Counter[str] = Counter()
    for department, joined, studies in groups:
        made_with = values(joined)
        in_modalities = not wanted.modalities or any(modality in wanted.modalities for modality in made_with)
        in_departments = not wanted.departments or department in wanted.departments
        if in_modalities:
            departments[department] += studies
        if in_departments:
            modalities.update(dict.fromkeys(made_with, studies))
        if in_modalities and in_departments:
            total += studies
    return total, WorklistCounts(dict(departments), dict(modalities))


def _cursor(last: StudyRow) -> str:
    written = orjson.dumps((last.study_date, last.study_time, last.id))
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def _position(cursor: str) -> Position:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        day, time, pk = orjson.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, UnicodeEncodeError, orjson.JSONDecodeError, ValueError, TypeError) as error:
        raise InvalidRequest("the cursor is none that this list gave") from error
    if not (isinstance(day, str) and isinstance(time, str) and type(pk) is int and 0 <= pk < 1 << 63):
        raise InvalidRequest("the cursor is none that this list gave")
    if _CONTROLS.search(day + time):
        raise InvalidRequest("the cursor is none that this list gave")
    return Position(day, time, pk)
