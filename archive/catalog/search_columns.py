"""Where each matchable attribute lies in the index, seen from the table of each query level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archive.dicom.matching_attributes import BY_KEYWORD, Level


@dataclass(frozen=True, slots=True)
class Column:
    """`value` is what is returned; `match`, the same unless names are folded, what is compared."""

    value: str
    match: str


_STUDY: Final = {
    "StudyInstanceUID": "study_instance_uid",
    "StudyDate": "study_date",
    "StudyTime": "study_time",
    "AccessionNumber": "accession_number",
    "StudyID": "study_id",
    "StudyDescription": "study_description",
    "ReferringPhysicianName": "referring_physician_name",
    "ModalitiesInStudy": "modalities",
    "SOPClassesInStudy": "sop_classes",
    "InstitutionName": "institution_name",
    "PatientName": "patient__name",
    "PatientID": "patient__patient_id",
    # The domain is the issuer that the object names, or else that of its source: a bare ID means nothing alone.
    "IssuerOfPatientID": "patient__domain",
    "PatientBirthDate": "patient__birth_date",
    "PatientSex": "patient__sex",
    "PatientAge": "patient_age",
    "NumberOfStudyRelatedSeries": "series_count",
    "NumberOfStudyRelatedInstances": "instance_count",
}
_SERIES: Final = {
    "SeriesInstanceUID": "series_instance_uid",
    "Modality": "modality",
    "SeriesNumber": "series_number",
    "SeriesDescription": "series_description",
    "BodyPartExamined": "body_part_examined",
    "Laterality": "laterality",
    "ProtocolName": "protocol_name",
    "Manufacturer": "manufacturer",
    "StationName": "station_name",
    "FrameOfReferenceUID": "frame_of_reference_uid",
    "PerformedProcedureStepStartDate": "performed_procedure_step_start_date",
    "PerformedProcedureStepStartTime": "performed_procedure_step_start_time",
    "NumberOfSeriesRelatedInstances": "instance_count",
}
_INSTANCE: Final = {
    "SOPInstanceUID": "sop_instance_uid",
    "SOPClassUID": "sop_class_uid",
    "InstanceNumber": "instance_number",
    "Rows": "rows",
    "Columns": "columns",
    "BitsAllocated": "bits_allocated",
    "NumberOfFrames": "number_of_frames",
    "AvailableTransferSyntaxUID": "transfer_syntax_uid",
}
_FOLDED: Final = {
    "patient__name": "patient__name_search",
    "referring_physician_name": "referring_physician_search",
}
_LEVELS: Final = {Level.STUDY: _STUDY, Level.SERIES: _SERIES, Level.INSTANCE: _INSTANCE}

TIMEZONE_OFFSET: Final = "00080201"
REQUEST_ITEMS: Final = {
    "00400275.00400009": "scheduled_procedure_step_id",
    "00400275.00401001": "requested_procedure_id",
    "00400275.00080050": "accession_number",
}


def prefix(level: Level, owner: Level) -> str:
    """The way from a row of `level` to the row above it that owns an attribute of level `owner`."""
    return "" if level == owner else "study__" if owner == Level.STUDY else "series__"


def _columns(level: Level) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for owner, names in _LEVELS.items():
        if owner <= level:
            way = prefix(level, owner)
            for keyword, path in names.items():
                found[BY_KEYWORD[keyword].tag] = Column(way + path, way + _FOLDED.get(path, path))
            if owner == Level.STUDY:
                found[TIMEZONE_OFFSET] = Column(f"{way}timezone_offset", f"{way}timezone_offset")
    return found


COLUMNS: Final = {level: _columns(level) for level in Level}

# Stable total order: newest Study first, then by number; ids decide ties, so that pages are a partition.
# Integer strings of equal sign and no padding sort as numbers by length, then by text.
_STUDY_ORDER = ("-study_date", "-study_time", "-id")
ORDER: Final = {
    Level.STUDY: _STUDY_ORDER,
    Level.SERIES: ("-study__study_date", "-study__study_time", "-study_id", "number_length", "series_number", "id"),
    Level.INSTANCE: (
        "-study__study_date",
        "-study__study_time",
        "-study_id",
        "number_length",
        "series__series_number",
        "series_id",
        "sort_number",
        "id",
    ),
}
# Below one Study or Series there is nothing of the upper levels to sort by, and the index gives the order as it is.
ORDER_BELOW_STUDY: Final = {
    Level.SERIES: ("study_id", "number_length", "series_number", "id"),
    Level.INSTANCE: ("study_id", "number_length", "series__series_number", "series_id", "sort_number", "id"),
}
ORDER_BELOW_SERIES: Final = ("series_id", "sort_number", "id")
NUMBER_BY_LEVEL: Final = {Level.SERIES: "series_number", Level.INSTANCE: "series__series_number"}
