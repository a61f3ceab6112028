"""What the retrieve tests share: fresh instances in the running archive, and multipart answers taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import imagecodecs
import numpy as np
import requests
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from tests import factories
from tests.e2e import dicomweb
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

DICOM = 'multipart/related; type="application/dicom"'
AS_STORED = f"{DICOM}; transfer-syntax=*"
OCTETS = 'multipart/related; type="application/octet-stream"'
JPEG = "1.2.840.10008.1.2.4.50"
JPEG2000 = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"
H264 = "1.2.840.10008.1.2.4.102"


@dataclass(frozen=True)
class Part:
    """One part of a multipart answer."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Kit:
    """One client of one archive."""

    archive: RunningArchive
    session: requests.Session

    def get(self, path: str, accept: str | None = None, **headers: str) -> requests.Response:
        """GET below the service root; `accept` None sends `*/*`. Header names may be written with underscores."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        url = path if path.startswith("http") else f"{self.archive.dicom_web}{path}"
        return self.session.get(url, headers={"Accept": accept or "*/*", **named}, timeout=60)

    def head(self, path: str, **headers: str) -> requests.Response:
        return self.session.head(f"{self.archive.dicom_web}{path}", headers=headers, timeout=60)

    def store(self, *instances: Dataset | bytes, study: str = "") -> list[str]:
        """Sends them in one request; the paths of data sets."""
        files = [each if isinstance(each, bytes) else factories.part10_bytes(each) for each in instances]
        answer = dicomweb.store(self.session, self.archive, files, study=study)
        assert answer.status == 200, answer.text
        return [path_of(each) for each in instances if isinstance(each, Dataset)]


def fresh(instance: Dataset, *, study: str = "", series: str = "") -> Dataset:
    """The data set under UIDs that nobody had before."""
    instance.StudyInstanceUID = study or new_uid()
    instance.SeriesInstanceUID = series or new_uid()
    instance.SOPInstanceUID = new_uid()
    instance.PatientID = f"R{instance.StudyInstanceUID[-12:]}"
    if hasattr(instance, "file_meta"):
        instance.file_meta.MediaStorageSOPInstanceUID = instance.SOPInstanceUID
    return instance


def path_of(instance: Dataset) -> str:
    return (
        f"/studies/{instance.StudyInstanceUID}/series/{instance.SeriesInstanceUID}/instances/{instance.SOPInstanceUID}"
    )


def parts(answer: requests.Response) -> list[Part]:
    """The parts of a multipart answer; the closing boundary must be there."""
    assert answer.headers["Content-Type"].startswith("multipart/related"), answer.text[:300]
    boundary = answer.headers["Content-Type"].split("boundary=")[1].strip('"').encode()
    pieces = (b"\r\n" + answer.content.removeprefix(b"\r\n")).split(b"\r\n--" + boundary)
    assert pieces[-1].startswith(b"--"), "no closing boundary"
    found = []
    for piece in pieces[1:-1]:
        head, _, body = piece[2:].partition(b"\r\n\r\n")
        lines = [line.partition(": ")[::2] for line in head.decode("ascii").split("\r\n")]
        found.append(Part(dict(lines), body))
    return found


def ct_file(transfer_syntax_uid: str = ExplicitVRLittleEndian, **place: str) -> tuple[Dataset, bytes]:
    """A CT slice and its file in a native syntax."""
    instance = fresh(factories.ct_slice(), **place)
    return instance, factories.part10_bytes(instance, transfer_syntax_uid)


def compressed(frames: int = 3, *, syntax: str = JPEG2000, **place: str) -> tuple[Dataset, list[np.ndarray]]:
    """A multi-frame image with real codestreams, and its pixels (rows, columns)."""
    y, x = np.mgrid[:32, :48]
    pixels = [((x * 5 + y * 3 + 40 * number) % 256).astype(np.uint8) for number in range(frames)]
    encode = {
        JPEG2000: lambda each: imagecodecs.jpeg2k_encode(each, level=0),
        JPEG: lambda each: imagecodecs.jpeg8_encode(each, level=95),
    }[syntax]
    instance = factories.encapsulated([encode(each) for each in pixels], transfer_syntax_uid=syntax)
    instance.Rows, instance.Columns = 32, 48
    return fresh(instance, **place), pixels
