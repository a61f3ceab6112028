"""Match keys → conditions on the index."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Collate, Concat
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from archive.catalog.search_columns import COLUMNS, REQUEST_ITEMS
from archive.catalog.search_lookups import Wildcard
from archive.catalog.sql import on_postgresql
from archive.dicom.matching import Match, Name, NameGroup, Number, OneOf, Range, Wild
from archive.dicom.matching_attributes import BY_KEYWORD, Attribute, Level
from archive.dicom.matching_query import Key, MatchingQuery
from archive.dicom.person_name import GROUPS
from archive.models import RequestAttributes, Series

_MODALITIES = BY_KEYWORD["ModalitiesInStudy"].tag
_SOP_CLASSES = BY_KEYWORD["SOPClassesInStudy"].tag
_NUMBERS_AS_TEXT = frozenset(BY_KEYWORD[name].tag for name in ("SeriesNumber", "InstanceNumber"))


def conditions(query: MatchingQuery) -> Iterator[Q | Exists]:
    """What every result must meet, one condition per key that is not universal."""
    request_keys = []
    for key in query.keys:
        if not key.alternatives:
            continue
        if key.attribute.tag in REQUEST_ITEMS:
            request_keys.append(key)
        elif key.attribute.tag == _MODALITIES:
            yield _modalities(query.level, key)
        elif key.attribute.tag == _SOP_CLASSES:
            yield _sop_classes(query.level, key)
        else:
            yield _any(COLUMNS[query.level][key.attribute.tag].match, key)
    if request_keys:
        yield _request_item(query.level, request_keys)


def _any(column: str, key: Key) -> Q:
    condition = Q()
    for match in key.alternatives:
        condition |= _condition(column, match, key.attribute)
    return condition


def _condition(column: str, match: Match, attribute: Attribute) -> Q:
    match match:
        case OneOf((value,)):
            return Q(**{column: value})
        case OneOf(values):
            return Q(**{f"{column}__in": values})
        case Wild(pattern):
            return Q(**{f"{column}__wildcard": pattern})
        case Range():
            return _range(column, match, attribute.vr)
        case Number(value):
            return Q(**{f"{column}__in": _spellings(value)} if attribute.tag in _NUMBERS_AS_TEXT else {column: value})
        case Name(groups):
            return _name(column, groups)


def _range(column: str, wanted: Range, vr: str) -> Q:
    """Text order is the order of dates and times, if no locale interferes with the point of a TM fraction."""
    text: F | Collate = F(column)
    if vr == "TM" and on_postgresql():
        text = Collate(column, "C")
    condition = Q()
    if wanted.low is not None:
        condition = Q(GreaterThanOrEqual(text, Value(wanted.low)))
        if wanted.low_shorter:
            condition |= Q(**{f"{column}__in": wanted.low_shorter})
    if wanted.high is not None:
        condition &= Q(LessThanOrEqual(text, Value(wanted.high))) & Q(**{f"{column}__gt": ""})
    return condition


def _spellings(value: int) -> list[str]:
    """An integer as IS values spell it: plain, with a plus sign, or padded."""
    padded = {f"{value:0{digits}d}" for digits in range(1, 7)}
    return sorted(padded | {f"{value:+d}"})


def _name(column: str, groups: tuple[NameGroup, ...]) -> Q:
    condition = Q()
    if groups[0].group is None:
        for pattern in groups[0].patterns:
            condition |= Q(**{f"{column}__name_line": pattern})
        return condition
    by_group: list[tuple[str, ...]] = [("*",)] * GROUPS
    for wanted in groups:
        by_group[wanted.group or 0] = wanted.patterns
    for lines in itertools.product(*by_group):
        condition |= Q(**{f"{column}__name_line": "\n".join(lines)})
    return condition


def _modalities(level: Level, key: Key) -> Exists:
    """Asked of the Series: an index serves that, and a modality such as "PT" is never found within another one."""
    owner = "pk" if level == Level.STUDY else "study_id"
    return Exists(Series.objects.filter(_any("modality", key), study_id=OuterRef(owner)))


def _sop_classes(level: Level, key: Key) -> Q:
    column = COLUMNS[level][key.attribute.tag].match
    listed = Concat(Value("\\"), F(column), Value("\\"), output_field=TextField())
    condition = Q()
    for match in key.alternatives:
        for uid in match.values if isinstance(match, OneOf) else ():
            condition |= Q(Wildcard(listed, f"*\\{uid}\\*"))
    return condition


def _request_item(level: Level, keys: list[Key]) -> Exists:
    """One item of the sequence must fit all its keys (PS3.4 §C.2.2.2.6)."""
    owner = "pk" if level == Level.SERIES else "series_id"
    items = RequestAttributes.objects.filter(series_id=OuterRef(owner))
    for key in keys:
        items = items.filter(_any(REQUEST_ITEMS[key.attribute.tag], key))
    return Exists(items)
