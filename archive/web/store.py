"""Store transaction (PS3.18 §10.5, STOW-RS): reads the request's parts, calls ingest, renders its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from archive.access.authentication import actor_of
from archive.dicom.uids import is_uid
from archive.errors import InvalidRequest, UnsupportedMedia
from archive.ingest.outcome import Outcome, StoreReport
from archive.ingest.store import Part, store_instances
from archive.web.multipart_in import IncomingPart, MultipartReader
from archive.web.negotiation import choose_media_type
from archive.web.request_body import BLOCK, Readable, request_body
from archive.web.service_root import service_root

DICOM = "application/dicom"
ANSWERS = ("application/dicom+json", "application/json")


@require_POST
def store(request: HttpRequest, study_instance_uid: str = "") -> HttpResponse:
    """`POST /studies[/{study}]`: 200 all stored, 202 some or with warnings, 409 none for reasons in the data."""
    if study_instance_uid and not is_uid(study_instance_uid):
        raise InvalidRequest("the Study Instance UID in the URL is not a UID")
    media_type = choose_media_type(request, ANSWERS)
    report = store_instances(
        actor=actor_of(request),
        parts=_parts(request),
        study_instance_uid=study_instance_uid,
        body_length=_body_length(request),
    )
    if not report.outcomes:
        raise InvalidRequest("the request has no instance")
    body = orjson.dumps(_response_dataset(report, service_root(request)))
    return HttpResponse(body, content_type=media_type, status=_status(report))


def _parts(request: HttpRequest) -> Iterator[Part]:
    """The instances of the body, as they come."""
    if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise UnsupportedMedia("a compressed request body is not supported")
    header = Message()
    header["Content-Type"] = request.headers.get("Content-Type", "")
    body = request_body(request)
    kind = header.get_content_type()
    if kind == DICOM:
        return _single(body)
    inner = str(header.get_param("type", DICOM)).lower()
    if kind != "multipart/related" or inner != DICOM:
        raise UnsupportedMedia(f'send {DICOM}, or multipart/related; type="{DICOM}"')
    return _multiple(MultipartReader(body, str(header.get_param("boundary", ""))).parts())


def _body_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def _single(body: Readable) -> Iterator[Part]:
    chunks = iter(lambda: body.read(BLOCK), b"")
    first = next(chunks, None)
    if first is None:
        raise InvalidRequest("the request body is empty")
    yield Part(_chain(first, chunks))


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _multiple(incoming: Iterator[IncomingPart]) -> Iterator[Part]:
    for part in incoming:
        declared = part.headers.get_content_type() if "Content-Type" in part.headers else DICOM
        fault = None if declared == DICOM else UnsupportedMedia(f"a part says {declared}, not {DICOM}")
        yield Part(part.chunks, fault)


def _status(report: StoreReport) -> int:
    if not report.stored:
        return 409
    return 202 if report.failed or report.warned else 200


def _response_dataset(report: StoreReport, root: str) -> dict[str, Any]:
    """Store Instances Response Module (PS3.18 §10.5.3, Annex I.2); a sequence without items is left out."""
    studies = {outcome.study_instance_uid for outcome in report.stored}
    dataset: dict[str, Any] = {
        "00081190": _element("UR", f"{root}/studies/{studies.pop()}") if len(studies) == 1 else None,
        "00081198": _sequence(_failed_item(outcome) for outcome in report.failed if outcome.identified),
        "00081199": _sequence(_stored_item(outcome, root) for outcome in report.stored),
        "0008119A": _sequence(_failure(outcome) for outcome in report.failed if not outcome.identified),
    }
    return {tag: element for tag, element in dataset.items() if element}


def _stored_item(outcome: Outcome, root: str) -> dict[str, Any]:
    item = _reference(outcome)
    item["00081190"] = _element(
        "UR",
        f"{root}/studies/{outcome.study_instance_uid}/series/{outcome.series_instance_uid}"
        f"/instances/{outcome.sop_instance_uid}",
    )
    if outcome.warning:
        item["00081196"] = _element("US", int(outcome.warning))
    return item


def _failed_item(outcome: Outcome) -> dict[str, Any]:
    return _reference(outcome) | _failure(outcome)


def _failure(outcome: Outcome) -> dict[str, Any]:
    """FailureReason, and its comment as an item of Failed Attributes Sequence with Error Comment (0000,0902)."""
    assert outcome.failure is not None
    return {
        "00081197": _element("US", int(outcome.failure)),
        "00741048": {"vr": "SQ", "Value": [{"00000902": _element("LO", outcome.comment[:64])}]},
    }


def _reference(outcome: Outcome) -> dict[str, Any]:
    return {
        "00081150": _element("UI", outcome.sop_class_uid),
        "00081155": _element("UI", outcome.sop_instance_uid),
    }


def _element(vr: str, value: str | int) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]} if value != "" else {"vr": vr}


def _sequence(items: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    found = list(items)
    return {"vr": "SQ", "Value": found} if found else None
