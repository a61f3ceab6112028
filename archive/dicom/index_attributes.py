"""The attributes that the index keeps as text for every instance.

They are the match keys of PS3.18 Table 10.6.1-5, the return attributes of Tables 10.6.3-3 to 10.6.3-5, and what the
worklist, the study page and the viewer show without opening an object.
"""

from __future__ import annotations

from typing import Final

from archive.dicom.dictionary import TAG_BY_KEYWORD

PATIENT: Final = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientBirthTime",
    "PatientSex",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "PatientComments",
    "EthnicGroup",
    "PatientIdentityRemoved",
)

STUDY: Final = (
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "StudyDescription",
    "AccessionNumber",
    "ReferringPhysicianName",
    "NameOfPhysiciansReadingStudy",
    "TimezoneOffsetFromUTC",
    "SpecificCharacterSet",
    "InstitutionName",
    "InstitutionalDepartmentName",
)

SERIES: Final = (
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesDate",
    "SeriesTime",
    "SeriesDescription",
    "Modality",
    "ProtocolName",
    "BodyPartExamined",
    "Laterality",
    "PatientPosition",
    "OperatorsName",
    "PerformingPhysicianName",
    "Manufacturer",
    "ManufacturerModelName",
    "DeviceSerialNumber",
    "SoftwareVersions",
    "StationName",
    "FrameOfReferenceUID",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "PerformedProcedureStepID",
    "PerformedProcedureStepDescription",
)

INSTANCE: Final = (
    "SOPClassUID",
    "SOPInstanceUID",
    "InstanceNumber",
    "InstanceCreationDate",
    "InstanceCreationTime",
    "AcquisitionNumber",
    "AcquisitionDate",
    "AcquisitionTime",
    "AcquisitionDateTime",
    "ContentDate",
    "ContentTime",
    "ImageType",
    "ImageLaterality",
    "ViewPosition",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "SliceThickness",
    "SliceLocation",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "WindowCenter",
    "WindowWidth",
    "RescaleIntercept",
    "RescaleSlope",
    "BurnedInAnnotation",
    "LossyImageCompression",
    "LossyImageCompressionRatio",
    "PresentationIntentType",
    "ContentLabel",
    "ContentDescription",
    "CompletionFlag",
    "VerificationFlag",
    "DocumentTitle",
    "MIMETypeOfEncapsulatedDocument",
    "FrameTime",
    "CineRate",
    "RecommendedDisplayFrameRate",
)

# Read from the first Item of a Sequence: the title of a structured report (PS3.3 §C.17.3) under the Sequence's name.
CONCEPT_NAME: Final = "ConceptNameCodeSequence"

KEYWORDS: Final = (*PATIENT, *STUDY, *SERIES, *INSTANCE, CONCEPT_NAME)

KEYWORD_BY_TAG: Final[dict[int, str]] = {
    TAG_BY_KEYWORD[keyword]: keyword for keyword in KEYWORDS if keyword != CONCEPT_NAME
}

REQUEST_ATTRIBUTES_SEQUENCE: Final = TAG_BY_KEYWORD["RequestAttributesSequence"]
CONCEPT_NAME_SEQUENCE: Final = TAG_BY_KEYWORD[CONCEPT_NAME]
CODE_MEANING: Final = TAG_BY_KEYWORD["CodeMeaning"]
SCHEDULED_PROCEDURE_STEP_ID: Final = TAG_BY_KEYWORD["ScheduledProcedureStepID"]
REQUESTED_PROCEDURE_ID: Final = TAG_BY_KEYWORD["RequestedProcedureID"]
ACCESSION_NUMBER: Final = TAG_BY_KEYWORD["AccessionNumber"]

# Every tag whose text is wanted, at whichever level.
TEXT_TAGS: Final = frozenset({*KEYWORD_BY_TAG, CODE_MEANING, SCHEDULED_PROCEDURE_STEP_ID, REQUESTED_PROCEDURE_ID})
