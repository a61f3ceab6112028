"""The outside of a DICOM object: preamble, File Meta Information, and the encoding of the data set (PS3.10 §7).

What the header declares and what the bytes are differ often enough that the bytes decide; the difference is a finding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from archive.dicom.dictionary import LONG_VRS, SHORT_VRS
from archive.dicom.findings import Findings
from archive.dicom.inflate import inflate
from archive.dicom.limits import Limits
from archive.dicom.source import ByteBuffer, Source
from archive.dicom.transfer_syntax import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    TransferSyntax,
    transfer_syntax,
)
from archive.errors import CannotUnderstand, UnsupportedTransferSyntax

_TRANSFER_SYNTAX_UID: Final = 0x00020010
_VRS: Final = SHORT_VRS.keys() | LONG_VRS.keys()
# Data sets begin in one of these groups: command (dropped), directory, identification, patient.
_FIRST_GROUPS: Final = frozenset({0x0000, 0x0004, 0x0008, 0x0010})


class Preamble(Enum):
    """What the first 128 bytes are (PS3.10 §7.1): they may make the object a valid file of another kind."""

    ABSENT = "absent"
    ZERO = "zero"
    TIFF = "tiff"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Whether elements tell their VR, and the byte order."""

    explicit: bool
    little: bool


EXPLICIT_LITTLE: Final = Encoding(explicit=True, little=True)
EXPLICIT_BIG: Final = Encoding(explicit=True, little=False)
IMPLICIT_LITTLE: Final = Encoding(explicit=False, little=True)


@dataclass(slots=True)
class PartTen:
    """An opened object: `dataset` holds the data set from `start` on (inflated already when it was deflated)."""

    original: Source
    dataset: Source
    start: int
    dataset_offset: int  # in the object as received
    encoding: Encoding
    transfer_syntax_uid: str
    preamble: Preamble
    deflated: bool = False
    meta: dict[int, str] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def open_part10(buffer: ByteBuffer, limits: Limits) -> PartTen:
    """The object's outside understood, its data set ready to be walked.

    Raises:
        CannotUnderstand: not DICOM, or cut off inside the File Meta Information.
        UnsupportedTransferSyntax: the File Meta Information names one that PS3.6 Annex A does not list.
        TooLarge: a deflated data set beyond the limits.
    """
    source = Source(buffer)
    findings = Findings()
    preamble, position = _preamble(source, findings)
    meta, position = _file_meta(source, position, findings)
    position = _skip_command_set(source, position, findings)
    declared = meta.get(_TRANSFER_SYNTAX_UID, "")
    syntax = transfer_syntax(declared)
    if declared and (syntax is None or not syntax.storable):
        raise UnsupportedTransferSyntax("The Transfer Syntax of the object is none that an archive may keep")
    opened = PartTen(
        original=source,
        dataset=source,
        start=position,
        dataset_offset=position,
        encoding=EXPLICIT_LITTLE,
        transfer_syntax_uid=declared,
        preamble=preamble,
        meta=meta,
        findings=findings,
    )
    if syntax and syntax.deflated and _detect(source, position) is None:
        opened.dataset = Source(inflate(source, position, limits))
        opened.start = 0
        opened.deflated = True
    _settle_encoding(opened, syntax)
    return opened


def _preamble(source: Source, findings: Findings) -> tuple[Preamble, int]:
    """The kind of preamble, and where the File Meta Information starts."""
    head = source.cut[0:134]
    # By chance the letters can stand there in a data set without preamble.
    if head[128:132] == b"DICM" and (head[132:134] == b"\x02\0" or _detect(source, 0) is None):
        if not head[:128].strip(b"\0"):
            return Preamble.ZERO, 132
        if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return Preamble.TIFF, 132
        return Preamble.OTHER, 132
    findings.note(0x00020000, "no preamble and DICM prefix (PS3.10 §7.1)")
    return Preamble.ABSENT, 4 if head[:4] == b"DICM" else 0


