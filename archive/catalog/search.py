"""MatchingQuery → one SELECT of plain tuples, paged, within what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Length

from archive.catalog.scope import StudyScope
from archive.catalog.search_columns import (
    COLUMNS,
    NUMBER_BY_LEVEL,
    ORDER,
    ORDER_BELOW_SERIES,
    ORDER_BELOW_STUDY,
    REQUEST_ITEMS,
)
from archive.catalog.search_conditions import conditions
from archive.dicom.matching_attributes import Level
from archive.dicom.matching_query import MatchingQuery
from archive.models import Instance, RequestAttributes, Series, Study

_MODELS: Final[dict[Level, type[Study] | type[Series] | type[Instance]]] = {
    Level.STUDY: Study,
    Level.SERIES: Series,
    Level.INSTANCE: Instance,
}
# Compressed DICOM JSON that together holds every attribute of a result; an instance's header holds all by itself.
HEADERS: Final = {
    Level.STUDY: ("attributes",),
    Level.SERIES: ("study__attributes", "attributes"),
    Level.INSTANCE: ("header",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The part of the tree that the path of a search names; empty is the whole archive."""

    study_instance_uid: str = ""
    series_instance_uid: str = ""


def search(
    query: MatchingQuery, place: Place, tags: Sequence[str], *, headers: bool, scope: StudyScope
) -> list[tuple[Any, ...]]:
    """One page of matches, with one row more than the limit when further ones remain.

    A row is the values of `tags` in their order (text, or int or None where the index has integers), then the
    compressed headers of `HEADERS` when asked for, then the id of the row that Request Attributes hang on.
    """
    columns = [COLUMNS[query.level][tag].value for tag in tags]
    if headers:
        columns += HEADERS[query.level]
    columns.append("series_id" if query.level == Level.INSTANCE else "id")
    rows = _matches(query, place, scope)
    return list(rows.values_list(*columns)[query.offset : query.offset + query.limit + 1])


def exists(place: Place, *, scope: StudyScope) -> bool:
    """Whether the Study, or the Series of that Study, is there."""
    rows: QuerySet[Any] = _below(Level.SERIES, place) if place.series_instance_uid else _below(Level.STUDY, place)
    return scope.restrict(rows, _scope_prefix(rows)).exists()


def request_items(series: Iterable[int]) -> dict[int, list[tuple[str, ...]]]:
    """The items of Request Attributes Sequence by Series row, each in the order of `REQUEST_ITEMS`."""
    found: dict[int, list[tuple[str, ...]]] = {}
    rows = RequestAttributes.objects.filter(series__in=set(series)).order_by("id")
    for series_id, *item in rows.values_list("series_id", *REQUEST_ITEMS.values()):
        found.setdefault(series_id, []).append(tuple(item))
    return found


def _matches(query: MatchingQuery, place: Place, scope: StudyScope) -> QuerySet[Any]:
    rows = _below(query.level, place)
    rows = scope.restrict(rows, _scope_prefix(rows))
    for condition in conditions(query):
        rows = rows.filter(condition)
    if place.series_instance_uid:
        return rows.order_by(*ORDER_BELOW_SERIES)
    if query.level in NUMBER_BY_LEVEL:
        rows = rows.alias(number_length=Length(NUMBER_BY_LEVEL[query.level]))
    return rows.order_by(*(ORDER_BELOW_STUDY if place.study_instance_uid else ORDER)[query.level])


def _below(level: Level, place: Place) -> QuerySet[Any]:
    rows: QuerySet[Any] = _MODELS[level].objects.all()
    if place.study_instance_uid:
        way = "" if level == Level.STUDY else "study__"
        rows = rows.filter(**{f"{way}study_instance_uid": place.study_instance_uid})
    if place.series_instance_uid:
        way = "series__" if level == Level.INSTANCE else ""
        rows = rows.filter(**{f"{way}series_instance_uid": place.series_instance_uid})
    return rows


def _scope_prefix(rows: QuerySet[Any]) -> str:
    return "" if rows.model is Study else "study__"
