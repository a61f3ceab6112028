"""Unique identifiers: what counts as one, how we mint one, and references built of them (PS3.5 §9).

The grammar is also a safety border: a UID that passes here can't hold a path, a wildcard or markup.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from archive.errors import InvalidRequest

MAXIMUM_LENGTH = 64

# Who wrote an object's File Meta Information (PS3.10 §7.1, PS3.7 §D.3.3.2).
IMPLEMENTATION_CLASS_UID = "2.25.202620211129014236518475930268154739201"
IMPLEMENTATION_VERSION_NAME = "ATRIUM_1"

# Leading zeros in a component break PS3.5 §9.1, yet vendors send them and they are unambiguous as text: tolerated.
_GRAMMAR = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def is_uid(text: str) -> bool:
    """True for digits in dot-separated, non-empty components, 64 characters at most."""
    return len(text) <= MAXIMUM_LENGTH and _GRAMMAR.fullmatch(text) is not None and text.isascii()


def require_uid(text: str, name: str) -> str:
    """The UID itself.

    Raises:
        InvalidRequest: it is not a UID; `name` says which one the caller got wrong.
    """
    if not is_uid(text):
        raise InvalidRequest(f"{name} is not a UID")
    return text


def mint_uid() -> str:
    """A new UID under the root 2.25, which needs no registration (PS3.5 §B.2)."""
    return f"2.25.{uuid.uuid4().int}"


@dataclass(frozen=True, slots=True)
class StudyRef:
    study_instance_uid: str


@dataclass(frozen=True, slots=True)
class SeriesRef:
    study_instance_uid: str
    series_instance_uid: str


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """One instance by its place in the tree: the same path that DICOMweb resources use."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str

    @property
    def path(self) -> str:
        """`/studies/…/series/…/instances/…`, relative to a DICOMweb service root (PS3.18 §10.4)."""
        return f"/studies/{self.study_instance_uid}/series/{self.series_instance_uid}/instances/{self.sop_instance_uid}"
