"""Store transaction (PS3.18 §10.5) over HTTP: every status, every reason, and that nothing is half stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from pydicom.dataset import Dataset

from tests import factories
from tests.e2e.dicomweb import JSON, STORE_TYPE, Stored, multipart, read_answer, search, sha256, store, value
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

DICOM = "application/dicom"


@pytest.fixture
def client(archive: RunningArchive) -> requests.Session:
    return archive.session()


def fresh(data_set: Dataset, *, study: str = "", patient_id: str = "") -> Dataset:
    """The data set under UIDs and a Patient ID that nobody had before."""
    data_set.StudyInstanceUID = study or new_uid()
    data_set.SeriesInstanceUID, data_set.SOPInstanceUID = new_uid(), new_uid()
    data_set.PatientID = patient_id or f"T{new_uid()[-12:]}"
    return data_set


def ct(study: str = "", patient_id: str = "", **changes: object) -> Dataset:
    data_set = fresh(factories.ct_slice(), study=study, patient_id=patient_id)
    for keyword, changed in changes.items():
        setattr(data_set, keyword, changed)
    return data_set


def send(client: requests.Session, archive: RunningArchive, *data_sets: Dataset, study: str = "") -> Stored:
    return store(client, archive, [factories.part10_bytes(each) for each in data_sets], study=study)


def studies(client: requests.Session, archive: RunningArchive, **keys: str) -> list[dict[str, object]]:
    return search(client, archive, "/studies", **keys)


def path_of(data_set: Dataset) -> str:
    return (
        f"/studies/{data_set.StudyInstanceUID}/series/{data_set.SeriesInstanceUID}/instances/{data_set.SOPInstanceUID}"
    )


# ---- all stored: 200


def test_an_instance_comes_back_bit_for_bit(archive: RunningArchive, client: requests.Session) -> None:
    data_set = ct()
    sent = factories.part10_bytes(data_set)
    assert store(client, archive, [sent]).status == 200
    answer = client.get(f"{archive.dicom_web}{path_of(data_set)}/original")
    assert answer.status_code == 200
    assert sha256(answer.content) == sha256(sent)


def test_many_instances_of_several_studies_in_one_request(archive: RunningArchive, client: requests.Session) -> None:
    one, other = new_uid(), new_uid()
    sent = [ct(study, patient_id=study[-12:]) for study in (one, other, one, other, one)]
    answer = send(client, archive, *sent)
    assert answer.status == 200
    assert answer.stored == {each.SOPInstanceUID for each in sent}
    for each in sent:
        got = client.get(f"{archive.dicom_web}{path_of(each)}/original")
        assert got.content == factories.part10_bytes(each)
    counts = [value(found, "00201208") for found in studies(client, archive, StudyInstanceUID=f"{one},{other}")]
    assert sorted(counts) == [2, 3]


def test_a_single_instance_as_the_whole_body_chunked(archive: RunningArchive, client: requests.Session) -> None:
    data_set = ct()
    data = factories.part10_bytes(data_set)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(data), 1000):
            yield data[start : start + 1000]

    answer = client.post(f"{archive.dicom_web}/studies", data=pieces(), headers={"Content-Type": DICOM})
    assert answer.status_code == 200, answer.text
    assert client.get(f"{archive.dicom_web}{path_of(data_set)}/original").content == data


def test_a_large_instance_becomes_an_object_of_its_own(archive: RunningArchive, client: requests.Session) -> None:
    large = fresh(factories.multi_frame(40, rows=512, columns=512))
    assert len(factories.part10_bytes(large)) > 8 << 20
    small = ct(large.StudyInstanceUID, large.PatientID)
    assert send(client, archive, small, large).status == 200
    got = client.get(f"{archive.dicom_web}{path_of(large)}/original")
    assert got.content == factories.part10_bytes(large)


def test_the_same_bytes_again_are_a_success_and_count_once(archive: RunningArchive, client: requests.Session) -> None:
    data_set = ct()
    for _ in range(2):
        assert send(client, archive, data_set, data_set).status == 200
    found = studies(client, archive, StudyInstanceUID=data_set.StudyInstanceUID)
    assert [value(each, "00201208") for each in found] == [1]


def test_known_instances_among_new_ones_leave_the_new_ones_readable(
    archive: RunningArchive, client: requests.Session
) -> None:
    known = ct()
    assert send(client, archive, known).status == 200
    news = [ct(known.StudyInstanceUID, known.PatientID) for _ in range(3)]
    assert send(client, archive, news[0], known, *news[1:]).status == 200
    for each in [known, *news]:
        got = client.get(f"{archive.dicom_web}{path_of(each)}/original")
        assert got.content == factories.part10_bytes(each)


def test_an_empty_patient_id_is_stored_and_joins_nobody(archive: RunningArchive, client: requests.Session) -> None:
    one, other = ct(), ct()
    one.PatientID = other.PatientID = ""
    one.PatientName = other.PatientName = "Nobody^Known"
    assert send(client, archive, one, other).status == 200
    keys = {"StudyInstanceUID": f"{one.StudyInstanceUID},{other.StudyInstanceUID}"}
    assert len(studies(client, archive, **keys)) == 2


# ---- some or none stored: 202, 409


def test_some_stored_is_202_with_a_reason_for_each_other_one(archive: RunningArchive, client: requests.Session) -> None:
    good = ct()
    answer = store(client, archive, [factories.part10_bytes(good), b"this is no DICOM object" * 20])
    assert answer.status == 202
    assert answer.stored == {good.SOPInstanceUID}
    assert answer.unidentified == [0xC000]
    assert answer.comments
    assert all(0 < len(comment) <= 64 for comment in answer.comments)


def test_a_truncated_instance_is_refused_and_leaves_nothing(archive: RunningArchive, client: requests.Session) -> None:
    data_set = ct()
    answer = store(client, archive, [factories.part10_bytes(data_set)[:-100]])
    assert answer.status == 409
    assert not answer.stored
    assert studies(client, archive, StudyInstanceUID=data_set.StudyInstanceUID) == []


def test_a_truncated_instance_of_a_stored_study_shows_as_incomplete_until_it_comes_whole(
    archive: RunningArchive, client: requests.Session
) -> None:
    first = ct()
    second = ct(first.StudyInstanceUID, first.PatientID)
    assert send(client, archive, first).status == 200
    answer = store(client, archive, [factories.part10_bytes(second)[:-100]])
    assert answer.failed == {second.SOPInstanceUID: 0xC000}
    url = f"{archive.url}/viewer/api/studies/{first.StudyInstanceUID}"
    assert client.get(url).json()["study"]["flags"]["incomplete"] == 1
    assert send(client, archive, second).status == 200
    assert client.get(url).json()["study"]["flags"]["incomplete"] == 0


def test_other_bytes_under_a_stored_uid_are_refused_and_readers_see_that_a_version_waits(
    archive: RunningArchive, client: requests.Session
) -> None:
    first = ct()
    assert send(client, archive, first).status == 200
    original = factories.part10_bytes(first)
    first.ImageComments = "changed"
    for _ in range(2):  # the same newcomer again waits once
        answer = send(client, archive, first)
        assert answer.status == 409
        assert answer.failed == {first.SOPInstanceUID: 0x0111}
    assert client.get(f"{archive.dicom_web}{path_of(first)}/original").content == original
    summary = client.get(f"{archive.url}/viewer/api/studies/{first.StudyInstanceUID}").json()
    assert summary["study"]["flags"]["another_version_waits"] == 1


def test_an_instance_of_another_study_is_refused(archive: RunningArchive, client: requests.Session) -> None:
    here, elsewhere = ct(), ct()
    answer = send(client, archive, here, elsewhere, study=here.StudyInstanceUID)
    assert answer.status == 202
    assert answer.failed == {elsewhere.SOPInstanceUID: 0xA900}
    assert studies(client, archive, StudyInstanceUID=elsewhere.StudyInstanceUID) == []


def test_an_image_without_pixels_is_stored_with_a_warning(archive: RunningArchive, client: requests.Session) -> None:
    data_set = ct()
    del data_set.PixelData
    body, kind = factories.part10_bytes(data_set), {"Content-Type": DICOM, "Accept": JSON}
    answer = client.post(f"{archive.dicom_web}/studies", data=body, headers=kind)
    assert answer.status_code == 202
    assert value(answer.json()["00081199"]["Value"][0], "00081196") == 0xB007


def test_an_unknown_transfer_syntax_is_its_own_reason(archive: RunningArchive, client: requests.Session) -> None:
    data = factories.part10_bytes(ct())
    broken = data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0", 1)
    assert broken != data
    answer = store(client, archive, [broken])
    assert answer.status == 409
    assert answer.unidentified == [0xC122]


def test_a_part_of_another_media_type_is_answered_for(archive: RunningArchive, client: requests.Session) -> None:
    body = b"\r\n--X\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\n--X--\r\n"
    kind = f'multipart/related; type="{DICOM}"; boundary=X'
    answer = client.post(f"{archive.dicom_web}/studies", data=body, headers={"Content-Type": kind})
    assert answer.status_code == 409
    assert read_answer(answer).unidentified == [0xC000]


# ---- the request itself is wrong: 4xx


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", DICOM, 400),
        (b"", STORE_TYPE, 400),
        (b"--other\r\n\r\nA\r\n--other--", STORE_TYPE, 400),
        (multipart([b"A" * 100])[:-30], STORE_TYPE, 400),
        (b"x", f'multipart/related; type="{DICOM}"', 400),
        (b"x", "text/plain", 415),
        (b"x", 'multipart/related; type="image/jpeg"; boundary=X', 415),
        (b"x", "", 415),
    ],
)
def test_a_malformed_request_is_refused(
    archive: RunningArchive, client: requests.Session, body: bytes, kind: str, status: int
) -> None:
    answer = client.post(f"{archive.dicom_web}/studies", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_an_answer_that_nobody_accepts_is_406_before_anything_is_stored(
    archive: RunningArchive, client: requests.Session
) -> None:
    data_set = ct()
    answer = client.post(
        f"{archive.dicom_web}/studies",
        data=factories.part10_bytes(data_set),
        headers={"Content-Type": DICOM, "Accept": "image/png"},
    )
    assert answer.status_code == 406
    assert studies(client, archive, StudyInstanceUID=data_set.StudyInstanceUID) == []


def test_a_study_in_the_url_that_is_no_uid_is_400(archive: RunningArchive, client: requests.Session) -> None:
    answer = client.post(f"{archive.dicom_web}/studies/not-a-uid", data=b"x", headers={"Content-Type": DICOM})
    assert answer.status_code == 400


def test_empty_sequences_are_absent(archive: RunningArchive, client: requests.Session) -> None:
    answer = client.post(
        f"{archive.dicom_web}/studies",
        data=factories.part10_bytes(ct()),
        headers={"Content-Type": DICOM, "Accept": JSON},
    )
    assert set(answer.json()) == {"00081190", "00081199"}


# ---- identity


def names(client: requests.Session, archive: RunningArchive, **keys: str) -> list[str]:
    found = studies(client, archive, **keys)
    return sorted(str(value(each, "00100010")["Alphabetic"]) for each in found)  # type: ignore[index]


def test_one_patient_id_of_two_people_is_never_one_timeline(archive: RunningArchive, client: requests.Session) -> None:
    patient_id = f"C{new_uid()[-10:]}"
    one = ct(patient_id=patient_id, PatientName="Berg^Anna", PatientBirthDate="19500101")
    same = ct(patient_id=patient_id, PatientName="BERG^ANNA^M", PatientBirthDate="19500101")
    other = ct(patient_id=patient_id, PatientName="Holm^Carl", PatientBirthDate="19910202")
    for each in (one, same, other):
        assert send(client, archive, each).status == 200
    assert len(studies(client, archive, PatientID=patient_id)) == 3
    keys = {}
    for name, each in (("one", one), ("same", same), ("other", other)):
        study = client.get(f"{archive.url}/viewer/api/studies/{each.StudyInstanceUID}").json()["study"]
        assert study["flags"]["identity_conflict"] is True
        keys[name] = study["patient"]["key"]
    assert keys["one"] == keys["same"] != keys["other"]
    record = client.get(f"{archive.url}/viewer/api/patients/{keys['other']}").json()
    assert [study["study_instance_uid"] for study in record["studies"]] == [other.StudyInstanceUID]


def test_the_same_id_from_another_issuer_is_another_patient(archive: RunningArchive, client: requests.Session) -> None:
    patient_id = f"I{new_uid()[-10:]}"
    one, other = (ct(patient_id=patient_id, IssuerOfPatientID=issuer) for issuer in ("NORTH", "SOUTH"))
    assert send(client, archive, one, other).status == 200
    found = [client.get(f"{archive.url}/viewer/api/studies/{each.StudyInstanceUID}").json() for each in (one, other)]
    assert found[0]["study"]["patient"]["key"] != found[1]["study"]["patient"]["key"]
    assert not found[0]["study"]["flags"]["identity_conflict"]


def test_two_patients_in_one_study_are_kept_flagged_and_shown_apart(
    archive: RunningArchive, client: requests.Session
) -> None:
    study = new_uid()
    one, other = ct(study, PatientName="Berg^Anna"), ct(study, PatientName="Holm^Carl")
    assert send(client, archive, one).status == 200
    assert send(client, archive, other).status == 200
    assert names(client, archive, StudyInstanceUID=study) == ["Berg^Anna", "Holm^Carl"]
    summary = client.get(f"{archive.url}/viewer/api/studies/{study}").json()
    assert summary["study"]["flags"]["identity_conflict"] is True
    assert len(summary["other_patients"]) == 1
    for each in (one, other):
        assert client.get(f"{archive.dicom_web}{path_of(each)}/original").status_code == 200


# ---- times


def test_a_timeline_is_in_order_of_utc_and_stored_times_stay_as_they_are(archive: RunningArchive) -> None:
    """11:00 without offset from a source in Tokyo is before 03:00 UTC of the same day."""
    zone = (
        "from archive.models import Source;"
        "Source.objects.update_or_create(name='tokyo', defaults={'patient_domain': 'local', 'time_zone': 'Asia/Tokyo'})"
    )
    archive.manage("shell", "-c", zone)
    tokyo = archive.session(archive.create_token("tokyo", "dicomweb"))
    patient_id = f"Z{new_uid()[-10:]}"
    local = ct(patient_id=patient_id, StudyDate="20260101", StudyTime="110000")
    stated = ct(patient_id=patient_id, StudyDate="20260101", StudyTime="030000", TimezoneOffsetFromUTC="+0000")
    for each in (local, stated):
        del each.IssuerOfPatientID
        assert send(tokyo, archive, each).status == 200
    found = studies(tokyo, archive, PatientID=patient_id)
    assert sorted(str(value(each, "00080030")) for each in found) == ["030000", "110000"]
    summary = tokyo.get(f"{archive.url}/viewer/api/studies/{local.StudyInstanceUID}").json()
    record = tokyo.get(f"{archive.url}/viewer/api/patients/{summary['study']['patient']['key']}").json()
    assert [study["time"] for study in record["studies"]] == ["03:00:00", "11:00:00"]


def test_a_report_labelled_with_an_image_compression_is_served_by_default(
    archive: RunningArchive, client: requests.Session
) -> None:
    """Some senders label everything with the association's JPEG syntax; without pixels nothing is compressed."""
    report = fresh(factories.structured_report())
    data = factories.part10_bytes(report)
    mislabelled = data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0", 1)
    assert mislabelled != data
    assert store(client, archive, [mislabelled]).status == 200
    answer = client.get(f"{archive.dicom_web}{path_of(report)}", headers={"Accept": DICOM})
    assert answer.status_code == 200, answer.text
    assert b"1.2.840.10008.1.2.1\0" in answer.content[:500]


def test_a_sender_without_permission_hears_so_after_sending_a_large_body(archive: RunningArchive) -> None:
    """An unread body would break the connection before the answer is read."""
    nobody = requests.Session()
    answer = nobody.post(f"{archive.dicom_web}/studies", data=bytes(20 << 20), headers={"Content-Type": DICOM})
    assert answer.status_code == 401


def test_every_request_that_a_series_answers_is_found(archive: RunningArchive, client: requests.Session) -> None:
    first, second = (factories.ct_slice(index) for index in range(2))
    step_one, step_two = f"S{new_uid()[-10:]}", f"S{new_uid()[-10:]}"
    fresh(first)
    fresh(second, study=first.StudyInstanceUID, patient_id=first.PatientID)
    second.SeriesInstanceUID = first.SeriesInstanceUID
    first.RequestAttributesSequence = [factories.request_attributes(step=step_one)]
    second.RequestAttributesSequence = [factories.request_attributes(step=step_two)]
    assert send(client, archive, first, second).status == 200
    for step in (step_one, step_two):
        key = {"RequestAttributesSequence.ScheduledProcedureStepID": step}
        assert len(search(client, archive, "/series", **key)) == 1
