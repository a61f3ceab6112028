"""Retrieve whole instances (PS3.18 §10.4.1.1.1): containers, transfer syntaxes, what is never served."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from tests import factories
from tests.contract.retrieve_kit import (
    AS_STORED,
    DICOM,
    H264,
    JPEG2000,
    Kit,
    compressed,
    ct_file,
    fresh,
    parts,
    path_of,
)
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


def test_a_study_comes_with_every_instance_once(kit: Kit) -> None:
    study = new_uid()
    files = [ct_file(study=study) for _ in range(12)]
    kit.store(*(data for _instance, data in files))
    answer = kit.get(f"/studies/{study}", DICOM)
    assert answer.status_code == 200
    found = {part.headers["Content-Location"]: part for part in parts(answer)}
    assert set(found) == {kit.archive.dicom_web + path_of(instance) for instance, _data in files}
    for instance, data in files:
        part = found[kit.archive.dicom_web + path_of(instance)]
        assert part.body == data
        assert part.headers["Content-Type"] == f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}"
        assert kit.get(part.headers["Content-Location"], "application/dicom").content == data


def test_a_series_comes_without_its_neighbours(kit: Kit) -> None:
    study = new_uid()
    (one, data), (_other, other_data) = ct_file(study=study), ct_file(study=study)
    kit.store(data, other_data)
    answer = kit.get(f"/studies/{study}/series/{one.SeriesInstanceUID}", DICOM)
    assert [part.body for part in parts(answer)] == [data]


def test_one_instance_comes_alone_or_as_one_part(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    single = kit.get(path_of(instance), "application/dicom")
    assert single.content == data
    assert single.headers["Content-Type"] == f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}"
    assert int(single.headers["Content-Length"]) == len(data)
    for accept in (
        DICOM,
        "*/*",
        "multipart/related",
        'multipart/related; type="*/*"',
        "multipart/related; type=application/dicom",
    ):
        [part] = parts(kit.get(path_of(instance), accept))
        assert part.body == data


def test_original_is_what_was_sent_with_its_digest(kit: Kit) -> None:
    instance, data = ct_file(ImplicitVRLittleEndian)
    polyglot = b"MZ" + bytes(range(126)) + data[128:]
    kit.store(polyglot)
    answer = kit.get(f"{path_of(instance)}/original")
    assert answer.content == polyglot
    digest = base64.b64encode(hashlib.sha256(polyglot).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert answer.headers["Digest"] == f"SHA-256={digest}"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(polyglot).hexdigest()}"'
    assert kit.get(f"{path_of(instance)}/original", "image/png").status_code == 406


def test_a_dangerous_preamble_is_zeroed_on_the_way_out(kit: Kit) -> None:
    """PS3.10 §7.1: the preamble may make the file something else, a program for instance."""
    instance, data = ct_file()
    kit.store(b"MZ" + bytes(126) + data[128:])
    assert kit.get(path_of(instance), "application/dicom").content == bytes(128) + data[128:]


def test_the_preamble_of_a_tiff_stays(kit: Kit) -> None:
    instance, data = ct_file()
    tiff = b"II*\0" + bytes(124) + data[128:]
    kit.store(tiff)
    assert kit.get(path_of(instance), "application/dicom").content == tiff


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_implicit_and_big_endian_are_served_as_explicit_little_endian(kit: Kit, syntax: str) -> None:
    """PS3.18 §8.7.3: Implicit VR Little Endian is never served, also not for `*`."""
    instance, data = ct_file(syntax)
    kit.store(data)
    for accept in (AS_STORED, DICOM, "*/*"):
        [part] = parts(kit.get(path_of(instance), accept))
        assert part.headers["Content-Type"].endswith(f"transfer-syntax={ExplicitVRLittleEndian}")
        served = dcmread(io.BytesIO(part.body))
        assert served.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        expected = dcmread(io.BytesIO(factories.part10_bytes(instance)))
        for each in (served, expected):
            each.remove_private_tags()  # Implicit VR does not tell theirs, and they go out as UN (PS3.5 §6.2.2)
        assert served == expected
    assert kit.get(path_of(instance), f"{DICOM}; transfer-syntax={syntax}").status_code == 406


def test_a_deflated_instance_comes_as_stored_or_inflated(kit: Kit) -> None:
    instance, data = ct_file(DeflatedExplicitVRLittleEndian)
    kit.store(data)
    [stored] = parts(kit.get(path_of(instance), AS_STORED))
    assert stored.body == data
    [inflated] = parts(kit.get(path_of(instance), DICOM))
    served = dcmread(io.BytesIO(inflated.body))
    assert served.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert served.PixelData == instance.PixelData


def test_an_instance_without_preamble_is_served_as_a_whole_file(kit: Kit) -> None:
    instance, data = ct_file()
    bare = data[132:]
    kit.store(bare)
    assert kit.get(f"{path_of(instance)}/original").content == bare
    served = dcmread(io.BytesIO(kit.get(path_of(instance), "application/dicom").content))
    assert served.SOPInstanceUID == instance.SOPInstanceUID
    assert served.PixelData == instance.PixelData


def test_compressed_is_decompressed_unless_asked_for(kit: Kit) -> None:
    instance, pixels = compressed()
    [path] = kit.store(instance)
    [default] = parts(kit.get(path, DICOM))
    served = dcmread(io.BytesIO(default.body))
    assert served.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert [frame.tolist() for frame in served.pixel_array] == [frame.tolist() for frame in pixels]
    for accept in (AS_STORED, f"{DICOM}; transfer-syntax={JPEG2000}"):
        [stored] = parts(kit.get(path, accept))
        assert stored.headers["Content-Type"] == f"application/dicom; transfer-syntax={JPEG2000}"
        assert stored.body == factories.part10_bytes(instance)
    wrong = kit.get(path, f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.80")
    assert wrong.status_code == 406
    second = f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.80, {DICOM}; transfer-syntax={JPEG2000}; q=0.4"
    assert parts(kit.get(path, second))[0].body == stored.body


def test_what_can_not_be_decompressed_is_left_out_with_a_warning(kit: Kit) -> None:
    study = new_uid()
    movie = fresh(factories.encapsulated([b"\0\0\0\x18ftypmp42" + bytes(500)], transfer_syntax_uid=H264), study=study)
    slice_, data = ct_file(study=study)
    [path] = kit.store(movie)
    kit.store(data)
    answer = kit.get(f"/studies/{study}", DICOM)
    assert answer.status_code == 206
    assert [part.body for part in parts(answer)] == [data]
    assert "1 of 2 instances" in answer.headers["Warning"]
    whole = kit.get(f"/studies/{study}", AS_STORED)
    assert whole.status_code == 200
    assert "Warning" not in whole.headers
    assert len(parts(whole)) == 2
    assert kit.get(path, DICOM).status_code == 406
    assert kit.get(path, "*/*").status_code == 200
    assert kit.get(path_of(slice_), DICOM).status_code == 200


def test_a_wrong_parent_is_as_good_as_absent(kit: Kit) -> None:
    (one, data), (other, other_data) = ct_file(), ct_file()
    kit.store(data, other_data)
    crossed = [
        f"/studies/{one.StudyInstanceUID}/series/{other.SeriesInstanceUID}",
        f"/studies/{one.StudyInstanceUID}/series/{other.SeriesInstanceUID}/instances/{other.SOPInstanceUID}",
        f"/studies/{one.StudyInstanceUID}/series/{one.SeriesInstanceUID}/instances/{other.SOPInstanceUID}",
    ]
    absent = [
        f"/studies/{new_uid()}",
        f"/studies/{one.StudyInstanceUID}/series/{new_uid()}",
        "/studies/1.2.x",
        "/studies/1%00",
    ]
    for path in crossed + absent:
        for suffix in ("", "/metadata", "/thumbnail"):
            assert kit.get(path + suffix).status_code == 404, path + suffix
    for suffix in ("/original", "/rendered", "/frames/1", "/frames/1/rendered", "/bulkdata/7FE00010"):
        assert kit.get(crossed[1] + suffix).status_code == 404, suffix


def test_only_application_dicom_is_offered(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    for accept in ("image/png", "application/dicom", 'multipart/related; type="image/jpeg"'):
        assert kit.get(f"/studies/{instance.StudyInstanceUID}", accept).status_code == 406
    assert kit.get(path_of(instance), "nonsense").status_code == 400


def test_head_tells_the_type_and_sends_nothing(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    path = path_of(instance)
    for resource in ("", "/original", "/metadata", "/frames/1", "/rendered", "/thumbnail", "/bulkdata/7FE00010"):
        got, head = kit.get(path + resource), kit.head(path + resource, Accept="*/*")
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["ETag"] == got.headers["ETag"]
        assert head.headers["Content-Type"].split(";")[0] == got.headers["Content-Type"].split(";")[0]


def test_known_answers_are_not_sent_again(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    path = path_of(instance)
    for resource in ("", "/original", "/metadata", "/frames/1", "/rendered", "/thumbnail", "/bulkdata/7FE00010"):
        tag = kit.get(path + resource).headers["ETag"]
        for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
            again = kit.get(path + resource, If_None_Match=known)
            assert (again.status_code, again.content) == (304, b""), resource
        assert kit.get(path + resource, If_None_Match='"other"').status_code == 200
    assert "immutable" in kit.get(f"{path}/frames/1").headers["Cache-Control"]
    assert "private" in kit.get(f"{path}/frames/1").headers["Cache-Control"]


def test_a_study_that_grew_is_sent_again(kit: Kit) -> None:
    study = new_uid()
    kit.store(ct_file(study=study)[1])
    before = kit.get(f"/studies/{study}", DICOM).headers["ETag"]
    kit.store(ct_file(study=study)[1])
    answer = kit.get(f"/studies/{study}", DICOM, If_None_Match=before)
    assert answer.status_code == 200
    assert len(parts(answer)) == 2


def test_nothing_is_read_without_a_token_or_its_scope(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    outsider = Kit(kit.archive, kit.archive.session(kit.archive.create_token("metrics-only", "metrics")))
    path = path_of(instance)
    for resource in ("", "/original", "/metadata", "/frames/1", "/rendered", "/thumbnail", "/bulkdata/7FE00010"):
        for target in (path + resource, f"/studies/{new_uid()}"):
            nobody = kit.session.get(f"{kit.archive.dicom_web}{target}", headers={"Authorization": ""}, timeout=30)
            assert nobody.status_code == 401
            assert outsider.get(target).status_code == 403
    reader = Kit(kit.archive, kit.archive.session(kit.archive.create_token("reader", "dicomweb.read")))
    assert reader.get(f"{path}/original").content == data


def test_only_reading_methods_are_taken(kit: Kit) -> None:
    instance, data = ct_file()
    kit.store(data)
    for resource in ("", "/metadata", "/frames/1", "/rendered"):
        answer = kit.session.put(f"{kit.archive.dicom_web}{path_of(instance)}{resource}", timeout=30)
        assert answer.status_code == 405
