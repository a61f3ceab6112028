"""Every real file goes in by STOW-RS and comes back unharmed; what cannot be filed is refused with a clear reason."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import requests
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests.conftest import FULL
from tests.e2e import dicomweb
from tests.e2e.real_files import RealFile, read, real_files
from tests.server import RunningArchive

SEED = int(os.environ.get("ATRIUM_TEST_SEED", "20261120"))
DECODED = 800 if FULL else 60
OCTETS = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'

# Files whose bytes contradict themselves, with the word that the refusal must have. pydicom reads most of them.
BROKEN = {
    "malformed/3gb-bulk-data-truncated": "truncated",
    "malformed/GH179B.dcm": "truncated",
    "malformed/MR_truncated.dcm": "truncated",
    "malformed/rtplan_truncated.dcm": "truncated",
    "malformed/GH626.dcm": "ends before",
    "malformed/GH1339.dcm": "ends before",
    "malformed/emri_small_jpeg_2k_lossless_too_short.dcm": "ends before",
    "malformed/FreezePattern.dcm": "stands where",
    "malformed/GH364.dcm": "stands where",
    "malformed/meta_missing_tsyntax.dcm": "no Transfer Syntax UID",
    "malformed/no_meta.dcm": "no Transfer Syntax UID",
}
# Says JPEG Lossless, is JPEG Baseline.
MISLABELLED = ("ophthalmology/sample-op.dcm",)


@dataclass
class Sent:
    """What became of every file."""

    files: list[RealFile]
    answers: dict[str, dicomweb.Stored]

    @property
    def stored(self) -> list[RealFile]:
        return [file for file in self.files if self.answers[file.name].stored]

    @property
    def refused(self) -> list[RealFile]:
        return [file for file in self.files if not self.answers[file.name].stored]


@pytest.fixture(scope="module")
def client(archive: RunningArchive) -> Iterator[requests.Session]:
    """A session that remembers every 5xx."""
    session, faults = archive.session(), []

    def remember(answer: requests.Response, *_: object, **__: object) -> None:
        if answer.status_code >= 500:
            faults.append(f"{answer.status_code} {answer.request.method} {answer.request.path_url}")

    session.hooks["response"].append(remember)
    yield session
    assert not faults, f"{len(faults)} server errors: {faults[:10]}"


@pytest.fixture(scope="module")
def sent(archive: RunningArchive, test_data: Path, client: requests.Session) -> Sent:
    """One request for each file, on one connection."""
    files = [file for file in real_files(test_data) if file.dataset is not None or file.name in BROKEN]
    return Sent(files, {file.name: dicomweb.store(client, archive, [file.data]) for file in files})


def _told(wrong: dict[str, object]) -> str:
    return f"{len(wrong)} files:\n" + "\n".join(f"{name}: {what}" for name, what in wrong.items())


def _expected_refusal(file: RealFile) -> str:
    """A word of the reason for which this file must be refused, empty when it must be stored."""
    if Path(file.name).name.startswith("DICOMDIR"):
        return "DICOMDIR" if "nooffset" not in file.name else "truncated"
    return BROKEN.get(file.name) or file.lacks


def test_what_can_be_filed_is_stored_and_the_rest_says_why(sent: Sent) -> None:
    wrong = {}
    for file in sent.files:
        answer, expected = sent.answers[file.name], _expected_refusal(file)
        if expected:
            told = answer.status == 409 and any(expected in comment for comment in answer.comments)
        else:
            told = answer.status in (200, 202)
        if not told:
            wrong[file.name] = (answer.status, answer.failed, answer.comments, f"expected: {expected or 'stored'}")
    assert not wrong, _told(wrong)


def test_a_refusal_names_a_reason_of_the_standard(sent: Sent) -> None:
    for file in sent.refused:
        answer = sent.answers[file.name]
        assert [*answer.failed.values(), *answer.unidentified], file.name
        assert set(answer.failed.values()) | set(answer.unidentified) <= {0xC000, 0xC122, 0xA700, 0xA900}, file.name
        assert all(0 < len(comment) <= 64 for comment in answer.comments), file.name


def test_the_original_is_the_very_bytes(sent: Sent, archive: RunningArchive, client: requests.Session) -> None:
    changed = [
        file.name for file in sent.stored if client.get(f"{archive.dicom_web}{file.path}/original").content != file.data
    ]
    assert not changed


def test_as_stored_is_the_same_data_set(sent: Sent, archive: RunningArchive, client: requests.Session) -> None:
    """`transfer-syntax=*`: the stored data set; Implicit LE and big endian as Explicit LE with the same values."""
    wrong = {}
    for file in sent.stored:
        answer = client.get(f"{archive.dicom_web}{file.path}", headers={"Accept": dicomweb.AS_STORED})
        if answer.status_code != 200:
            wrong[file.name] = f"{answer.status_code} {answer.text[:200]}"
            continue
        [body] = dicomweb.split_multipart(answer)
        if difference := _difference(file, body):
            wrong[file.name] = difference
    assert not wrong, _told(wrong)


def _difference(file: RealFile, body: bytes) -> str:
    whole = file.data[128:132] == b"DICM"
    assert file.dataset is not None
    syntax = file.dataset.file_meta.get("TransferSyntaxUID") if whole else None
    if syntax not in (None, ImplicitVRLittleEndian, ExplicitVRBigEndian):
        return "" if body[128:] == file.data[128:] else "other bytes"
    served = read(body)
    if served is None:
        return "not readable"
    if served.file_meta.TransferSyntaxUID in (ImplicitVRLittleEndian, ExplicitVRBigEndian):
        return f"served as {served.file_meta.TransferSyntaxUID.name}"
    return _unequal(file.dataset, served)


def _unequal(sent: Dataset, served: Dataset) -> str:
    """The first element that differs; nothing when all are equal."""
    tags = {element.tag for element in sent if element.tag.element != 0}  # group lengths are retired
    if missing := tags ^ {element.tag for element in served if element.tag.element != 0}:
        return f"elements differ: {sorted(map(str, missing))[:5]}"
    for tag in sorted(tags):
        before, after = sent[tag], served[tag]
        if before.VR == "SQ" and after.VR == "SQ":
            inner = "" if len(before.value) == len(after.value) else "number of items"
            for one, other in zip(before.value, after.value, strict=False):
                inner = inner or _unequal(one, other)
            if inner:
                return f"{tag}: {inner}"
        elif tag == 0x7FE00010:
            if len(before.value) != len(after.value):
                return "pixel data of another length"
        elif before.VR == after.VR and before.value != after.value:
            return f"{tag} {before.VR}: {str(before.value)[:60]} became {str(after.value)[:60]}"
    return ""


def test_frames_are_the_files_own_bytes(sent: Sent, archive: RunningArchive, client: requests.Session) -> None:
    wrong, compared = {}, 0
    for file in sent.stored:
        frames = _own_frames(file)
        for number in sorted({1, (len(frames) + 1) // 2, len(frames)} if frames else ()):
            url = f"{archive.dicom_web}{file.path}/frames/{number}"
            answer = client.get(url, headers={"Accept": OCTETS})
            if answer.status_code != 200 or dicomweb.split_multipart(answer) != [frames[number - 1]]:
                wrong[f"{file.name} frame {number}"] = f"{answer.status_code} {len(answer.content)} bytes"
            compared += 1
    assert not wrong, _told(wrong)
    assert compared > 500


def _own_frames(file: RealFile) -> list[bytes]:
    """The frames as they lie in the file, cut by pydicom; empty where it cannot tell."""
    dataset = file.dataset
    assert dataset is not None
    if "PixelData" not in dataset or "Rows" not in dataset or file.name.startswith("malformed/"):
        return []
    count = int(dataset.get("NumberOfFrames") or 1)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None or not syntax.is_transfer_syntax or syntax == ExplicitVRBigEndian:
        return []
    if syntax.is_encapsulated:
        try:
            return list(generate_frames(dataset.PixelData, number_of_frames=count))
        except ValueError:
            return []
    bits = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated
    if bits % 8 or dataset.PhotometricInterpretation == "YBR_FULL_422":
        return []
    length = bits // 8
    return [dataset.PixelData[start : start + length] for start in range(0, length * count, length)]


def test_metadata_and_images_answer_without_server_errors(
    sent: Sent, archive: RunningArchive, client: requests.Session
) -> None:
    """The `client` fixture fails on any 5xx; metadata must be there for everything that is stored."""
    for file in sent.stored:
        answer = client.get(f"{archive.dicom_web}{file.path}/metadata", headers={"Accept": dicomweb.JSON})
        assert answer.status_code == 200, file.name
        [dataset] = answer.json()
        assert dicomweb.value(dataset, "00080018") == file.uid("SOPInstanceUID")
        for resource in ("rendered", "thumbnail"):
            client.get(f"{archive.dicom_web}{file.path}/{resource}", timeout=120)


@pytest.mark.timeout(1800)
def test_decoded_pixels_equal_pydicoms(sent: Sent, archive: RunningArchive, client: requests.Session) -> None:
    """Served as Explicit VR Little Endian; lossless must be equal, lossy within the tolerance of two decoders."""
    compressed = [file for file in sent.stored if _is_compressed(file)]
    chosen = random.Random(SEED).sample(compressed, min(DECODED, len(compressed)))
    print(f"seed {SEED}, {len(chosen)} of {len(compressed)} compressed files")
    wrong, compared = {}, 0
    for file in chosen:
        expected = _pixels(file.dataset)
        if expected is None:
            continue
        answer = client.get(f"{archive.dicom_web}{file.path}", timeout=120)
        if answer.status_code != 200:
            wrong[file.name] = f"{answer.status_code} {answer.text[:200]}"
            continue
        served = _pixels(read(dicomweb.split_multipart(answer)[0]))
        if served is None or served.shape != expected.shape:
            wrong[file.name] = f"shape {None if served is None else served.shape}, not {expected.shape}"
            continue
        difference = np.abs(served.astype(np.int64) - expected.astype(np.int64))
        most, mean = _tolerance(file)
        if difference.max() > most or difference.mean() > mean:
            wrong[file.name] = f"differs by {difference.max()}, {difference.mean():.2f} in the mean"
        compared += 1
    assert not wrong, _told(wrong)
    assert compared >= len(chosen) // 2


def _is_compressed(file: RealFile) -> bool:
    assert file.dataset is not None
    syntax = file.dataset.file_meta.get("TransferSyntaxUID")
    return syntax is not None and syntax.is_transfer_syntax and syntax.is_encapsulated and "Rows" in file.dataset


def _tolerance(file: RealFile) -> tuple[int, float]:
    """Largest and mean difference allowed between two decoders; they enlarge halved chroma in different ways."""
    assert file.dataset is not None
    name = str(file.dataset.file_meta.TransferSyntaxUID.name)
    if ("Lossless" in name or "RLE" in name) and file.name not in MISLABELLED:
        return 0, 0
    return (32, 1.0) if file.dataset.SamplesPerPixel > 1 else (4, 1.0)


def _pixels(dataset: Dataset | None) -> np.ndarray | None:
    if dataset is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            get_decoder(dataset.file_meta.TransferSyntaxUID)
            return dataset.pixel_array
        except Exception:  # whatever pydicom cannot decode is no oracle
            return None
