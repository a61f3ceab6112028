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
from archive.errors import NotFound
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


@dataclass(frozen=True, slots=True)
class Located:
    """The rows that a Place names: several where one UID came for several Patients; empty is the whole archive."""

    studies: tuple[int, ...] = ()
    series: tuple[int, ...] = ()


def locate(place: Place, *, scope: StudyScope) -> Located:
    """Where to search. Knowing the row saves the search a join, and lets an index give its order.

    Raises:
        NotFound: the Study, or the Series of that Study, is not there.
    """
    if not place.study_instance_uid:
        return Located()
    if place.series_instance_uid:
        series = Series.objects.filter(
            series_instance_uid=place.series_instance_uid, study__study_instance_uid=place.study_instance_uid
        )
        located = Located(series=tuple(scope.restrict(series, "study__").values_list("id", flat=True)))
    else:
        studies = Study.objects.filter(study_instance_uid=place.study_instance_uid)
        located = Located(studies=tuple(scope.restrict(studies).values_list("id", flat=True)))
    if located == Located():
        raise NotFound("no such study or series")
    return located


def search(
    query: MatchingQuery, where: Located, tags: Sequence[str], *, headers: bool, scope: StudyScope
) -> list[tuple[Any, ...]]:
    """One page of matches, with one row more than the limit when further ones remain.

    A row is the values of `tags` in their order (text, or int or None where the index has integers), then the
    compressed headers of `HEADERS` when asked for, then the id of the row that Request Attributes hang on.
    """
    columns = [COLUMNS[query.level][tag].value for tag in tags]
    if headers:
        columns += HEADERS[query.level]
    columns.append("series_id" if query.level == Level.INSTANCE else "id")
    rows = _matches(query, where, scope)
    return list(rows.values_list(*columns)[query.offset : query.offset + query.limit + 1])


def request_items(series: Iterable[int]) -> dict[int, list[tuple[str, ...]]]:
    """The items of Request Attributes Sequence by Series row, each in the order of `REQUEST_ITEMS`."""
    found: dict[int, list[tuple[str, ...]]] = {}
    rows = RequestAttributes.objects.filter(series__in=set(series)).order_by("id")
    for series_id, *item in rows.values_list("series_id", *REQUEST_ITEMS.values()):
        found.setdefault(series_id, []).append(tuple(item))
    return found


def _matches(query: MatchingQuery, where: Located, scope: StudyScope) -> QuerySet[Any]:
    rows: QuerySet[Any] = _MODELS[query.level].objects.all()
    rows = scope.restrict(rows, "" if query.level == Level.STUDY else "study__")
    for owner, ids in (("study_id", where.studies), ("series_id", where.series)):
        if ids:
            rows = rows.filter(**({owner: ids[0]} if len(ids) == 1 else {f"{owner}__in": ids}))
    for condition in conditions(query):
        rows = rows.filter(condition)
    if where.series:
        return rows.order_by(*ORDER_BELOW_SERIES)
    if query.level in NUMBER_BY_LEVEL:
        rows = rows.alias(number_length=Length(NUMBER_BY_LEVEL[query.level]))
    return rows.order_by(*(ORDER_BELOW_STUDY if where.studies else ORDER)[query.level])
