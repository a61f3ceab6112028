"""The little of DICOMweb that tests speak themselves, written from PS3.18 and sharing no code with the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.e2e.synthetic import SyntheticInstance
from tests.server import RunningArchive

BOUNDARY = "----atrium-test-4f1e"
STORE_TYPE = f'multipart/related; type="application/dicom"; boundary="{BOUNDARY}"'
AS_STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*'
JSON = "application/dicom+json"


@dataclass
class Stored:
    """A STOW-RS answer: what was stored, and why the rest was not."""

    status: int
    stored: set[str] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)
    unidentified: list[int] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text: str = ""


def multipart(bodies: Iterable[bytes]) -> bytes:
    """A whole STOW-RS body."""
    return b"".join(chunk for body in bodies for chunk in part([body])) + closing()


def part(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """One part, streamed."""
    yield f"\r\n--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    yield from chunks


def closing() -> bytes:
    return f"\r\n--{BOUNDARY}--\r\n".encode()


def store(session: requests.Session, archive: RunningArchive, bodies: Iterable[bytes], *, study: str = "") -> Stored:
    """Sends the instances in one request."""
    url = f"{archive.dicom_web}/studies" + (f"/{study}" if study else "")
    answer = session.post(
        url, data=multipart(bodies), headers={"Content-Type": STORE_TYPE, "Accept": JSON}, timeout=120
    )
    return read_answer(answer)


def read_answer(answer: requests.Response) -> Stored:
    """The Store Instances Response Module (PS3.18 §10.5.3)."""
    result = Stored(answer.status_code, text=answer.text[:2000])
    if answer.status_code not in (200, 202, 409) or JSON not in answer.headers.get("Content-Type", ""):
        return result
    module: dict[str, Any] = answer.json()
    result.stored = {_value(item, "00081155") for item in _items(module, "00081199")}
    for item in _items(module, "00081198"):
        result.failed[_value(item, "00081155")] = _value(item, "00081197")
    for item in _items(module, "0008119A"):
        result.unidentified.append(_value(item, "00081197"))
    for item in [*_items(module, "00081198"), *_items(module, "0008119A")]:
        result.comments += [_value(comment, "00000902") for comment in _items(item, "00741048")]
    return result


def original(session: requests.Session, archive: RunningArchive, instance: SyntheticInstance) -> requests.Response:
    """The very bytes that were stored."""
    return session.get(f"{archive.dicom_web}{instance.path}/original", timeout=60)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def search(session: requests.Session, archive: RunningArchive, path: str, **keys: str) -> list[dict[str, Any]]:
    """QIDO-RS: the matches of one query."""
    answer = session.get(f"{archive.dicom_web}{path}", params=keys, headers={"Accept": JSON}, timeout=60)
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
    found: list[dict[str, Any]] = answer.json()
    return found


def value(dataset: dict[str, Any], tag: str) -> Any:
    """The first value of an attribute in DICOM JSON, None when it has none."""
    return _value(dataset, tag)


def split_multipart(answer: requests.Response) -> list[bytes]:
    """The bodies of a multipart answer."""
    kind = answer.headers["Content-Type"]
    boundary = kind.split("boundary=")[1].split(";")[0].strip('"').encode()
    pieces = (b"\r\n" + answer.content).split(b"\r\n--" + boundary)
    assert pieces[-1].startswith(b"--"), "no closing boundary"
    return [piece.split(b"\r\n\r\n", 1)[1] for piece in pieces[1:-1]]


def _items(dataset: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return dataset.get(tag, {}).get("Value", [])


def _value(dataset: dict[str, Any], tag: str) -> Any:
    values = dataset.get(tag, {}).get("Value", [])
    return values[0] if values else None
