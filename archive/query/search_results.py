"""Index rows → search results in the DICOM JSON Model (PS3.18 §10.6.3.3, Annex F)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from archive.catalog.headers import expand
from archive.catalog.search import Place
from archive.catalog.search_columns import REQUEST_ITEMS, TIMEZONE_OFFSET
from archive.dicom.matching_attributes import BY_KEYWORD, BY_TAG, Attribute, Level
from archive.dicom.matching_query import MatchingQuery
from archive.dicom.person_name import component_groups

Element = dict[str, Any]
Result = dict[str, Element]

STUDY_UID, SERIES_UID, INSTANCE_UID = "0020000D", "0020000E", "00080018"
REQUEST_ATTRIBUTES = "00400275"
_PIXEL_GROUP = "7FE0"

# Tables 10.6.3-3 to 10.6.3-5, besides what every result has (`_constants`) and Request Attributes Sequence.
_REQUIRED: Final = {
    Level.STUDY: """StudyDate StudyTime AccessionNumber ModalitiesInStudy ReferringPhysicianName PatientName PatientID
        PatientBirthDate PatientSex StudyInstanceUID StudyID NumberOfStudyRelatedSeries
        NumberOfStudyRelatedInstances""",
    Level.SERIES: """Modality SeriesDescription SeriesInstanceUID SeriesNumber NumberOfSeriesRelatedInstances
        PerformedProcedureStepStartDate PerformedProcedureStepStartTime""",
    Level.INSTANCE: """SOPClassUID SOPInstanceUID InstanceNumber Rows Columns BitsAllocated NumberOfFrames
        AvailableTransferSyntaxUID""",
}
# Shown without value when unknown, as Type 2 attributes are; other attributes are left out then.
_SHOWN_EMPTY: Final = frozenset(
    BY_KEYWORD[keyword].tag
    for keyword in (*_REQUIRED[Level.STUDY].split(), "Modality", "SeriesNumber", "InstanceNumber")
)
_LISTS: Final = frozenset(BY_KEYWORD[keyword].tag for keyword in ("ModalitiesInStudy", "SOPClassesInStudy"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the results of a query are made of; `tags` are the index columns to read, ascending."""

    level: Level
    tags: tuple[str, ...]
    makers: tuple[Callable[[Any], Element | None], ...]
    with_requests: bool
    with_header: bool
    """Whether stored headers must be opened for attributes that the index has no column for."""
    from_header: frozenset[str]
    whole_header: bool


def plan(query: MatchingQuery, place: Place) -> Plan:
    """How to answer `query` below `place`."""
    used = frozenset(key.attribute.tag for key in query.keys)
    return _plan(query.level, _levels_shown(query.level, place), used, query.included, query.include_all)


@lru_cache(maxsize=256)
def _plan(level: Level, shown: tuple[Level, ...], used: frozenset[str], included: frozenset[str], whole: bool) -> Plan:
    required = {BY_KEYWORD[keyword].tag for owner in shown for keyword in _REQUIRED[owner].split()}
    uids = {STUDY_UID, *([SERIES_UID] if level >= Level.SERIES else []), *([INSTANCE_UID] if level == 3 else [])}
    wanted = {path.split(".")[0] for path in included}
    asked = {tag for tag in wanted | used if tag in BY_TAG and BY_TAG[tag].level <= level and "." not in tag}
    tags = tuple(sorted((required | uids | asked | {TIMEZONE_OFFSET}) - {REQUEST_ATTRIBUTES}))
    # The index keeps two attributes of a request item; whoever asks for the sequence itself gets the stored one.
    from_header = frozenset(wanted - set(tags) - {"00080005"})
    return Plan(
        level=level,
        tags=tags,
        makers=tuple(_maker(tag) for tag in tags),
        with_requests=Level.SERIES in shown or any(tag in REQUEST_ITEMS for tag in used),
        with_header=whole or bool(from_header),
        from_header=from_header,
        whole_header=whole,
    )


