"""Who may do what, on every route that there is: the table is compared with the URLconf, so no route is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from django.urls import URLPattern, URLResolver, get_resolver

from tests.e2e import dicomweb
from tests.e2e.synthetic import SyntheticInstance, study
from tests.server import RunningArchive

OPEN, SEARCH, RETRIEVE, STORE, ANYONE, SESSION = "open", "search", "retrieve", "store", "anyone", "session"
STUDIES = "dicom-web/studies"
ONE_STUDY = f"{STUDIES}/<str:study_instance_uid>"
ONE_SERIES = f"{ONE_STUDY}/series/<str:series_instance_uid>"
ONE_INSTANCE = f"{ONE_SERIES}/instances/<str:sop_instance_uid>"
ONE_FRAME = f"{ONE_INSTANCE}/frames/<str:frames>"

# Route, method, and what it takes. `open`: nothing, for it tells nothing; `anyone`: any valid token or session;
# `session`: a person's session alone.
MATRIX: list[tuple[str, str, str]] = [
    ("livez", "GET", OPEN),
    ("readyz", "GET", OPEN),
    ("", "GET", OPEN),  # the page itself holds no data; it asks the API below
    ("sign-in", "GET", OPEN),
    ("worklist", "GET", OPEN),
    ("studies/<str:study_instance_uid>", "GET", OPEN),
    ("patients/<str:patient_key>", "GET", OPEN),
    ("sign-in/once/<str:secret>", "GET", OPEN),
    ("viewer/api/session", "GET", SESSION),
    ("viewer/api/sign-in", "POST", OPEN),
    ("viewer/api/sign-out", "POST", ANYONE),
    ("viewer/api/worklist", "GET", SEARCH),
    ("viewer/api/studies/<str:study_instance_uid>", "GET", SEARCH),
    ("viewer/api/patients/<str:patient_key>", "GET", SEARCH),
    (STUDIES, "GET", SEARCH),
    (STUDIES, "POST", STORE),
    ("dicom-web/series", "GET", SEARCH),
    ("dicom-web/instances", "GET", SEARCH),
    (f"{ONE_STUDY}/series", "GET", SEARCH),
    (f"{ONE_STUDY}/instances", "GET", SEARCH),
    (f"{ONE_SERIES}/instances", "GET", SEARCH),
    (ONE_STUDY, "GET", RETRIEVE),
    (ONE_STUDY, "POST", STORE),
    (ONE_SERIES, "GET", RETRIEVE),
    (ONE_INSTANCE, "GET", RETRIEVE),
    *((f"{level}/metadata", "GET", RETRIEVE) for level in (ONE_STUDY, ONE_SERIES, ONE_INSTANCE)),
    *((f"{level}/thumbnail", "GET", RETRIEVE) for level in (ONE_STUDY, ONE_SERIES, ONE_INSTANCE, ONE_FRAME)),
    *((f"{level}/rendered", "GET", RETRIEVE) for level in (ONE_INSTANCE, ONE_FRAME)),
    (f"{ONE_INSTANCE}/original", "GET", RETRIEVE),
    (ONE_FRAME, "GET", RETRIEVE),
    (f"{ONE_INSTANCE}/bulkdata/<path:element>", "GET", RETRIEVE),
]
GUARDED = [row for row in MATRIX if row[2] != OPEN]
BY_SCOPE = {
    "dicomweb": {SEARCH, RETRIEVE, STORE, ANYONE},
    "dicomweb.read": {SEARCH, RETRIEVE, ANYONE},
    "delete": {ANYONE},
    "fhir": {ANYONE},
    "metrics": {ANYONE},
    "admin": {ANYONE},
}


@pytest.fixture(scope="module")
def instance(archive: RunningArchive) -> SyntheticInstance:
    [one] = study(1)
    assert dicomweb.store(archive.session(), archive, [one.data]).status == 200
    return one


@pytest.fixture(scope="module")
def tokens(archive: RunningArchive) -> dict[str, str]:
    return {scope: archive.create_token(f"matrix-{scope}", scope) for scope in BY_SCOPE}


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _url(archive: RunningArchive, route: str, instance: SyntheticInstance) -> str:
    filled = (
        route.replace("<str:study_instance_uid>", instance.study)
        .replace("<str:series_instance_uid>", instance.series)
        .replace("<str:sop_instance_uid>", instance.sop)
        .replace("<str:frames>", "1")
        .replace("<path:element>", "7FE00010")
        .replace("<str:patient_key>", "1")
        .replace("<str:secret>", "not-a-secret")
    )
    return f"{archive.url}/{filled}"


def _ask(method: str, url: str, headers: dict[str, str] | None = None) -> requests.Response:
    body = dicomweb.multipart([study(1)[0].data]) if method == "POST" else None
    kind = {"Content-Type": dicomweb.STORE_TYPE} if body else {}
    return requests.request(method, url, data=body, headers=kind | (headers or {}), allow_redirects=False, timeout=60)


def test_every_route_stands_in_the_matrix(django: None) -> None:
    """The admin has pages of its own; one test below covers it."""
    routes = {route for route in _routes(get_resolver().url_patterns) if not route.startswith("admin/")}
    assert routes == {route for route, _, _ in MATRIX}


@pytest.mark.parametrize(("route", "method", "needs"), GUARDED, ids=[f"{m} {r}" for r, m, _ in GUARDED])
class TestGuarded:
    """Each route and method that tells or changes anything."""

    def test_nobody_gets_401(
        self, archive: RunningArchive, instance: SyntheticInstance, route: str, method: str, needs: str
    ) -> None:
        answer = _ask(method, _url(archive, route, instance))
        assert answer.status_code == (403 if method == "POST" and needs == ANYONE else 401)  # 403: CSRF comes first
        assert instance.sop not in answer.text
        if answer.status_code == 401 and route.startswith("dicom-web"):
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_a_bad_token_gets_401_even_where_a_session_would_do(
        self, archive: RunningArchive, instance: SyntheticInstance, route: str, method: str, needs: str
    ) -> None:
        for header in ("Bearer atr_wrong", "Bearer ", "Basic YTpi", f"bearer{archive.token}"):
            answer = _ask(method, _url(archive, route, instance), {"Authorization": header})
            assert answer.status_code == 401, header

    def test_scopes_decide(
        self,
        archive: RunningArchive,
        instance: SyntheticInstance,
        tokens: dict[str, str],
        route: str,
        method: str,
        needs: str,
    ) -> None:
        for scope, token in tokens.items():
            status = _ask(method, _url(archive, route, instance), {"Authorization": f"Bearer {token}"}).status_code
            if needs in BY_SCOPE[scope]:
                assert status not in (401, 403), f"{scope}: {status}"
                assert status < 500, f"{scope}: {status}"
            else:
                assert status == (401 if needs == SESSION else 403), f"{scope}: {status}"


@pytest.mark.parametrize(("route", "method"), [row[:2] for row in MATRIX if row[2] == OPEN])
def test_what_is_open_tells_nothing(
    archive: RunningArchive, instance: SyntheticInstance, route: str, method: str
) -> None:
    answer = _ask(method, _url(archive, route, instance))
    assert answer.status_code < 500
    assert "Synthetic^S" not in answer.text
    assert f"P{instance.study[-15:]}" not in answer.text


def test_a_missing_scope_is_said_before_any_look_up(
    archive: RunningArchive, instance: SyntheticInstance, tokens: dict[str, str]
) -> None:
    """403 for what exists and for what does not: the answer tells nothing about what is stored."""
    header = {"Authorization": f"Bearer {tokens['metrics']}"}
    there = requests.get(f"{archive.dicom_web}{instance.path}/metadata", headers=header, timeout=60)
    absent = requests.get(f"{archive.dicom_web}/studies/1.2.3/metadata", headers=header, timeout=60)
    assert (there.status_code, there.content) == (absent.status_code, absent.content)
    assert there.status_code == 403


def test_a_series_under_another_study_is_404(archive: RunningArchive, instance: SyntheticInstance) -> None:
    [other] = study(1)
    session = archive.session()
    assert dicomweb.store(session, archive, [other.data]).status == 200
    base = f"{archive.dicom_web}/studies/{other.study}/series/{instance.series}"
    for path in ("", "/metadata", f"/instances/{instance.sop}", f"/instances/{instance.sop}/original"):
        assert session.get(base + path, timeout=60).status_code == 404, path


def test_the_admin_is_for_staff_alone(archive: RunningArchive, tokens: dict[str, str]) -> None:
    assert _ask("GET", f"{archive.url}/admin/").status_code == 302
    for token in tokens.values():
        answer = _ask("GET", f"{archive.url}/admin/", {"Authorization": f"Bearer {token}"})
        assert answer.status_code in (302, 401, 403)


def test_an_expired_token_is_no_token(archive: RunningArchive) -> None:
    done = archive.manage("create_token", "expired", "--scope", "dicomweb", "--expires", "2020-01-01")
    token = done.stdout.strip().splitlines()[-1]
    assert archive.session(token).get(f"{archive.dicom_web}/studies", timeout=60).status_code == 401


def test_a_one_time_link_signs_in_once_and_the_session_reads(
    archive: RunningArchive, instance: SyntheticInstance
) -> None:
    link = archive.manage("sign_in_link", "--base-url", archive.url, "--user", "ada").stdout.strip().splitlines()[-1]
    person, thief = requests.Session(), requests.Session()
    assert person.get(link, allow_redirects=False, timeout=60).status_code in (302, 303)
    assert person.get(f"{archive.url}/viewer/api/session", timeout=60).json()["user"]["username"] == "ada"
    assert person.get(f"{archive.dicom_web}{instance.path}/metadata", timeout=60).status_code == 200
    thief.get(link, allow_redirects=False, timeout=60)
    assert thief.get(f"{archive.url}/viewer/api/session", timeout=60).status_code == 401


def test_a_person_cannot_store_and_a_session_needs_its_csrf_token(archive: RunningArchive) -> None:
    link = archive.manage("sign_in_link", "--base-url", archive.url, "--user", "bob").stdout.strip().splitlines()[-1]
    person = requests.Session()
    person.get(link, timeout=60)
    body, kind = dicomweb.multipart([study(1)[0].data]), {"Content-Type": dicomweb.STORE_TYPE}
    assert person.post(f"{archive.dicom_web}/studies", data=body, headers=kind, timeout=60).status_code == 403
    csrf = {"X-CSRFToken": person.get(f"{archive.url}/viewer/api/session", timeout=60).json()["csrf_token"]}
    assert person.post(f"{archive.dicom_web}/studies", data=body, headers=kind | csrf, timeout=60).status_code == 403
    assert person.post(f"{archive.url}/viewer/api/sign-out", timeout=60).status_code == 403
    assert person.post(f"{archive.url}/viewer/api/sign-out", headers=csrf, timeout=60).status_code == 204
    assert person.get(f"{archive.url}/viewer/api/session", timeout=60).status_code == 401


def test_accesses_are_audited(archive: RunningArchive, instance: SyntheticInstance) -> None:
    """Asked of the index itself, because no door shows the audit yet."""
    archive.session().get(f"{archive.dicom_web}{instance.path}/original", timeout=60)
    code = (
        "import time; time.sleep(2.5);"
        "from archive.models import AuditEvent;"
        f"rows = AuditEvent.objects.filter(study_instance_uid='{instance.study}');"
        "print(sorted(set(rows.values_list('actor', 'action', 'outcome'))))"
    )
    told = archive.manage("shell", "-v", "0", "-c", code).stdout
    assert "('tests', 'store', 'success')" in told
    assert "('tests', 'retrieve" in told
