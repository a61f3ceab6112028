"""Findings: what is odd about an instance and yet no reason to refuse it."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.dicom.dictionary import keyword

MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One oddity: where (tag, as an integer) and what, without any value of the patient's."""

    tag: int
    keyword: str
    comment: str


@dataclass(slots=True)
class Findings:
    """Collects findings, each once, and no more than a reader could use."""

    seen: dict[tuple[int, str], None] = field(default_factory=dict)

    def note(self, tag: int, comment: str) -> None:
        if len(self.seen) < MAXIMUM:
            self.seen[tag, comment] = None

    def listed(self) -> tuple[Finding, ...]:
        return tuple(Finding(tag, keyword(tag), comment) for tag, comment in self.seen)


def tag_text(tag: int) -> str:
    """`(0010,0020)`, as the standard writes a tag."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
