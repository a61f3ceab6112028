"""Random searches over random studies find exactly what a naive reading of PS3.4 §C.2.2.2 finds, at every level."""

from __future__ import annotations

import os
import random

import pytest
import requests

from tests.contract import search_model
from tests.contract.search_model import Record
from tests.e2e.dicomweb import store
from tests.factories import part10_bytes
from tests.server import RunningArchive

FULL = os.environ.get("ATRIUM_TEST_FULL") == "1"
SEED = int(os.environ.get("ATRIUM_TEST_SEED", "20261120"))
STUDIES = 200 if FULL else 40
ROUNDS = 100 if FULL else 8
QUERIES_A_ROUND = 50
UID = {"studies": "0020000D", "series": "0020000E", "instances": "00080018"}
NESTED = {name: f"RequestAttributesSequence.{name}" for name in ("ScheduledProcedureStepID", "RequestedProcedureID")}


@pytest.fixture(scope="module")
def client(archive: RunningArchive) -> requests.Session:
    return archive.session()


@pytest.fixture(scope="module")
def issuer() -> str:
    return f"PROPERTY{random.SystemRandom().randrange(1 << 40)}"


@pytest.fixture(scope="module")
def records(archive: RunningArchive, client: requests.Session, issuer: str) -> list[Record]:
    made = search_model.hospital(random.Random(SEED), issuer, STUDIES)
    answer = store(client, archive, [part10_bytes(search_model.data_set(record)) for record in made])
    assert answer.status == 200, answer.text
    return made


def found(client: requests.Session, archive: RunningArchive, level: str, keys: list[tuple[str, str]]) -> list[str]:
    parameters = [(NESTED.get(keyword, keyword), value) for keyword, value in keys]
    answer = client.get(f"{archive.dicom_web}/{level}", params=parameters, timeout=60)
    assert answer.status_code in (200, 204), answer.text
    return [result[UID[level]]["Value"][0] for result in answer.json()] if answer.status_code == 200 else []


@pytest.mark.parametrize("seed", [SEED + number for number in range(ROUNDS)])
def test_a_search_finds_what_the_standard_says(
    archive: RunningArchive, client: requests.Session, issuer: str, records: list[Record], seed: int
) -> None:
    rng = random.Random(seed)
    for level, keys in search_model.queries(rng, records, QUERIES_A_ROUND):
        results = found(client, archive, level, [*keys, ("IssuerOfPatientID", issuer)])
        assert len(results) == len(set(results)), (seed, level, keys)
        assert set(results) == search_model.expected(records, level, keys), (seed, level, keys)


@pytest.mark.parametrize("level", search_model.LEVELS)
def test_pages_are_a_partition_of_the_whole_in_one_order(
    archive: RunningArchive, client: requests.Session, issuer: str, records: list[Record], level: str
) -> None:
    whole = found(client, archive, level, [("IssuerOfPatientID", issuer)])
    assert set(whole) == {record.uid(level) for record in records}
    paged: list[str] = []
    while page := found(
        client, archive, level, [("IssuerOfPatientID", issuer), ("limit", "7"), ("offset", str(len(paged)))]
    ):
        paged += page
    assert paged == whole
