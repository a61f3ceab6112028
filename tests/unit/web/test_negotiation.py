"""What an Accept header, or an accept parameter, asks for (PS3.18 §8.3.3, §8.7)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import InvalidRequest, NotAcceptable

JSON, XML = "application/dicom+json", 'multipart/related; type="application/dicom+xml"'
EXPLICIT, JPEG, J2K = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"
IMPLICIT, BIG_ENDIAN, VIDEO = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.102"
DEFLATED = "1.2.840.10008.1.2.1.99"

pytestmark = pytest.mark.usefixtures("django")


def request(header: str | None = None, **query: str):
    from django.test import RequestFactory

    headers = {} if header is None else {"accept": header}
    return RequestFactory().get("/dicom-web/studies", query, headers=headers)


def choose(header: str | None, *offered: str, **query: str) -> str:
    from archive.web.negotiation import choose_media_type

    return choose_media_type(request(header, **query), offered)


def instance_form(accept: str, stored: str, *, alone: bool = True) -> tuple[bool, str] | None:
    from archive.web.negotiation import accepted_parts

    form = accepted_parts(request(accept)).instance_form(stored, alone=alone)
    return (form.multipart, form.transfer_syntax) if form else None


def frame_form(accept: str, stored: str, *, alone: bool = True) -> tuple[bool, str, str] | None:
    from archive.web.negotiation import accepted_parts

    form = accepted_parts(request(accept)).frame_form(stored, alone=alone)
    return (form.multipart, form.media_type, form.transfer_syntax) if form else None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        (" , ,", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        ("APPLICATION/DICOM+JSON", JSON),
        (f"{JSON};q=0.3, {XML}", XML),
        (f"{JSON};q=0.3, {XML};q=.2", JSON),
        ("multipart/related; type=application/dicom+xml", XML),
        ('multipart/related;TYPE="application/DICOM+xml"', XML),
        ('multipart/related; type="*/*"', XML),
        ('multipart/related; type="application/*"', XML),
        ("multipart/related", XML),
        ("multipart/*", XML),
        ("image/png, text/html;q=0.9, */*;q=0.1", JSON),
        (f"*/*, {JSON};q=0", XML),
        ("*/*;q=0.1, multipart/*;q=0.9", XML),
        ('application/json; charset="utf-8", application/dicom+json', JSON),
        (r'text/plain; title="a, \"quoted\" comma; type=x", application/dicom+json', JSON),
        (f"{JSON}\t;\tq=1.000", JSON),
    ],
)
def test_the_best_offer_is_chosen(accept: str | None, expected: str) -> None:
    assert choose(accept, JSON, XML) == expected


@pytest.mark.parametrize(
    "accept", ["image/png", f"{JSON};q=0, {XML};q=0.0", "*/*;q=0", 'multipart/related; type="a/b"']
)
def test_nothing_that_fits_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        choose(accept, JSON, XML)


@pytest.mark.parametrize(
    "accept",
    [
        "json",
        "application/",
        "/json",
        "*/json",
        "application/json; q=2",
        "application/json; q=high",
        "application/json; q=-1",
        "application/json; q=nan",
        'multipart/related; type="application/dicom',
        "application/json application/xml",
        "application/json;;=;x",
        "multipart/related; type=dicom",
        "application/json\x00",
        "application/json," * 100,
        "x" * 5000,
    ],
)
def test_what_can_not_be_read_is_an_invalid_request(accept: str) -> None:
    with pytest.raises(InvalidRequest):
        choose(accept, JSON, XML)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(accept: str) -> None:
    from archive.web.negotiation import parse

    try:
        ranges = parse(accept)
    except InvalidRequest:
        return
    assert ranges
    assert all(re.fullmatch(r"[^/]+/[^/]+", item.media_type) and 0 <= item.quality <= 1 for item in ranges)


def test_the_query_parameter_beats_the_header() -> None:
    assert choose("application/dicom+json", "image/jpeg", "image/png", accept="image/png") == "image/png"
    assert choose("image/png", JSON, XML, accept="application/dicom json") == JSON  # an unescaped plus sign
    assert choose("image/png", JSON, XML, accept="application/dicom+json") == JSON


def test_equal_wishes_go_by_the_callers_order() -> None:
    assert choose("image/png, image/jpeg", "image/jpeg", "image/png") == "image/png"
    assert choose("image/*", "image/jpeg", "image/png") == "image/jpeg"


DICOM = 'multipart/related; type="application/dicom"'


@pytest.mark.parametrize(
    ("accept", "stored", "expected"),
    [
        # PS3.18 §8.7.3.3.1: Explicit VR Little Endian unless something else is asked for.
        (DICOM, JPEG, (True, EXPLICIT)),
        (DICOM, IMPLICIT, (True, EXPLICIT)),
        ("*/*", JPEG, (True, EXPLICIT)),
        ('multipart/related; type="*/*"', JPEG, (True, EXPLICIT)),
        ("multipart/related", JPEG, (True, EXPLICIT)),
        ("application/dicom", JPEG, (False, EXPLICIT)),
        # `*` is as stored, but Implicit VR and Big Endian are never served.
        (f"{DICOM}; transfer-syntax=*", JPEG, (True, JPEG)),
        (f'{DICOM}; transfer-syntax="*"', JPEG, (True, JPEG)),
        (f"{DICOM}; transfer-syntax=*", IMPLICIT, (True, EXPLICIT)),
        (f"{DICOM}; transfer-syntax=*", BIG_ENDIAN, (True, EXPLICIT)),
        (f"{DICOM}; transfer-syntax=*", DEFLATED, (True, DEFLATED)),
        (f"{DICOM}; transfer-syntax={IMPLICIT}", IMPLICIT, None),
        (f"{DICOM}; transfer-syntax={BIG_ENDIAN}", BIG_ENDIAN, None),
        # A syntax asked for is delivered, or nothing is.
        (f"{DICOM}; transfer-syntax={JPEG}", JPEG, (True, JPEG)),
        (f"{DICOM}; transfer-syntax={J2K}", JPEG, None),
        (f"{DICOM}; transfer-syntax={EXPLICIT}", JPEG, (True, EXPLICIT)),
        (f"{DICOM}; transfer-syntax={J2K}, {DICOM}; transfer-syntax={EXPLICIT};q=0.5", JPEG, (True, EXPLICIT)),
        (f"{DICOM}; transfer-syntax={JPEG};q=0.2, {DICOM}; transfer-syntax={EXPLICIT}", JPEG, (True, EXPLICIT)),
        (f"{DICOM}; transfer-syntax={JPEG}, application/dicom", J2K, (False, EXPLICIT)),
        (f"{DICOM}; transfer-syntax=*, {DICOM}; transfer-syntax={JPEG};q=0", JPEG, None),
        # A video can't be decompressed: only who takes anything gets it.
        (DICOM, VIDEO, None),
        ("*/*", VIDEO, (True, VIDEO)),
        ("image/jpeg", JPEG, None),
    ],
)
def test_the_transfer_syntax_of_an_instance(accept: str, stored: str, expected: tuple[bool, str] | None) -> None:
    assert instance_form(accept, stored) == expected


def test_a_study_never_comes_as_a_single_part() -> None:
    assert instance_form("application/dicom", EXPLICIT, alone=False) is None
    assert instance_form(f"application/dicom, {DICOM};q=0.1", EXPLICIT, alone=False) == (True, EXPLICIT)


OCTETS = 'multipart/related; type="application/octet-stream"'


@pytest.mark.parametrize(
    ("accept", "stored", "expected"),
    [
        (OCTETS, EXPLICIT, (True, "application/octet-stream", EXPLICIT)),
        (OCTETS, JPEG, (True, "application/octet-stream", EXPLICIT)),
        ("application/octet-stream", JPEG, (False, "application/octet-stream", EXPLICIT)),
        ("*/*", JPEG, (True, "application/octet-stream", EXPLICIT)),
        (f"{OCTETS}; transfer-syntax=*", JPEG, (True, "application/octet-stream", JPEG)),
        (f"{OCTETS}; transfer-syntax=*", IMPLICIT, (True, "application/octet-stream", EXPLICIT)),
        ('multipart/related; type="*/*"; transfer-syntax=*', JPEG, (True, "image/jpeg", JPEG)),
        ('multipart/related; type="image/jpeg"', JPEG, (True, "image/jpeg", JPEG)),
        (f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG}', JPEG, (True, "image/jpeg", JPEG)),
        ('multipart/related; type="image/*"', J2K, (True, "image/jp2", J2K)),
        ("image/jp2", J2K, (False, "image/jp2", J2K)),
        ("image/x-jls", "1.2.840.10008.1.2.4.80", (False, "image/jls", "1.2.840.10008.1.2.4.80")),
        (f'multipart/related; type="image/jpeg"; transfer-syntax={EXPLICIT}', JPEG, None),
        ('multipart/related; type="image/jpeg"', EXPLICIT, None),
        ('multipart/related; type="image/jp2"', JPEG, None),
        (OCTETS, VIDEO, None),
        ("*/*", VIDEO, (True, "video/mp4", VIDEO)),
        (f"{OCTETS}; transfer-syntax={J2K}", EXPLICIT, None),
        (f"{OCTETS}; transfer-syntax={J2K}, {OCTETS};q=0.5", JPEG, (True, "application/octet-stream", EXPLICIT)),
    ],
)
def test_the_form_of_frames(accept: str, stored: str, expected: tuple[bool, str, str] | None) -> None:
    assert frame_form(accept, stored) == expected


def test_several_frames_never_come_as_a_single_part() -> None:
    assert frame_form("application/octet-stream", EXPLICIT, alone=False) is None
