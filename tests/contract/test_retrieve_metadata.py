"""Retrieve metadata (PS3.18 §10.4.1.1.2, Annex F) at three levels."""

from __future__ import annotations

import gzip

import pytest
from pydicom.dataset import Dataset

from tests import factories
from tests.contract.retrieve_kit import Kit, ct_file, fresh, path_of
from tests.e2e.dicomweb import value
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

JSON = "application/dicom+json"


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


def series_of(count: int, *, study: str = "") -> list[Dataset]:
    """Small slices in one series, numbered from 1."""
    study, series = study or new_uid(), new_uid()
    return [fresh(factories.ct_slice(index, rows=4, columns=4), study=study, series=series) for index in range(count)]


def test_all_levels_give_the_same_headers_in_the_order_of_instance_numbers(kit: Kit) -> None:
    study = new_uid()
    instances = series_of(5, study=study)
    kit.store(*reversed(instances), fresh(factories.structured_report(), study=study))
    whole = kit.get(f"/studies/{study}/metadata").json()
    series = kit.get(f"/studies/{study}/series/{instances[0].SeriesInstanceUID}/metadata").json()
    assert [value(header, "00080018") for header in series] == [each.SOPInstanceUID for each in instances]
    assert len(whole) == 6
    assert [header for header in whole if value(header, "00080060") == "CT"] == series
    for instance, header in zip(instances, series, strict=True):
        assert kit.get(f"{path_of(instance)}/metadata").json() == [header]


def test_a_header_is_annex_f_json(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    answer = kit.get(f"{path_of(instance)}/metadata")
    assert answer.headers["Content-Type"] == JSON
    [header] = answer.json()
    assert list(header) == sorted(header)
    assert not [tag for tag in header if tag.startswith("0002")]
    assert header["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Tester^Theo"}]}
    assert header["00280010"] == {"vr": "US", "Value": [64]}


def test_pixel_data_is_a_link_that_works(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    [header] = kit.get(f"{path_of(instance)}/metadata").json()
    assert set(header["7FE00010"]) == {"vr", "BulkDataURI"}
    uri = header["7FE00010"]["BulkDataURI"]
    assert uri == f"{kit.archive.dicom_web}{path_of(instance)}/bulkdata/7FE00010"
    assert kit.get(uri).content == instance.PixelData


def test_links_follow_the_host_that_was_asked(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    for host in ("localhost", f"localhost:{kit.archive.port}", kit.archive.url.removeprefix("http://")):
        [header] = kit.get(f"{path_of(instance)}/metadata", Host=host).json()
        assert header["7FE00010"]["BulkDataURI"].startswith(f"http://{host}/dicom-web/studies/")


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
def test_a_series_of_any_length_is_complete(kit: Kit, count: int) -> None:
    instances = series_of(count)
    for start in range(0, count, 200):
        kit.store(*instances[start : start + 200])
    path = f"/studies/{instances[0].StudyInstanceUID}/series/{instances[0].SeriesInstanceUID}/metadata"
    for _again in range(2):
        found = [value(header, "00080018") for header in kit.get(path).json()]
        assert found == [each.SOPInstanceUID for each in instances]


def test_gzip_where_it_is_taken(kit: Kit) -> None:
    instances = series_of(20)
    kit.store(*instances)
    path = f"/studies/{instances[0].StudyInstanceUID}/metadata"
    plain = kit.get(path, Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    refused = kit.get(path, Accept_Encoding="gzip;q=0, br")
    assert "Content-Encoding" not in refused.headers
    for _again in range(2):
        with kit.session.get(
            f"{kit.archive.dicom_web}{path}", headers={"Accept-Encoding": "br, gzip"}, stream=True, timeout=30
        ) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            raw = answer.raw.read()
        assert gzip.decompress(raw) == plain.content
        assert len(raw) < len(plain.content) / 4


def test_a_series_that_grew_has_other_metadata_at_once(kit: Kit) -> None:
    instances = series_of(4)
    kit.store(*instances[:3])
    path = f"/studies/{instances[0].StudyInstanceUID}/series/{instances[0].SeriesInstanceUID}/metadata"
    before = kit.get(path)
    assert kit.get(path, If_None_Match=before.headers["ETag"]).status_code == 304
    assert before.headers["Cache-Control"] == "private, no-cache"
    kit.store(instances[3])
    after = kit.get(path, If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert [len(before.json()), len(after.json())] == [3, 4]


def test_json_is_what_is_offered(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    path = f"{path_of(instance)}/metadata"
    assert kit.get(path, "application/json").headers["Content-Type"] == "application/json"
    assert kit.get(path, "image/png, application/dicom+json;q=0.1").status_code == 200
    assert kit.get(f"{path}?accept=application/dicom%2Bjson", "image/png").status_code == 200
    assert kit.get(path, "image/png").status_code == 406
