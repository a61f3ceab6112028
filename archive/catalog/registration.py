"""What ingest hands to the index, and what it hears back: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from archive.catalog.identity import Identity
from archive.dicom.scanner import ScannedInstance


class Registered(Enum):
    """What became of one instance."""

    STORED = "stored"
    SAME = "same bytes stored before"
    DIFFERENT = "other bytes stored before"


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance whose bytes are durable."""

    scanned: ScannedInstance
    identity: Identity
    key: str
    object_length: int
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An instance that was not stored, of a Study that says so to its readers."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    failure_reason: int
    comment: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Registration:
    """One transaction's worth, from one source (PS3.18 §10.5: one request)."""

    instances: Sequence[NewInstance]
    refusals: Sequence[Refusal]
    source_id: int
    time_zone: str
    department: str
    duplicate_reason: int
    settle_after_s: float
