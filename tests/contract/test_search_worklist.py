"""The worklist, the study page and the patient record, over HTTP on what the Store transaction brought in."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from pydicom.dataset import Dataset

from tests import factories
from tests.e2e.dicomweb import store
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

# Study number → (Study Date, Study Time, Modality, department), all of one patient, in no order.
HISTORY = {
    1: ("20240301", "101500", "CT", "Radiology"),
    2: ("20250301", "0930", "MR", ""),
    3: ("20250301", "081500.5", "US", "Kardiologie"),
    4: ("20220115", "", "CT", ""),
    5: ("", "", "OT", ""),
}
NEWEST_FIRST = (2, 3, 1, 4, 5)


@dataclass
class Ward:
    """One patient with a history, one namesake in another domain, and one UID that came for two patients."""

    family: str
    uids: dict[int, str] = field(default_factory=dict)
    namesake: str = ""
    shared: str = ""


@pytest.fixture(scope="module")
def client(archive: RunningArchive) -> requests.Session:
    return archive.session()


@pytest.fixture(scope="module")
def ward(archive: RunningArchive, client: requests.Session) -> Ward:
    family = "Zü" + "".join(random.SystemRandom().choices(string.ascii_lowercase, k=12))
    made = Ward(family)
    sent = []
    for number, (day, time, modality, department) in HISTORY.items():
        ds = _report(f"{family}-1", f"{family}^Jörg=山{family}^太郎")
        ds.StudyDate, ds.StudyTime, ds.Modality = day, time, modality
        ds.AccessionNumber = f"{family.upper()}{number}"
        ds.InstitutionalDepartmentName = department
        ds.PatientBirthDate = "19700102"
        made.uids[number] = ds.StudyInstanceUID
        sent.append(ds)
    namesake = _report(f"{family}-1", f"{family}^Jörg")
    namesake.IssuerOfPatientID = "ELSEWHERE"
    made.namesake = namesake.StudyInstanceUID
    first, second = _report(f"{family}-3", f"{family}^Ida"), _report(f"{family}-4", f"{family}^Ada")
    second.StudyInstanceUID = made.shared = first.StudyInstanceUID
    for each in (*sent, namesake, first, second):
        answer = store(client, archive, [factories.part10_bytes(each)])
        assert answer.status == 200, answer.text
    return made


def _report(patient_id: str, name: str) -> Dataset:
    ds = factories.structured_report()
    ds.PatientID, ds.PatientName = patient_id, name
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = new_uid(), new_uid(), new_uid()
    return ds


def worklist(client: requests.Session, archive: RunningArchive, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"{archive.url}/viewer/api/worklist", params=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def study_uids(page: dict[str, Any]) -> list[str]:
    return [study["study_instance_uid"] for study in page["studies"]]


def test_newest_come_first_and_undated_last(archive: RunningArchive, client: requests.Session, ward: Ward) -> None:
    page = worklist(client, archive, q=f"山{ward.family}")
    assert study_uids(page) == [ward.uids[number] for number in NEWEST_FIRST]
    assert page["total"] == 5
    assert page["next"] is None
    assert page["counts"] == {
        "departments": {"radiology": 3, "cardiology": 1, "documents": 1},
        "modalities": {"CT": 2, "MR": 1, "US": 1, "OT": 1},
    }


def test_a_study_says_what_the_list_shows(archive: RunningArchive, client: requests.Session, ward: Ward) -> None:
    page = worklist(client, archive, q=f"{ward.family}1")
    (study,) = page["studies"]
    assert study["patient"]["name"] == {
        "alphabetic": f"{ward.family}^Jörg",
        "ideographic": f"山{ward.family}^太郎",
        "phonetic": "",
    }
    assert study["patient"]["age"] == "54Y"
    assert (study["date"], study["time"]) == ("2024-03-01", "10:15:00")
    assert study["modalities"] == ["CT"]
    assert study["department"] == "radiology"
    assert study["referring_physician"] == "Muster, Erika Dr."
    assert study["prior_count"] == 2
    assert study["arrived_at"].endswith("Z")
    assert (study["series_count"], study["instance_count"]) == (1, 1)


@pytest.mark.parametrize(
    "spelling",
    [
        "{family}",
        "{FAMILY} jorg",
        "JÖRG, {family}",
        "{family}^jör",
        "{folded}*",
        "太 {family}",
        "{family}-1",
        "{FAMILY}3",
    ],
)
def test_text_finds_names_in_any_script_and_numbers_by_their_beginning(
    archive: RunningArchive, client: requests.Session, ward: Ward, spelling: str
) -> None:
    text = spelling.format(family=ward.family, FAMILY=ward.family.upper(), folded=ward.family.replace("ü", "u"))
    assert ward.uids[3] in study_uids(worklist(client, archive, q=text))


@pytest.mark.parametrize("text", ["{middle}", "{family} hans", "%", "_", "{family}[", "' OR 1=1"])
def test_text_that_begins_nothing_finds_nothing(
    archive: RunningArchive, client: requests.Session, ward: Ward, text: str
) -> None:
    asked = text.format(family=ward.family, middle=ward.family[3:])
    assert not {*ward.uids.values()} & {*study_uids(worklist(client, archive, q=asked))}


def test_facets_narrow_the_list_but_not_their_own_counts(
    archive: RunningArchive, client: requests.Session, ward: Ward
) -> None:
    page = worklist(client, archive, q=f"山{ward.family}", department="radiology", modality="CT,OT")
    assert study_uids(page) == [ward.uids[1], ward.uids[4]]
    assert page["total"] == 2
    assert page["counts"] == {"departments": {"radiology": 2, "documents": 1}, "modalities": {"CT": 2, "MR": 1}}


def test_days_narrow_the_list(archive: RunningArchive, client: requests.Session, ward: Ward) -> None:
    span = worklist(client, archive, q=f"山{ward.family}", **{"from": "2022-01-15", "to": "2024-03-01"})
    assert study_uids(span) == [ward.uids[1], ward.uids[4]]
    before = worklist(client, archive, q=f"山{ward.family}", to="2023-01-01")
    assert study_uids(before) == [ward.uids[4]]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_without_gap_or_overlap(
    archive: RunningArchive, client: requests.Session, ward: Ward, limit: int
) -> None:
    seen, cursor = [], ""
    while True:
        page = worklist(client, archive, q=f"山{ward.family}", limit=limit, cursor=cursor)
        assert page["total"] == 5
        seen += study_uids(page)
        if not (cursor := page["next"]):
            break
    assert seen == [ward.uids[number] for number in NEWEST_FIRST]


@pytest.mark.parametrize(
    "asked", [{"cursor": "x"}, {"cursor": "WzEsMiwzXQ"}, {"limit": 0}, {"limit": 501}, {"flag": "odd"}]
)
def test_a_malformed_request_is_refused(
    archive: RunningArchive, client: requests.Session, asked: dict[str, Any]
) -> None:
    assert client.get(f"{archive.url}/viewer/api/worklist", params=asked, timeout=60).status_code == 400


def test_a_study_opens_with_series_and_earlier_studies(
    archive: RunningArchive, client: requests.Session, ward: Ward
) -> None:
    detail = client.get(f"{archive.url}/viewer/api/studies/{ward.uids[3]}", timeout=60).json()
    assert detail["study"]["study_instance_uid"] == ward.uids[3]
    assert [series["kind"] for series in detail["series"]] == ["sr"]
    assert study_uids({"studies": detail["priors"]}) == [ward.uids[1], ward.uids[4], ward.uids[5]]
    assert [prior["prior_count"] for prior in detail["priors"]] == [2, 1, 0]
    assert detail["study"]["prior_count"] == 3
    assert detail["other_patients"] == []


def test_a_namesake_of_another_domain_is_never_mixed_in(
    archive: RunningArchive, client: requests.Session, ward: Ward
) -> None:
    detail = client.get(f"{archive.url}/viewer/api/studies/{ward.namesake}", timeout=60).json()
    assert detail["priors"] == []
    record = client.get(f"{archive.url}/viewer/api/patients/{detail['study']['patient']['key']}", timeout=60).json()
    assert study_uids(record) == [ward.namesake]
    assert record["patient"]["issuer"] == "ELSEWHERE"


def test_a_uid_that_came_for_two_patients_opens_one_and_names_the_other(
    archive: RunningArchive, client: requests.Session, ward: Ward
) -> None:
    url = f"{archive.url}/viewer/api/studies/{ward.shared}"
    detail = client.get(url, timeout=60).json()
    (other,) = detail["other_patients"]
    assert detail["study"]["patient"]["patient_id"] == f"{ward.family}-3"
    assert other["patient_id"] == f"{ward.family}-4"
    assert detail["study"]["flags"]["identity_conflict"] is True
    picked = client.get(url, params={"patient": other["key"]}, timeout=60).json()
    assert picked["study"]["patient"]["patient_id"] == f"{ward.family}-4"
    flagged = worklist(client, archive, q=ward.family, flag="conflict")
    assert study_uids(flagged) == [ward.shared, ward.shared]


def test_a_patients_record_is_the_whole_history(archive: RunningArchive, client: requests.Session, ward: Ward) -> None:
    key = worklist(client, archive, q=f"山{ward.family}")["studies"][0]["patient"]["key"]
    record = client.get(f"{archive.url}/viewer/api/patients/{key}", timeout=60).json()
    assert study_uids(record) == [ward.uids[number] for number in NEWEST_FIRST]
    assert record["patient"]["birth_date"] == "1970-01-02"


@pytest.mark.parametrize("path", ["studies/1.2.3", "studies/no-uid", "patients/p0", "patients/x1", "patients/p%FF"])
def test_what_is_not_there_is_404(archive: RunningArchive, client: requests.Session, path: str) -> None:
    assert client.get(f"{archive.url}/viewer/api/{path}", timeout=60).status_code == 404
