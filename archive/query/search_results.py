"""Index rows → search results in the DICOM JSON Model (PS3.18 §10.6.3.3, Annex F)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
Maker = Callable[[Any], Element | None]

STUDY_UID, SERIES_UID, INSTANCE_UID = "0020000D", "0020000E", "00080018"
REQUEST_ATTRIBUTES = "00400275"
_PIXEL_GROUP = "7FE0"
_CHARACTER_SET: Final[Element] = {"vr": "CS", "Value": ["ISO_IR 192"]}
_ONLINE: Final[Element] = {"vr": "CS", "Value": ["ONLINE"]}
# A row is extended by two cells: its items of Request Attributes Sequence, and its Retrieve URL.
_REQUESTS, _URL = -2, -1

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


class _Elements(dict[Any, Element | None]):
    """Elements by value, made when first asked for."""

    def __init__(self, make: Maker) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Element | None:
        element = self[value] = self._make(value)
        return element


@dataclass(frozen=True, slots=True)
class Plan:
    """What the results of a query are made of."""

    tags: tuple[str, ...]
    """The index columns to read."""
    steps: tuple[tuple[str, int, Maker], ...]
    """Tag, ascending; which cell of the extended row it is made of; and how."""
    uid_columns: tuple[int, ...]
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
    with_requests = Level.SERIES in shown or any(tag in REQUEST_ITEMS for tag in used)
    steps = [(tag, at, _maker(tag)) for at, tag in enumerate(tags)]
    steps += [
        ("00080005", _URL, _always(_CHARACTER_SET)),
        ("00080056", _URL, _always(_ONLINE)),
        ("00081190", _URL, _url),
    ]
    if with_requests:
        steps.append((REQUEST_ATTRIBUTES, _REQUESTS, _request_items))
    return Plan(
        tags=tags,
        steps=tuple(sorted(steps, key=lambda step: step[0])),
        uid_columns=tuple(tags.index(tag) for tag in (STUDY_UID, SERIES_UID, INSTANCE_UID)[:level]),
        with_requests=with_requests,
        with_header=whole or bool(from_header),
        from_header=from_header,
        whole_header=whole,
    )


def results(
    plan: Plan, rows: Sequence[tuple[Any, ...]], requests: Mapping[int, list[tuple[str, ...]]], service_root: str
) -> list[Result]:
    """One DICOM JSON object per row, attributes ascending by tag; never pixel data.

    Equal elements are one object throughout the page: a search of a thousand instances repeats most of them.
    """
    steps = [(tag, at, _Elements(make)) for tag, at, make in plan.steps]
    made: list[Result] = []
    for row in rows:
        url = service_root + _path([row[at] for at in plan.uid_columns])
        cells = (*row, tuple(requests.get(row[-1], ())), url)
        result = {tag: element for tag, at, elements in steps if (element := elements[cells[at]]) is not None}
        if plan.with_header:
            result = dict(sorted((_stored_attributes(plan, row, service_root, result) | result).items()))
        made.append(result)
    return made


def _stored_attributes(plan: Plan, row: Sequence[Any], service_root: str, result: Result) -> Result:
    found: Result = {}
    for packed in row[len(plan.tags) : -1]:
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


def _maker(tag: str) -> Maker:
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


def _always(element: Element) -> Maker:
    return lambda _value: element


def _url(value: str) -> Element:
    return {"vr": "UR", "Value": [value]}


def _name(value: str) -> dict[str, str]:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), component_groups(value), strict=True)
    return {group: text for group, text in groups if text}


def _integer(value: int | str) -> int | str:
    """A number, unless the sender wrote none: then its text, which PS3.18 §F.2.2 allows for IS."""
    try:
        return int(value)
    except ValueError:
        return value


def _request_items(items: tuple[tuple[str, ...], ...]) -> Element | None:
    return {"vr": "SQ", "Value": [_request_item(item) for item in items]} if items else None


def _request_item(item: tuple[str, ...]) -> Result:
    found = {
        path.split(".")[1]: {"vr": BY_TAG[path].vr, "Value": [value]}
        for path, value in zip(REQUEST_ITEMS, item, strict=True)
        if value
    }
    return dict(sorted(found.items()))
