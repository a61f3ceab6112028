"""Ways in for people: a password, a link that works once, and out again; nothing is readable without one."""

from __future__ import annotations

from uuid import uuid4

import pytest
import requests

from tests.server import RunningArchive

PASSWORD = "a rather long pass phrase"


class Browser(requests.Session):
    """Cookies and the CSRF header, as the page sends them."""

    def __init__(self, archive: RunningArchive) -> None:
        super().__init__()
        self.trust_env = False
        self.root = archive.url
        self.get_api("session")

    def get_api(self, path: str) -> requests.Response:
        return self.get(f"{self.root}/viewer/api/{path}")

    def post_api(self, path: str, body: object = None) -> requests.Response:
        headers = {"X-CSRFToken": self.cookies.get("csrftoken", ""), "Referer": self.root}
        return self.post(f"{self.root}/viewer/api/{path}", json=body, headers=headers)


@pytest.fixture
def person(archive: RunningArchive) -> str:
    name = f"reader-{uuid4().hex[:8]}"
    script = (
        "from django.contrib.auth import get_user_model;"
        f"get_user_model().objects.create_user({name!r}, password={PASSWORD!r})"
    )
    archive.manage("shell", "-c", script)
    return name


def link(archive: RunningArchive, user: str) -> str:
    return archive.manage("sign_in_link", "--user", user, "--base-url", archive.url).stdout.strip().splitlines()[-1]


def test_a_password_signs_in_and_signing_out_ends_it(archive: RunningArchive, person: str) -> None:
    browser = Browser(archive)
    assert browser.get_api("session").status_code == 401
    answer = browser.post_api("sign-in", {"username": person, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["user"]["username"] == person
    assert browser.get_api("session").status_code == 200
    assert browser.get(f"{archive.dicom_web}/studies?limit=1").status_code in (200, 204)
    assert browser.post_api("sign-out").status_code == 204
    assert browser.get_api("session").status_code == 401
    assert browser.get(f"{archive.dicom_web}/studies?limit=1").status_code == 401


def test_a_wrong_password_and_an_unknown_name_look_the_same_and_lock_after_five(
    archive: RunningArchive, person: str
) -> None:
    answers = []
    for name in (person, f"nobody-{uuid4().hex[:8]}"):
        browser = Browser(archive)
        answers.append([browser.post_api("sign-in", {"username": name, "password": "wrong"}) for _ in range(6)])
    for answer in answers:
        assert [each.status_code for each in answer] == [401, 401, 401, 401, 429, 429]
        assert int(answer[-1].headers["Retry-After"]) > 0
    assert answers[0][0].json() == answers[1][0].json()
    locked = Browser(archive).post_api("sign-in", {"username": person, "password": PASSWORD})
    assert locked.status_code == 429, "the right password does not open a locked name"


def test_nothing_is_signed_in_without_the_csrf_token(archive: RunningArchive, person: str) -> None:
    answer = requests.post(
        f"{archive.url}/viewer/api/sign-in", json={"username": person, "password": PASSWORD}, timeout=10
    )
    assert answer.status_code == 403


def test_a_person_stores_nothing_by_a_forged_form(archive: RunningArchive, person: str) -> None:
    browser = Browser(archive)
    browser.post_api("sign-in", {"username": person, "password": PASSWORD})
    answer = browser.post(f"{archive.dicom_web}/studies", data=b"x", headers={"Content-Type": "application/dicom"})
    assert answer.status_code == 403


def test_a_link_signs_in_once(archive: RunningArchive) -> None:
    address = link(archive, "guest")
    first, second = requests.Session(), requests.Session()
    assert first.get(address, allow_redirects=False).headers["Location"] == "/"
    assert first.get(f"{archive.url}/viewer/api/session").json()["user"]["username"] == "guest"
    assert second.get(address, allow_redirects=False).headers["Location"] == "/sign-in?link=used"
    assert second.get(f"{archive.url}/viewer/api/session").status_code == 401


@pytest.mark.parametrize("body", [{}, {"username": "x"}, {"username": "", "password": ""}, [1], "text", None])
def test_a_malformed_form_is_400(archive: RunningArchive, body: object) -> None:
    assert Browser(archive).post_api("sign-in", body).status_code == 400


def test_the_page_carries_a_strict_content_security_policy(archive: RunningArchive) -> None:
    answer = requests.get(f"{archive.url}/sign-in", timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
