"""The attributes that the index can match and return, by level, and how a query names them (PS3.18 §10.6, §8.3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from archive.dicom.dictionary import TAG_BY_KEYWORD, public_vr
from archive.errors import InvalidRequest


class Level(IntEnum):
    """Query level. Patient attributes live at Study level, as in the Study Root model (PS3.4 §C.6.2.1)."""

    STUDY = 1
    SERIES = 2
    INSTANCE = 3


@dataclass(frozen=True, slots=True)
class Attribute:
    """An indexed attribute. `tag` is its path in upper hex, items joined by dots: "00100010", "00400275.00400009"."""

    tag: str
    keyword: str
    vr: str
    level: Level


def _attributes() -> dict[str, Attribute]:
    by_level = {
        Level.STUDY: """StudyInstanceUID StudyDate StudyTime AccessionNumber StudyID StudyDescription
            ReferringPhysicianName ModalitiesInStudy SOPClassesInStudy InstitutionName PatientName PatientID
            IssuerOfPatientID PatientBirthDate PatientSex PatientAge NumberOfStudyRelatedSeries
            NumberOfStudyRelatedInstances""",
        Level.SERIES: """SeriesInstanceUID Modality SeriesNumber SeriesDescription BodyPartExamined Laterality
            ProtocolName Manufacturer StationName FrameOfReferenceUID PerformedProcedureStepStartDate
            PerformedProcedureStepStartTime NumberOfSeriesRelatedInstances
            RequestAttributesSequence RequestAttributesSequence.ScheduledProcedureStepID
            RequestAttributesSequence.RequestedProcedureID RequestAttributesSequence.AccessionNumber""",
        Level.INSTANCE: """SOPInstanceUID SOPClassUID InstanceNumber Rows Columns BitsAllocated NumberOfFrames
            AvailableTransferSyntaxUID""",
    }
    table: dict[str, Attribute] = {}
    for level, keywords in by_level.items():
        for keyword in keywords.split():
            tags = [TAG_BY_KEYWORD[part] for part in keyword.split(".")]
            path = ".".join(f"{tag:08X}" for tag in tags)
            table[path] = Attribute(path, keyword, public_vr(tags[-1]) or "UN", level)
    return table


BY_TAG: Final = _attributes()
BY_KEYWORD: Final = {attribute.keyword: attribute for attribute in BY_TAG.values()}

_TAG = re.compile(r"[0-9A-Fa-f]{8}")
DEEPEST_PATH: Final = 8


def tag_path(name: str) -> str:
    """`name`, keywords or 8-digit tags joined by dots, as a path of tags (PS3.18 §8.3.4.1).

    Raises:
        InvalidRequest: a part is neither a keyword of PS3.6 nor eight hexadecimal digits.
    """
    parts = name.split(".")
    if len(parts) > DEEPEST_PATH:
        raise InvalidRequest(f"an attribute path has more than {DEEPEST_PATH} parts")
    return ".".join(_tag(part) for part in parts)


def _tag(part: str) -> str:
    if _TAG.fullmatch(part):
        return part.upper()
    known = TAG_BY_KEYWORD.get(part)
    if known is None:
        # What the caller typed is not echoed: it may well be a value in the wrong place.
        raise InvalidRequest("a query parameter is neither a DICOM keyword nor an 8-digit tag")
    return f"{known:08X}"
