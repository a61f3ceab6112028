"""The Search transaction: what is in the archive, at three levels, within what the actor may see (PS3.18 §10.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive.access.audit import record_read
from archive.access.policy import Action, Actor, permit
from archive.catalog import search as index
from archive.catalog.search import Place
from archive.dicom.matching_attributes import Level
from archive.dicom.matching_query import parse_query
from archive.dicom.uids import is_uid
from archive.errors import NotFound
from archive.query.search_results import Result, plan, results

MORE = "There are additional results that can be requested"

__all__ = ["Level", "Place", "SearchPage", "search"]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results, and what the caller should know about it."""

    results: list[Result]
    warnings: tuple[str, ...]


def search(
    *,
    actor: Actor | None,
    level: Level,
    place: Place,
    parameters: Iterable[tuple[str, str]],
    service_root: str,
) -> SearchPage:
    """The matches of decoded query `parameters` below `place`, in a stable order; an empty page when none match.

    Raises:
        InvalidRequest: a parameter is malformed.
        NotFound: `place` names a Study, or a Series of that Study, that is not there.
    """
    scope = permit(actor, Action.SEARCH)
    query = parse_query(level, parameters)
    if not all(is_uid(uid) for uid in (place.study_instance_uid, place.series_instance_uid) if uid):
        raise NotFound("no such study or series")
    where = index.locate(place, scope=scope)
    wanted = plan(query, place)
    rows = index.search(query, where, wanted.tags, headers=wanted.with_header, scope=scope)
    page = rows[: query.limit]
    requests = index.request_items(row[-1] for row in page) if wanted.with_requests and page else {}
    warnings = query.warnings + ((MORE,) if len(rows) > query.limit else ())
    found = SearchPage(results(wanted, page, requests, service_root), warnings)
    if actor is not None:
        record_read(actor, "search", (place.study_instance_uid,))
    return found
