"""Search transaction (PS3.18 §10.6) over HTTP, spoken by dicomweb-client and by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.dataset import Dataset

from tests import factories
from tests.e2e.dicomweb import store
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive

STUDY_UID, SERIES_UID, INSTANCE_UID = "0020000D", "0020000E", "00080018"
OF_THE_CT_STUDY = (
    "PatientName",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "TimezoneOffsetFromUTC",
    "ProcedureCodeSequence",
)
Get = Callable[..., requests.Response]


@dataclass(frozen=True)
class Hospital:
    """Two studies of one issuer: a CT with a report and a second series, and a plain MR of somebody else."""

    issuer: str
    ct_study: str
    ct_series: str
    ct_instances: tuple[str, ...]
    report_series: str
    mr_study: str


@pytest.fixture(scope="module")
def hospital(archive: RunningArchive) -> Hospital:
    issuer = f"ISSUER{new_uid()[-20:]}"
    ct_study, ct_series, report_series, mr_study = (new_uid() for _ in range(4))
    slices = factories.ct_series(3, rows=8, columns=6)
    for ds in slices:
        _identify(ds, issuer, "CT-001", ct_study, ct_series)
        ds.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
        ds.StudyDate, ds.StudyTime, ds.AccessionNumber = "20260314", "0815", "ACC*1"
        ds.TimezoneOffsetFromUTC = "+0900"
        ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20260314", "081400"
    report = factories.structured_report()
    _identify(report, issuer, "CT-001", ct_study, report_series)
    report.SeriesNumber = 12
    for keyword in OF_THE_CT_STUDY:
        setattr(report, keyword, getattr(slices[0], keyword))
    mr = factories.structured_report()
    _identify(mr, issuer, "mr-2", mr_study, new_uid())
    mr.Modality, mr.PatientName, mr.StudyDate, mr.StudyTime = "MR", "Müller^Jürgen", "20260315", ""
    answer = store(archive.session(), archive, [factories.part10_bytes(ds) for ds in (*slices, report, mr)])
    assert answer.status == 200, answer.text
    uids = tuple(str(ds.SOPInstanceUID) for ds in slices)
    return Hospital(issuer, ct_study, ct_series, uids, report_series, mr_study)


def _identify(ds: Dataset, issuer: str, patient_id: str, study: str, series: str) -> None:
    ds.IssuerOfPatientID, ds.PatientID = issuer, patient_id
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = study, series, new_uid()


@pytest.fixture(scope="module")
def get(archive: RunningArchive, hospital: Hospital) -> Get:
    """GET below the service root, within this hospital's patients unless the path has a query of its own."""
    session = archive.session()

    def ask(path: str, headers: dict[str, str] | None = None, **keys: Any) -> requests.Response:
        parameters = {} if "?" in path else {"IssuerOfPatientID": hospital.issuer} | keys
        return session.get(archive.dicom_web + path, params=parameters, headers=headers, timeout=60)

    return ask


def uids(answer: requests.Response, tag: str = STUDY_UID) -> list[str]:
    if answer.status_code == 204:
        assert answer.content == b""
        return []
    assert answer.status_code == 200, answer.text
    return [result[tag]["Value"][0] for result in answer.json()]


# ---- what comes back


def test_a_study_has_the_required_attributes(archive: RunningArchive, get: Get, hospital: Hospital) -> None:
    """Table 10.6.3-3."""
    answer = get("/studies", PatientID="CT-001")
    assert answer.headers["Content-Type"] == "application/dicom+json"
    (study,) = answer.json()
    assert list(study) == sorted(study)
    root = f"{archive.dicom_web}/studies/{hospital.ct_study}"
    assert study == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080020": {"vr": "DA", "Value": ["20260314"]},
        "00080030": {"vr": "TM", "Value": ["0815"]},
        "00080050": {"vr": "SH", "Value": ["ACC*1"]},
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
        "00080090": {"vr": "PN", "Value": [{"Alphabetic": "Muster^Erika^^Dr."}]},
        "00080201": {"vr": "SH", "Value": ["+0900"]},
        "00081190": {"vr": "UR", "Value": [root]},
        "00100010": {
            "vr": "PN",
            "Value": [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}],
        },
        "00100020": {"vr": "LO", "Value": ["CT-001"]},
        "00100021": {"vr": "LO", "Value": [hospital.issuer]},
        "00100030": {"vr": "DA", "Value": ["19700101"]},
        "00100040": {"vr": "CS", "Value": ["O"]},
        "0020000D": {"vr": "UI", "Value": [hospital.ct_study]},
        "00200010": {"vr": "SH", "Value": ["1"]},
        "00201206": {"vr": "IS", "Value": [2]},
        "00201208": {"vr": "IS", "Value": [4]},
    }