def _file_meta(source: Source, position: int, findings: Findings) -> tuple[dict[int, str], int]:
    """Text values of group 0002 by tag, and where the group ends.

    Its own group length is often wrong, so the group ends where another group begins.
    """
    texts: dict[int, str] = {}
    claimed_end = None
    while True:
        head = source.cut[position : position + 12]
        if len(head) < 8 or head[:2] != b"\x02\x00":
            break
        tag = 0x00020000 | head[2] | head[3] << 8
        if head[4:6] in SHORT_VRS:
            value, length = position + 8, int.from_bytes(head[6:8], "little")
        elif head[4:6] in LONG_VRS:
            value, length = position + 12, int.from_bytes(head[8:12], "little")
        else:
            findings.note(tag, "File Meta Information in Implicit VR")
            value, length = position + 8, int.from_bytes(head[4:8], "little")
        if value + length > source.size:
            raise CannotUnderstand("The object ends inside its File Meta Information")
        if length <= 256:
            raw = source.cut[value : value + length]
            texts[tag] = raw.decode("latin-1").strip(" \0")
            if tag == 0x00020000 and length == 4:
                claimed_end = value + 4 + int.from_bytes(raw, "little")
        position = value + length
    if not texts:
        findings.note(0x00020000, "no File Meta Information (PS3.10 §7.1)")
    elif claimed_end is None:
        findings.note(0x00020000, "the File Meta Information has no group length")
    elif claimed_end != position:
        findings.note(0x00020000, "the group length of the File Meta Information is wrong")
    return texts, position


def _skip_command_set(source: Source, position: int, findings: Findings) -> int:
    """Past elements of group 0000, which belong to a message (PS3.7 §6.3) and not to a stored object."""
    while True:
        head = source.cut[position : position + 8]
        if len(head) < 8 or head[:2] != b"\0\0" or not head[2:].strip(b"\0"):
            return position
        length = int.from_bytes(head[4:8], "little")
        if position + 8 + length > source.size:
            return position
        findings.note(0x00000000, "a command set precedes the data set; it is kept but not shown")
        position += 8 + length


def _detect(source: Source, position: int) -> Encoding | None:
    """The encoding that the first element shows, or None when it looks like no element at all."""
    head = source.cut[position : position + 8]
    if len(head) < 8:
        return None
    group_little, group_big = struct.unpack("<H", head[:2])[0], struct.unpack(">H", head[:2])[0]
    if head[4:6] in _VRS:
        if group_little in _FIRST_GROUPS:
            return EXPLICIT_LITTLE
        if group_big in _FIRST_GROUPS:
            return EXPLICIT_BIG
        return None
    length = int.from_bytes(head[4:8], "little")
    if group_little in _FIRST_GROUPS and (length == 0xFFFFFFFF or position + 8 + length <= source.size):
        return IMPLICIT_LITTLE
    return None


def _declared_encoding(syntax: TransferSyntax) -> Encoding:
    if syntax.implicit_vr:
        return IMPLICIT_LITTLE
    return EXPLICIT_BIG if syntax.big_endian else EXPLICIT_LITTLE


def _settle_encoding(opened: PartTen, declared: TransferSyntax | None) -> None:
    found = _detect(opened.dataset, opened.start)
    if declared is None:
        if found is None:
            raise CannotUnderstand("Not a DICOM object: no Transfer Syntax UID, and no Data Element at its start")
        opened.encoding = found
        opened.transfer_syntax_uid = _uid_of(found)
        opened.findings.note(_TRANSFER_SYNTAX_UID, "no Transfer Syntax UID; told from the first Data Element")
        return
    opened.encoding = _declared_encoding(declared)
    if declared.deflated and not opened.deflated:
        opened.transfer_syntax_uid = EXPLICIT_VR_LITTLE_ENDIAN
        opened.findings.note(_TRANSFER_SYNTAX_UID, "the Transfer Syntax says deflated, but the data set is not")
    if found is None or found == opened.encoding:
        return
    opened.encoding = found
    opened.findings.note(_TRANSFER_SYNTAX_UID, "the data set is not encoded as its Transfer Syntax says")
    if not declared.encapsulated:
        opened.transfer_syntax_uid = _uid_of(found)


def _uid_of(encoding: Encoding) -> str:
    if not encoding.explicit:
        return IMPLICIT_VR_LITTLE_ENDIAN
    return EXPLICIT_VR_LITTLE_ENDIAN if encoding.little else EXPLICIT_VR_BIG_ENDIAN
