"""What can go wrong, in the archive's own words.

Domain errors know nothing of HTTP or DIMSE: each door maps them to its statuses in one table. Their message is
meant for outsiders, so it carries UIDs and counts but never patient data. Standard library only.
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Base of every error that a door may show to its caller."""


class InvalidRequest(ArchiveError):
    """The request itself is wrong: syntax, an unknown attribute, a value outside its Value Representation."""


class NotSignedIn(ArchiveError):
    """Nobody, or nobody we know, is asking."""


class AccessDenied(ArchiveError):
    """The actor is known but lacks the scope that the action needs."""


class NotFound(ArchiveError):
    """No such resource, or none that this actor may know of: both look the same."""


class NotAcceptable(ArchiveError):
    """Nothing that the caller accepts can be delivered."""


class Conflict(ArchiveError):
    """What was sent contradicts what is stored."""


class DuplicateInstance(Conflict):
    """The SOP Instance UID is stored already, with other bytes."""


class StudyMismatch(Conflict):
    """The instance belongs to another Study than the one the request names."""


class UnsupportedMedia(ArchiveError):
    """The media type of the request body is not one that this resource takes."""


class TooLarge(ArchiveError):
    """A stated limit (body, elements, nesting, inflated size) is exceeded."""


class StoreUnavailable(ArchiveError):
    """The object store or the database can't take or give data now; trying again later may work."""


class CannotUnderstand(ArchiveError):
    """The bytes are not a complete DICOM object (PS3.10).

    `uids` holds what could be read of the four UIDs that place an instance, by keyword, so that the sender hears which
    one it was and the Study can say that something is missing.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.uids: dict[str, str] = {}


class UnsupportedTransferSyntax(ArchiveError):
    """The Transfer Syntax is unknown, or none that the archive may keep (PS3.5 Annex A)."""