def test_a_series_below_its_study_has_the_series_attributes(
    archive: RunningArchive, get: Get, hospital: Hospital
) -> None:
    """Table 10.6.3-4; series by number, so 1 before 12."""
    results = get(f"/studies/{hospital.ct_study}/series?").json()
    assert [result[SERIES_UID]["Value"][0] for result in results] == [hospital.ct_series, hospital.report_series]
    series = results[0]
    assert series["00080060"] == {"vr": "CS", "Value": ["CT"]}
    assert series["00081190"]["Value"] == [
        f"{archive.dicom_web}/studies/{hospital.ct_study}/series/{hospital.ct_series}"
    ]
    assert series["00200011"] == {"vr": "IS", "Value": [1]}
    assert series["00201209"] == {"vr": "IS", "Value": [3]}
    assert series["00400244"] == {"vr": "DA", "Value": ["20260314"]}
    assert series["00400245"] == {"vr": "TM", "Value": ["081400"]}
    (item,) = series["00400275"]["Value"]
    assert item["00400009"] == {"vr": "SH", "Value": ["SPS1"]}
    assert item["00401001"] == {"vr": "SH", "Value": ["RP1"]}
    assert "00100010" not in series


def test_instances_of_a_series_come_by_number_with_their_attributes(
    archive: RunningArchive, get: Get, hospital: Hospital
) -> None:
    """Table 10.6.3-5."""
    results = get(f"/studies/{hospital.ct_study}/series/{hospital.ct_series}/instances?").json()
    assert [result[INSTANCE_UID]["Value"][0] for result in results] == list(hospital.ct_instances)
    instance = results[2]
    assert instance["00080016"]["Value"] == ["1.2.840.10008.5.1.4.1.1.2"]
    assert instance["00200013"] == {"vr": "IS", "Value": [3]}
    assert instance["00280010"] == {"vr": "US", "Value": [8]}
    assert instance["00280011"] == {"vr": "US", "Value": [6]}
    assert instance["00280100"] == {"vr": "US", "Value": [16]}
    assert instance["00081190"]["Value"][0].endswith(
        f"/series/{hospital.ct_series}/instances/{hospital.ct_instances[2]}"
    )
    assert "00080060" not in instance
    below_study = get(f"/studies/{hospital.ct_study}/instances?").json()
    assert len(below_study) == 4
    assert below_study[0]["00080060"]["Value"] == ["CT"]


@pytest.mark.parametrize(("path", "count"), [("/series", 3), ("/instances", 5)])
def test_a_search_across_studies_adds_the_upper_levels(get: Get, path: str, count: int) -> None:
    results = get(path).json()
    assert len(results) == count
    for result in results:
        assert {"00100010", "00100020", "00080020", "00080060", STUDY_UID, SERIES_UID, "00201206"} <= result.keys()


def test_retrieve_url_can_be_retrieved(archive: RunningArchive, get: Get) -> None:
    for path in ("/studies", "/series", "/instances"):
        url = get(path, PatientID="CT-001").json()[0]["00081190"]["Value"][0]
        assert archive.session().get(f"{url}/metadata", timeout=60).status_code == 200


def test_keys_that_were_used_come_back(get: Get) -> None:
    (study,) = get("/studies", PatientID="CT-001", StudyDescription="Synthetic*", InstitutionName="").json()
    assert study["00081030"] == {"vr": "LO", "Value": ["Synthetic study"]}
    assert study["00080080"] == {"vr": "LO", "Value": ["Klinik Übersee"]}
    (study,) = get("/studies", PatientID="CT-001", ModalitiesInStudy="SR").json()
    assert study["00080061"]["Value"] == ["CT", "SR"]