def results(
    plan: Plan, rows: Sequence[tuple[Any, ...]], requests: Mapping[int, Iterable[tuple[str, ...]]], service_root: str
) -> list[Result]:
    """One DICOM JSON object per row, attributes ascending by tag; never pixel data."""
    made: list[Result] = []
    columns = len(plan.tags)
    uid_columns = [plan.tags.index(tag) for tag in (STUDY_UID, SERIES_UID, INSTANCE_UID)[: plan.level]]
    for row in rows:
        result: Result = {
            "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
            "00080056": {"vr": "CS", "Value": ["ONLINE"]},
            "00081190": {"vr": "UR", "Value": [service_root + _path([row[index] for index in uid_columns])]},
        }
        for tag, make, value in zip(plan.tags, plan.makers, row, strict=False):
            element = make(value)
            if element is not None:
                result[tag] = element
        if plan.with_requests and (items := requests.get(row[-1])):
            result[REQUEST_ATTRIBUTES] = {"vr": "SQ", "Value": [_request_item(item) for item in items]}
        if plan.with_header:
            result = _stored_attributes(plan, row[columns:-1], service_root, result) | result
        made.append(dict(sorted(result.items())))
    return made


def _stored_attributes(plan: Plan, headers: Sequence[bytes], service_root: str, result: Result) -> Result:
    found: Result = {}
    for packed in headers:
        # In headers of instances 0x1F stands for the service root.
        text = expand(packed).replace(b"\x1f", service_root.encode())
        found |= orjson.loads(text)
    if REQUEST_ATTRIBUTES in found and (plan.whole_header or REQUEST_ATTRIBUTES in plan.from_header):
        result.pop(REQUEST_ATTRIBUTES, None)
    if not plan.whole_header:
        return {tag: found[tag] for tag in plan.from_header & found.keys() if not tag.startswith(_PIXEL_GROUP)}
    return {tag: element for tag, element in found.items() if not tag.startswith(_PIXEL_GROUP)}


def _levels_shown(level: Level, place: Place) -> tuple[Level, ...]:
    """A search below a Study or Series leaves out what its caller knows already (PS3.18 §10.6.3.3)."""
    first = Level.INSTANCE if place.series_instance_uid else Level.SERIES if place.study_instance_uid else Level.STUDY
    return tuple(owner for owner in Level if first <= owner <= level)


def _path(uids: Sequence[str]) -> str:
    return "".join(f"/{name}/{uid}" for name, uid in zip(("studies", "series", "instances"), uids, strict=False))


def _maker(tag: str) -> Callable[[Any], Element | None]:
    attribute = BY_TAG.get(tag) or Attribute(TIMEZONE_OFFSET, "TimezoneOffsetFromUTC", "SH", Level.STUDY)
    vr = attribute.vr
    empty: Element | None = {"vr": vr} if tag in _SHOWN_EMPTY else None
    if vr == "PN":
        return lambda value: {"vr": "PN", "Value": [_name(value)]} if value else empty
    if tag in _LISTS:
        return lambda value: {"vr": vr, "Value": value.split("\\")} if value else empty
    if vr == "IS":
        return lambda value: {"vr": "IS", "Value": [_integer(value)]} if value not in ("", None) else empty
    return lambda value: {"vr": vr, "Value": [value]} if value not in ("", None) else empty


def _name(value: str) -> dict[str, str]:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), component_groups(value), strict=True)
    return {group: text for group, text in groups if text}


def _integer(value: int | str) -> int | str:
    """A number, unless the sender wrote none: then its text, which PS3.18 §F.2.2 allows for IS."""
    try:
        return int(value)
    except ValueError:
        return value


def _request_item(item: tuple[str, ...]) -> Result:
    found = {
        path.split(".")[1]: {"vr": BY_TAG[path].vr, "Value": [value]}
        for path, value in zip(REQUEST_ITEMS, item, strict=True)
        if value
    }
    return dict(sorted(found.items()))
