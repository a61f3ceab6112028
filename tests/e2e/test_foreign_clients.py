"""Other people's software speaks to a running archive: dicomweb-client, pydicom and dcmtk."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread

from tests.e2e import dicomweb
from tests.e2e.synthetic import SyntheticInstance, study
from tests.server import RunningArchive


@pytest.fixture(scope="module")
def stored(archive: RunningArchive) -> list[SyntheticInstance]:
    """One study of one series of twelve instances, sent by dicomweb-client."""
    instances = study(12)
    client = _client(archive)
    answer = client.store_instances([dcmread(BytesIO(instance.data)) for instance in instances])
    assert len(answer.ReferencedSOPSequence) == 12
    assert "FailedSOPSequence" not in answer
    return instances


def _client(archive: RunningArchive) -> DICOMwebClient:
    client = DICOMwebClient(archive.dicom_web, headers=archive.headers)
    client.host = f"127.0.0.1:{archive.port}"  # it sends a Host header without the port (RFC 9110 §7.2 wants it)
    return client


def test_dicomweb_client_finds_what_it_stored(archive: RunningArchive, stored: list[SyntheticInstance]) -> None:
    client, one = _client(archive), stored[0]
    found = client.search_for_studies(search_filters={"StudyInstanceUID": one.study}, fields=["PatientBirthDate"])
    assert len(found) == 1
    assert dicomweb.value(found[0], "00201208") == 12
    assert dicomweb.value(found[0], "00100030") == "19700101"
    assert dicomweb.value(found[0], "00100010") == {"Alphabetic": "Synthetic^Sölve"}
    by_name = client.search_for_studies(search_filters={"PatientName": "synthetic*", "StudyInstanceUID": one.study})
    assert len(by_name) == 1
    assert len(client.search_for_series(one.study)) == 1
    assert len(client.search_for_instances(one.study, one.series)) == 12
    pages = [client.search_for_instances(one.study, limit=5, offset=offset) for offset in (0, 5, 10)]
    uids = [dicomweb.value(row, "00080018") for page in pages for row in page]
    assert sorted(uids) == sorted(instance.sop for instance in stored)
    assert client.search_for_studies(search_filters={"PatientID": "nobody-has-this"}) == []


def test_dicomweb_client_retrieves_instances_metadata_and_frames(
    archive: RunningArchive, stored: list[SyntheticInstance]
) -> None:
    client, one = _client(archive), stored[3]
    sent = dcmread(BytesIO(one.data))
    assert len(client.retrieve_study(one.study)) == 12
    assert len(client.retrieve_series(one.study, one.series)) == 12
    assert client.retrieve_instance(one.study, one.series, one.sop) == sent
    assert len(client.retrieve_study_metadata(one.study)) == 12
    assert len(client.retrieve_series_metadata(one.study, one.series)) == 12
    metadata = client.retrieve_instance_metadata(one.study, one.series, one.sop)
    assert dicomweb.value(metadata, "00080018") == one.sop
    assert "BulkDataURI" in metadata["7FE00010"]
    [frame] = client.retrieve_instance_frames(one.study, one.series, one.sop, frame_numbers=[1])
    assert frame == sent.PixelData
    [bulk] = client.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"])
    assert bulk == sent.PixelData


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_dicomweb_client_gets_rendered_images(
    archive: RunningArchive, stored: list[SyntheticInstance], media_type: str
) -> None:
    from PIL import Image

    one = stored[0]
    data = _client(archive).retrieve_instance_rendered(one.study, one.series, one.sop, media_types=(media_type,))
    with Image.open(BytesIO(data)) as image:
        assert image.size == (64, 64)
        assert len(np.unique(np.asarray(image))) > 8


def test_pydicom_reads_every_retrieved_instance_as_it_was(
    archive: RunningArchive, stored: list[SyntheticInstance]
) -> None:
    session = archive.session()
    url = f"{archive.dicom_web}/studies/{stored[0].study}"
    parts = dicomweb.split_multipart(session.get(url, headers={"Accept": dicomweb.AS_STORED}))
    by_uid = {instance.sop: instance.data for instance in stored}
    assert len(parts) == 12
    for part in parts:
        dataset = dcmread(BytesIO(part))
        assert part[132:] == by_uid[dataset.SOPInstanceUID][132:]


# ---- dcmtk


def _dcmtk(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"dcmtk is not installed ({tool})")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def retrieved(archive: RunningArchive, stored: list[SyntheticInstance], tmp_path: Path) -> Path:
    """One instance as the archive serves it."""
    one = stored[5]
    answer = archive.session().get(f"{archive.dicom_web}{one.path}", headers={"Accept": "application/dicom"})
    assert answer.status_code == 200
    path = tmp_path / "retrieved.dcm"
    path.write_bytes(answer.content)
    return path


def test_dcmftest_takes_it_for_a_part_10_file(retrieved: Path) -> None:
    done = _dcmtk("dcmftest", str(retrieved))
    assert done.stdout.startswith("yes:")


def test_dcmdump_reads_it_to_its_end_without_a_complaint(retrieved: Path, stored: list[SyntheticInstance]) -> None:
    done = _dcmtk("dcmdump", "+P", "0008,0018", str(retrieved))
    assert done.returncode == 0
    assert done.stderr == ""
    assert stored[5].sop in done.stdout


def test_dcm2json_agrees_with_our_metadata(
    archive: RunningArchive, retrieved: Path, stored: list[SyntheticInstance]
) -> None:
    done = _dcmtk("dcm2json", "-fc", str(retrieved))
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    url = f"{archive.dicom_web}{stored[5].path}/metadata"
    [ours] = archive.session().get(url, headers={"Accept": dicomweb.JSON}).json()
    ours.pop("7FE00010"), theirs.pop("7FE00010")
    assert _numbers_as_numbers(ours) == _numbers_as_numbers(theirs)


def _numbers_as_numbers(dataset: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """DS and IS may be numbers or text in DICOM JSON (PS3.18 §F.2.2): compared by value."""
    plain = {}
    for tag, element in dataset.items():
        values = element.get("Value")
        if element["vr"] in ("DS", "IS") and isinstance(values, list):
            element = element | {"Value": [float(one) if one is not None else None for one in values]}
        plain[tag] = element
    return plain