# ---- matching


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"PatientName": "yamada*"}, True),
        ({"PatientName": "YAMADA^TAROU"}, True),
        ({"PatientName": "Yamada"}, False),
        ({"PatientName": "山田*"}, True),
        ({"PatientName": "やまだ^たろう^"}, True),
        ({"PatientName": "=山田^太郎"}, True),
        ({"PatientName": "山田^太郎="}, False),
        ({"PatientName": "Y*d?^T*"}, True),
        ({"PatientName": "Y*太郎"}, False),
        ({"00100010": "yamada*"}, True),
        ({"PatientID": "CT-001"}, True),
        ({"PatientID": "ct-001"}, False),
        ({"PatientID": "CT_001"}, False),
        ({"PatientID": "CT%"}, False),
        ({"PatientID": "[C]T-001"}, False),
        ({"PatientID": "C?-*1"}, True),
        ({"PatientID": "' OR 1=1 --"}, False),
        ({"AccessionNumber": "ACC*1"}, True),
        ({"StudyDate": "20260314"}, True),
        ({"StudyDate": "20260101-20261231"}, True),
        ({"StudyDate": "-20260313"}, False),
        ({"StudyDate": "20260314-"}, True),
        ({"StudyTime": "08-09"}, True),
        ({"StudyTime": "0815"}, True),
        ({"StudyTime": "081500.0-"}, True),
        ({"StudyTime": "-0814"}, False),
        ({"ModalitiesInStudy": "CT"}, True),
        ({"ModalitiesInStudy": "MR,SR"}, True),
        ({"ModalitiesInStudy": "C*"}, True),
        ({"ModalitiesInStudy": "C"}, False),
        ({"ReferringPhysicianName": "muster*"}, True),
        ({"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1.2"}, True),
        ({"SOPClassesInStudy": "1.2.840.10008.5.1.4.1.1"}, False),
        ({"InstitutionName": "Klinik Übersee"}, True),
        ({"PatientSex": "O", "PatientBirthDate": "19700101"}, True),
        ({"NumberOfStudyRelatedSeries": "2"}, True),
    ],
)
def test_keys_match_as_the_standard_says(get: Get, hospital: Hospital, keys: dict[str, str], found: bool) -> None:
    assert (hospital.ct_study in uids(get("/studies", **keys))) == found


@pytest.mark.parametrize(
    ("path", "keys", "count"),
    [
        ("/series", {"PatientID": "CT-001"}, 2),
        ("/series", {"Modality": "CT"}, 1),
        ("/series", {"ModalitiesInStudy": "CT"}, 2),
        ("/series", {"SeriesNumber": "12"}, 1),
        ("/series", {"BodyPartExamined": "CHEST", "StationName": "CT1", "ProtocolName": "Thorax*"}, 1),
        ("/series", {"RequestAttributesSequence.ScheduledProcedureStepID": "SPS1"}, 1),
        ("/series", {"00400275.00400009": "SPS1", "00400275.00401001": "RP1"}, 1),
        ("/series", {"00400275.00400009": "SPS1", "00400275.00401001": "RP2"}, 0),
        ("/series", {"PerformedProcedureStepStartDate": "20260314", "PerformedProcedureStepStartTime": "08-"}, 1),
        ("/instances", {"Modality": "CT", "PatientName": "yamada*"}, 3),
        ("/instances", {"InstanceNumber": "2", "Modality": "CT"}, 1),
        ("/instances", {"Rows": "8", "Columns": "6", "BitsAllocated": "16"}, 3),
        ("/instances", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, 3),
        ("/instances", {"00400275.00400009": "SPS1"}, 3),
        ("/instances", {"StudyDate": "20260315"}, 1),
    ],
)
def test_lower_levels_match_their_own_and_upper_keys(get: Get, path: str, keys: dict[str, str], count: int) -> None:
    assert len(uids(get(path, **keys))) == count


@pytest.mark.parametrize("separator", [",", "\\"])
def test_a_list_of_uids_finds_each(get: Get, hospital: Hospital, separator: str) -> None:
    wanted = separator.join([hospital.mr_study, new_uid(), hospital.ct_study])
    assert uids(get("/studies", StudyInstanceUID=wanted)) == [hospital.mr_study, hospital.ct_study]


def test_a_repeated_key_is_not_decided_by_its_last_value(get: Get, hospital: Hospital) -> None:
    both = get(f"/studies?StudyInstanceUID={hospital.ct_study}&StudyInstanceUID={hospital.mr_study}")
    assert set(uids(both)) == {hospital.ct_study, hospital.mr_study}


