"""Everything the archive wants to know of an instance, in one pass to its exact end.

The guard at the door: what comes through `scan` is a complete, well-formed object with the four UIDs that place it,
and costs no more than `Limits` allow; whatever does not is refused with a reason that names tags and counts, never
values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydicom.uid import UID

from archive.dicom.dictionary import keyword
from archive.dicom.findings import Finding, Findings
from archive.dicom.fragments import encapsulated_frames
from archive.dicom.frames import FrameTable
from archive.dicom.header_pass import PATH_MARK, PIXEL_DATA, HeaderPass
from archive.dicom.index_attributes import (
    ACCESSION_NUMBER,
    CODE_MEANING,
    CONCEPT_NAME,
    CONCEPT_NAME_SEQUENCE,
    KEYWORD_BY_TAG,
    REQUEST_ATTRIBUTES_SEQUENCE,
    REQUESTED_PROCEDURE_ID,
    SCHEDULED_PROCEDURE_STEP_ID,
)
from archive.dicom.limits import DEFAULT, Limits
from archive.dicom.native_frames import native_frames, positive
from archive.dicom.part10 import PartTen, Preamble, open_part10
from archive.dicom.source import ByteBuffer
from archive.dicom.uids import is_uid
from archive.errors import CannotUnderstand

# Where the service root goes in a template. A control character, so JSON text can't contain it by itself.
ROOT_MARK: Final = b"\x1f"

# The only trace of an object that was cut exactly between two elements: no length can tell. Header-only images exist,
# so it is a finding and not a refusal.
NO_PIXEL_DATA: Final = "an image without Pixel Data: it may have been cut off before them"

_IMAGE_STORAGE: Final = "Image Storage"  # in the names of nearly all classes of images (PS3.6 Annex A)
_MEDIA_STORAGE_DIRECTORY: Final = "1.2.840.10008.1.3.10"
_UID_KEYWORDS: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_META_TWINS: Final = {0x00020002: "SOPClassUID", 0x00020003: "SOPInstanceUID"}


@dataclass(frozen=True, slots=True)
class RequestAttributes:
    """One Item of Request Attributes Sequence (0040,0275), as far as searches need it."""

    scheduled_procedure_step_id: str
    requested_procedure_id: str
    accession_number: str


@dataclass(frozen=True, slots=True)
class ScannedInstance:
    """An instance understood.

    `attributes`: text by keyword for `index_attributes.KEYWORDS` that are present, several values joined by `\\`.
    `json_template`: the data set as DICOM JSON (PS3.18 Annex F) in UTF-8; bulk data URIs start with the single byte
    0x1F, to be replaced by the service root. `frames`: byte ranges from the start of the buffer; None without Pixel
    Data, in deflated objects, and where frames can't be told apart. `dataset_offset`: where the data set begins.
    """

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    preamble: Preamble
    dataset_offset: int
    attributes: dict[str, str]
    request_attributes: tuple[RequestAttributes, ...]
    json_template: bytes
    frames: FrameTable | None
    findings: tuple[Finding, ...]


def scan(buffer: ByteBuffer, *, limits: Limits = DEFAULT) -> ScannedInstance:
    """The instance that fills the buffer from its first byte to its last.

    Raises:
        CannotUnderstand: not DICOM, cut off, malformed, a DICOMDIR, or without the UIDs that place an instance.
        UnsupportedTransferSyntax: encoded in a Transfer Syntax that is not the standard's.
        TooLarge: beyond the limits.
    """
    opened = open_part10(buffer, limits)
    header = HeaderPass(opened, limits)
    try:
        return _understood(opened, header)
    except CannotUnderstand as error:
        texts = {KEYWORD_BY_TAG.get(tag, ""): text for tag, text in header.texts.items()}
        error.uids = {name: texts[name] for name in _UID_KEYWORDS if is_uid(texts.get(name, ""))}
        raise


def _understood(opened: PartTen, header: HeaderPass) -> ScannedInstance:
    marked = header.run()
    attributes = {KEYWORD_BY_TAG[tag]: text for tag, text in header.texts.items() if tag in KEYWORD_BY_TAG}
    concept_names = header.sequence_texts[CONCEPT_NAME_SEQUENCE]
    if concept_names:
        attributes[CONCEPT_NAME] = concept_names[0].get(CODE_MEANING, "")
    _require_storable(opened, attributes)
    _compare_meta(opened, attributes)
    path = (
        f"/studies/{attributes['StudyInstanceUID']}/series/{attributes['SeriesInstanceUID']}"
        f"/instances/{attributes['SOPInstanceUID']}/bulkdata/"
    )
    return ScannedInstance(
        sop_class_uid=attributes["SOPClassUID"],
        sop_instance_uid=attributes["SOPInstanceUID"],
        study_instance_uid=attributes["StudyInstanceUID"],
        series_instance_uid=attributes["SeriesInstanceUID"],
        transfer_syntax_uid=opened.transfer_syntax_uid,
        preamble=opened.preamble,
        dataset_offset=opened.dataset_offset,
        attributes=attributes,
        request_attributes=_request_attributes(header.sequence_texts[REQUEST_ATTRIBUTES_SEQUENCE]),
        json_template=marked.replace(PATH_MARK, ROOT_MARK + path.encode()),
        frames=_frames(opened, header, attributes),
        findings=opened.findings.listed(),
    )


def _require_storable(opened: PartTen, attributes: dict[str, str]) -> None:
    if _MEDIA_STORAGE_DIRECTORY in (opened.meta.get(0x00020002), attributes.get("SOPClassUID")):
        raise CannotUnderstand("A DICOMDIR is a directory of instances, not an instance: import the files it lists")
    for name in _UID_KEYWORDS:
        uid = attributes.get(name, "")
        if not uid:
            raise CannotUnderstand(f"{name} is missing or empty")
        if not is_uid(uid):
            raise CannotUnderstand(f"{name} is not a UID (PS3.5 §9.1)")


def _compare_meta(opened: PartTen, attributes: dict[str, str]) -> None:
    for tag, name in _META_TWINS.items():
        told = opened.meta.get(tag)
        if told is not None and told != attributes[name]:
            opened.findings.note(tag, f"{keyword(tag)} differs from {name} of the data set, which counts")


def _request_attributes(items: list[dict[int, str]]) -> tuple[RequestAttributes, ...]:
    return tuple(
        RequestAttributes(
            item.get(SCHEDULED_PROCEDURE_STEP_ID, ""),
            item.get(REQUESTED_PROCEDURE_ID, ""),
            item.get(ACCESSION_NUMBER, ""),
        )
        for item in items
        if item
    )


def _frames(opened: PartTen, header: HeaderPass, attributes: dict[str, str]) -> FrameTable | None:
    findings: Findings = opened.findings
    told = attributes.get("NumberOfFrames", "")
    number_of_frames = positive(told)
    if told and number_of_frames is None:
        findings.note(0x00280008, "Number of Frames is no positive integer; taken as 1")
    if header.fragments is not None:
        if opened.deflated:
            return None
        return encapsulated_frames(
            cut=opened.dataset.cut,
            items=header.fragments,
            transfer_syntax_uid=opened.transfer_syntax_uid,
            number_of_frames=number_of_frames,
            extended_offsets=header.extended_offsets,
            extended_lengths=header.extended_lengths,
            findings=findings,
        )
    if header.pixel_data is None:
        if "Rows" in attributes or _IMAGE_STORAGE in UID(attributes["SOPClassUID"]).name:
            findings.note(PIXEL_DATA, NO_PIXEL_DATA)
        return None
    if opened.deflated:
        return None
    tag, offset, length = header.pixel_data
    return native_frames(attributes, tag, offset, length, number_of_frames, findings)
