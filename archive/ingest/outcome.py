"""What the archive answers for each instance: the reason codes of PS3.18 Annex I and PS3.4 Annex B.2.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from archive import errors


class FailureReason(IntEnum):
    """Why an instance was not stored (0008,1197)."""

    PROCESSING_FAILURE = 0x0110
    DUPLICATE_INSTANCE = 0x0111
    NOT_AUTHORIZED = 0x0124
    OUT_OF_RESOURCES = 0xA700
    DATA_SET_MISMATCH = 0xA900
    CANNOT_UNDERSTAND = 0xC000
    TRANSFER_SYNTAX_NOT_SUPPORTED = 0xC122


class WarningReason(IntEnum):
    """What to know about an instance that was stored (0008,1196)."""

    ELEMENTS_DISCARDED = 0xB006
    DATA_SET_MISMATCH = 0xB007


_REASONS: dict[type[errors.ArchiveError], FailureReason] = {
    errors.DuplicateInstance: FailureReason.DUPLICATE_INSTANCE,
    errors.StudyMismatch: FailureReason.DATA_SET_MISMATCH,
    errors.TooLarge: FailureReason.OUT_OF_RESOURCES,
    errors.StoreUnavailable: FailureReason.OUT_OF_RESOURCES,
    errors.UnsupportedTransferSyntax: FailureReason.TRANSFER_SYNTAX_NOT_SUPPORTED,
    errors.CannotUnderstand: FailureReason.CANNOT_UNDERSTAND,
    errors.UnsupportedMedia: FailureReason.CANNOT_UNDERSTAND,
    errors.InvalidRequest: FailureReason.CANNOT_UNDERSTAND,
    errors.AccessDenied: FailureReason.NOT_AUTHORIZED,
}


def failure_reason(error: errors.ArchiveError) -> FailureReason:
    """The code of the nearest class in the table."""
    return next((_REASONS[kind] for kind in type(error).__mro__ if kind in _REASONS), FailureReason.PROCESSING_FAILURE)


@dataclass(slots=True)
class Outcome:
    """What became of one part of the request, in the order of the request."""

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    failure: FailureReason | None = None
    warning: WarningReason | None = None
    comment: str = ""

    @property
    def stored(self) -> bool:
        """The instance is in the archive, by this request or an earlier one."""
        return self.failure is None

    @property
    def identified(self) -> bool:
        """Its SOP Class and Instance UID could be read."""
        return bool(self.sop_instance_uid)

    def fail(self, error: errors.ArchiveError) -> None:
        """Marks it as not stored, and says why."""
        self.failure, self.comment = failure_reason(error), str(error)


@dataclass(frozen=True, slots=True)
class StoreReport:
    """The answer to a whole request."""

    outcomes: Sequence[Outcome]

    @property
    def stored(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.stored]

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.stored]

    @property
    def warned(self) -> bool:
        return any(outcome.warning for outcome in self.outcomes)