@pytest.mark.parametrize(
    "query",
    [
        "PatientName=yamada%2A",
        "PatientName=Yamada%5eTarou",
        "PatientName=%E5%B1%B1%E7%94%B0%5E%E5%A4%AA%E9%83%8E",
        "PatientName=山田*",
        "%50atientName=YAMADA*&PatientID=CT%2D001",
        "ModalitiesInStudy=MR%2CCT&PatientName=yamada*",
    ],
)
def test_queries_are_percent_decoded_as_utf8(get: Get, hospital: Hospital, query: str) -> None:
    assert hospital.ct_study in uids(get(f"/studies?IssuerOfPatientID={hospital.issuer}&{query}"))


# ---- what is included


@pytest.mark.parametrize("field", ["StudyDescription", "00081030", "StudyDescription,ProcedureCodeSequence", "all"])
def test_includefield_adds_study_attributes(get: Get, field: str) -> None:
    (study,) = get("/studies", PatientID="CT-001", includefield=field).json()
    assert study["00081030"]["Value"] == ["Synthetic study"]
    assert list(study) == sorted(study)
    if field != "StudyDescription" and field != "00081030":
        assert study["00081032"]["Value"][0]["00080104"]["Value"] == ["CT thorax"]


def test_includefield_may_be_repeated_and_names_sequences_by_their_items(get: Get) -> None:
    answer = get(
        "/instances", Modality="CT", includefield=["PixelSpacing", "00201041,00400275.00400009", "SliceThickness"]
    )
    for instance in answer.json():
        assert instance["00280030"] == {"vr": "DS", "Value": [0.625, 0.625]}
        assert instance["00180050"]["Value"] == [2.5]
        assert instance["00400275"]["Value"][0]["00080050"]["Value"] == ["A000001"]


@pytest.mark.parametrize("field", ["all", "PixelData", "7FE00010"])
def test_pixel_data_are_never_included(get: Get, field: str) -> None:
    answer = get("/instances", Modality="CT", includefield=field)
    assert "7FE00010" not in answer.text
    assert len(answer.json()) == 3


def test_includefield_all_is_the_metadata_and_more(archive: RunningArchive, get: Get, hospital: Hospital) -> None:
    path = f"/studies/{hospital.ct_study}/series/{hospital.ct_series}"
    metadata = archive.session().get(f"{archive.dicom_web}{path}/metadata", timeout=60).json()
    results = get(f"{path}/instances?includefield=all").json()
    for stored, result in zip(metadata, results, strict=True):
        stored.pop("7FE00010")
        assert {tag: result[tag] for tag in stored} == stored


# ---- pages


def test_what_remains_is_told_and_only_then(get: Get) -> None:
    assert "additional results" in get("/instances", limit=2).headers["Warning"]
    assert get("/instances", limit=2).headers["Warning"].startswith("299 ")
    assert "Warning" not in get("/instances", limit=5).headers
    assert "Warning" not in get("/instances", limit=2, offset=3).headers
    assert get("/instances", offset=5).status_code == 204
    assert get("/instances", offset=10**17).status_code == 204


def test_newest_studies_come_first(get: Get, hospital: Hospital) -> None:
    assert uids(get("/studies")) == [hospital.mr_study, hospital.ct_study]


