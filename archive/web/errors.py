"""Error type → HTTP status, one table (PS3.18 §8.5)."""

from __future__ import annotations

from archive import errors

STATUS: dict[type[errors.ArchiveError], int] = {
    errors.InvalidRequest: 400,
    errors.NotSignedIn: 401,
    errors.AccessDenied: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.CannotUnderstand: 400,
    errors.UnsupportedTransferSyntax: 400,
    errors.StoreUnavailable: 503,
}


def status_of(error: errors.ArchiveError) -> int:
    """The status of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
