"""The border to botocore: each of its errors becomes one of `storage.errors`, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore import exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from storage.errors import (
    DigestMismatch,
    InvalidRange,
    ObjectConflict,
    ObjectNotFound,
    PermanentStoreError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)

# By the code in the body; it says more than the status does.
_BY_CODE: dict[str, type[StoreError]] = {
    "NoSuchBucket": PermanentStoreError,
    "NoSuchKey": ObjectNotFound,
    "NoSuchUpload": StoreUnavailable,  # the upload was cleaned up under us; the whole put can start again
    "InvalidRange": InvalidRange,
    "PreconditionFailed": ObjectConflict,
    "ConditionalRequestConflict": StoreUnavailable,
    "OperationAborted": StoreUnavailable,
    "RequestTimeout": StoreUnavailable,  # a 400: the body came too slowly
    "IncompleteBody": StoreUnavailable,
    "BadDigest": StoreUnavailable,  # our bytes were checked before they left: the way changed them
    "XAmzContentSHA256Mismatch": StoreUnavailable,
    "SlowDown": StoreUnavailable,
    "QuotaExceeded": StoreFull,
}

_BY_STATUS: dict[int, type[StoreError]] = {
    HTTPStatus.NOT_FOUND: ObjectNotFound,  # HEAD has no body, hence no code
    HTTPStatus.REQUEST_TIMEOUT: StoreUnavailable,
    HTTPStatus.CONFLICT: StoreUnavailable,
    HTTPStatus.PRECONDITION_FAILED: ObjectConflict,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: InvalidRange,
    HTTPStatus.TOO_MANY_REQUESTS: StoreUnavailable,
    HTTPStatus.NOT_IMPLEMENTED: PermanentStoreError,
    HTTPStatus.INSUFFICIENT_STORAGE: StoreFull,
}

# What botocore raises itself when the connection or the answer breaks.
_CONNECTION_ERRORS = (
    botocore_errors.ConnectionError,
    botocore_errors.HTTPClientError,  # timeouts and lost connections
    botocore_errors.IncompleteReadError,
    botocore_errors.ResponseStreamingError,
    ResponseParserError,  # an answer cut short in its XML
)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise what botocore raises inside in the words of `storage.errors`; `name` is the key in question."""
    try:
        yield
    except botocore_errors.ClientError as problem:
        raise _of_answer(problem)(f"{name}: {_reason(problem)}") from problem
    except _CONNECTION_ERRORS as problem:
        raise StoreUnavailable(f"{name}: {type(problem).__name__}") from problem
    except botocore_errors.FlexibleChecksumError as problem:
        raise DigestMismatch(f"{name}: the server's checksum does not fit the bytes") from problem
    except botocore_errors.BotoCoreError as problem:  # credentials, parameters, configuration
        raise PermanentStoreError(f"{name}: {type(problem).__name__}") from problem


def _of_answer(problem: botocore_errors.ClientError) -> type[StoreError]:
    code, status = _code_and_status(problem)
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status)
    if kind is None:
        kind = StoreUnavailable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else PermanentStoreError
    return kind


def _reason(problem: botocore_errors.ClientError) -> str:
    code, status = _code_and_status(problem)
    # Without a body (HEAD) botocore repeats the status as the code.
    return f"{problem.operation_name} got {status}{'' if code == str(status) else ' ' + code}"


def _code_and_status(problem: botocore_errors.ClientError) -> tuple[str, int]:
    answer = problem.response
    return answer.get("Error", {}).get("Code", ""), answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
