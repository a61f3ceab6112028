"""The worklist's query: free text, facets, a date span, and pages that go on where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

import archive.catalog.search_lookups  # noqa: F401  # registers `wildcard` and `name_part`
from archive.catalog.scope import StudyScope
from archive.catalog.search_studies import NEWEST_FIRST, StudyRow, study_rows
from archive.models import Patient, Series, Study


class Position(NamedTuple):
    """Where a page ended: the order columns of its last row."""

    study_date: str
    study_time: str
    id: int


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What the reader narrowed the list to; empty parts narrow nothing. Dates are DA text."""

    name_parts: tuple[str, ...] = ()
    """Folded beginnings of name parts, each of which one name must have."""
    number: str = ""
    """Beginning of a Patient ID or Accession Number, an alternative to the name."""
    modalities: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    flag: str = ""


FLAGS = {
    "conflict": Q(identity_conflict=True) | Q(patient__identity_conflict=True),
    "incomplete": Q(refused_instances__gt=0),
    "version": Q(waiting_versions__gt=0),
}


def page(wanted: WorklistFilter, *, after: Position | None, limit: int, scope: StudyScope) -> list[StudyRow]:
    """Up to `limit` Studies past `after`, newest first."""
    studies = _narrowed(wanted, scope)
    if wanted.departments:
        studies = studies.filter(department__in=wanted.departments)
    if wanted.modalities:
        studies = studies.filter(Exists(Series.objects.filter(study_id=OuterRef("pk"), modality__in=wanted.modalities)))
    if after is not None:
        # The plain bound on the date lets the index start there; the rest decides among Studies of that day.
        earlier = Q(study_date__lt=after.study_date) | Q(study_time__lt=after.study_time)
        earlier |= Q(study_time=after.study_time, id__lt=after.id)
        studies = studies.filter(earlier, study_date__lte=after.study_date)
    return study_rows(studies.order_by(*NEWEST_FIRST)[:limit])


def groups(wanted: WorklistFilter, *, scope: StudyScope) -> list[tuple[str, str, int]]:
    """(department, backslash-separated modalities, Studies) of the list, neither facet applied."""
    grouped = _narrowed(wanted, scope).order_by().values("department", "modalities").annotate(studies=Count("id"))
    return list(grouped.values_list("department", "modalities", "studies"))


def _narrowed(wanted: WorklistFilter, scope: StudyScope) -> QuerySet[Study]:
    studies = scope.restrict(Study.objects.all())
    if wanted.name_parts or wanted.number:
        studies = studies.filter(_text(wanted))
    if wanted.date_from:
        studies = studies.filter(study_date__gte=wanted.date_from)
    if wanted.date_to:
        studies = studies.filter(study_date__lte=wanted.date_to, study_date__gt="")
    return studies.filter(FLAGS[wanted.flag]) if wanted.flag else studies


def _text(wanted: WorklistFilter) -> Q:
    """Three searches, each by an index of its own: one condition with OR would look at every Study."""
    studies = Study.objects.order_by().values("pk")
    found = []
    if wanted.name_parts:
        named = Q()
        for part in wanted.name_parts:
            named &= Q(name_search__name_part=part)
        found.append(studies.filter(patient__in=Patient.objects.filter(named).values("pk")))
    if wanted.number:
        numbered = Patient.objects.filter(_begins("patient_id", wanted.number))
        found.append(studies.filter(patient__in=numbered.values("pk")))
        found.append(studies.filter(_begins("accession_number", wanted.number)))
    return Q(pk__in=found[0].union(*found[1:]))


def _begins(column: str, number: str) -> Q:
    """Either as typed or in capitals, which is how these numbers are printed."""
    condition = Q()
    for spelling in {number, number.upper()}:
        condition |= Q(**{f"{column}__wildcard": f"{spelling}*"})
    return condition