# ---- what is wrong


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=ten",
        "offset=1.5",
        "limit=1&limit=2",
        "StudyDate=2026",
        "StudyDate=20260230",
        "StudyDate=20260101-x",
        "StudyTime=25",
        "StudyInstanceUID=1.2.*",
        "Rows=many",
        "NoSuchKeyword=1",
        "0010=1",
        "includefield=NoSuchKeyword",
        "fuzzymatching=perhaps",
        "PatientName=%FF",
        "PatientName=%00",
        "PatientID=" + "*a" * 17,
    ],
)
def test_a_malformed_query_is_refused(get: Get, query: str) -> None:
    answer = get(f"/instances?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_key_that_is_not_supported_is_ignored_and_said_so(get: Get, hospital: Hospital) -> None:
    answer = get("/studies", PatientWeight="70", fuzzymatching="true")
    assert len(uids(answer)) == 2
    assert "00101030" in answer.headers["Warning"]
    assert "fuzzymatching parameter is not supported" in answer.headers["Warning"]


@pytest.mark.parametrize(
    "path",
    [
        "/studies/1.2.3.4/series?",
        "/studies/1.2.3.4/instances?",
        "/studies/{ct}/series/1.2.3.4/instances?",
        "/studies/{mr}/series/{ct_series}/instances?",
        "/studies/not-a-uid/series?",
    ],
)
def test_what_is_not_there_or_not_there_is_404(get: Get, hospital: Hospital, path: str) -> None:
    path = path.format(ct=hospital.ct_study, mr=hospital.mr_study, ct_series=hospital.ct_series)
    assert get(path).status_code == 404


def test_nothing_found_below_a_known_study_is_204(get: Get, hospital: Hospital) -> None:
    assert get(f"/studies/{hospital.ct_study}/series?Modality=US").status_code == 204
    assert get("/studies", PatientID="nobody").status_code == 204


def test_nothing_is_readable_by_nobody(archive: RunningArchive) -> None:
    for path in ("/studies", "/series", "/instances", "/studies/1.2.3/series"):
        answer = requests.get(archive.dicom_web + path, timeout=60)
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers


# ---- media types


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/dicom+json", "application/dicom+json"),
        ("application/json", "application/json"),
        ("*/*", "application/dicom+json"),
        ("application/*", "application/dicom+json"),
        ("image/png, application/json;q=0.5, */*;q=0.1", "application/json"),
        ('multipart/related; type="application/dicom+xml"', "multipart/related"),
        ("multipart/related; type=application/dicom+xml, application/dicom+json;q=0.1", "multipart/related"),
    ],
)
def test_the_accepted_media_type_is_delivered(get: Get, accept: str, media_type: str) -> None:
    answer = get("/studies", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == media_type
    assert "Accept" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("accept", ["image/png", "text/html", 'multipart/related; type="application/dicom"'])
def test_what_cannot_be_delivered_is_406(get: Get, accept: str) -> None:
    assert get("/studies", headers={"Accept": accept}).status_code == 406


def test_accept_in_the_query_beats_the_header(get: Get) -> None:
    answer = get("/studies?accept=application/json&limit=1", headers={"Accept": "image/png"})
    assert answer.headers["Content-Type"] == "application/json"


def test_xml_has_one_part_per_result(get: Get) -> None:
    """PS3.18 §10.6.3.3 and PS3.19 §A.1."""
    answer = get("/studies", headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
    boundary = answer.headers["Content-Type"].split("boundary=")[1]
    parts = answer.content.split(f"--{boundary}".encode())[1:-1]
    assert len(parts) == 2
    namespace = {"d": "http://dicom.nema.org/PS3.19/models/NativeDICOM"}
    root = ET.fromstring(parts[1].split(b"\r\n\r\n", 1)[1])
    family = root.find('d:DicomAttribute[@keyword="PatientName"]/d:PersonName/d:Ideographic/d:FamilyName', namespace)
    assert family is not None
    assert family.text == "山田"


# ---- a foreign client


def test_dicomweb_client_searches_at_every_level(archive: RunningArchive, hospital: Hospital) -> None:
    client = DICOMwebClient(archive.dicom_web, session=archive.session())
    ours = {"IssuerOfPatientID": hospital.issuer}
    (study,) = client.search_for_studies(search_filters=ours | {"PatientName": "山田*"}, fields=["StudyDescription"])
    assert Dataset.from_json(study).PatientName.ideographic == "山田^太郎"
    assert Dataset.from_json(study).StudyDescription == "Synthetic study"
    series = client.search_for_series(hospital.ct_study, search_filters={"Modality": "CT"})
    assert [Dataset.from_json(each).SeriesInstanceUID for each in series] == [hospital.ct_series]
    instances = client.search_for_instances(hospital.ct_study, hospital.ct_series, limit=2, offset=1)
    assert [Dataset.from_json(each).SOPInstanceUID for each in instances] == list(hospital.ct_instances[1:])
    everything = client.search_for_instances(search_filters=ours, limit=2, get_remaining=True)
    assert len({Dataset.from_json(each).SOPInstanceUID for each in everything}) == 5
    assert client.search_for_studies(search_filters=ours | {"PatientID": "nobody"}) == []
