"""Retrieve frames (PS3.18 §10.4.1.1.3): numbers, order, media types, and the very bytes."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.encaps import generate_frames
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests import factories
from tests.contract.retrieve_kit import H264, JPEG, JPEG2000, OCTETS, Kit, compressed, ct_file, fresh, parts, path_of
from tests.server import RunningArchive

EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


@pytest.fixture(scope="module")
def native(kit: Kit) -> tuple[str, list[bytes]]:
    """Path and frames of a native multi-frame image."""
    instance = fresh(factories.multi_frame(6))
    [path] = kit.store(instance)
    size = len(instance.PixelData) // 6
    return path, [instance.PixelData[n * size : (n + 1) * size] for n in range(6)]


@pytest.mark.parametrize(
    ("listed", "numbers"),
    [
        ("1", [1]),
        ("6", [6]),
        ("1,2", [1, 2]),
        ("5,2,3", [5, 2, 3]),
        ("2,2", [2, 2]),
        ("1%2C2", [1, 2]),
        ("6,5,4,3,2,1", [6, 5, 4, 3, 2, 1]),
    ],
)
def test_frames_come_in_the_order_of_the_list(
    kit: Kit, native: tuple[str, list[bytes]], listed: str, numbers: list[int]
) -> None:
    path, frames = native
    answer = kit.get(f"{path}/frames/{listed}", OCTETS)
    found = parts(answer)
    assert [part.body for part in found] == [frames[number - 1] for number in numbers]
    for number, part in zip(numbers, found, strict=True):
        assert part.headers["Content-Type"] == f"application/octet-stream; transfer-syntax={EXPLICIT}"
        assert part.headers["Content-Location"] == f"{kit.archive.dicom_web}{path}/frames/{number}"
    assert answer.headers["Content-Type"].startswith('multipart/related; type="application/octet-stream"; boundary=')


def test_one_frame_may_come_as_a_single_part(kit: Kit, native: tuple[str, list[bytes]]) -> None:
    path, frames = native
    answer = kit.get(f"{path}/frames/3", "application/octet-stream")
    assert answer.content == frames[2]
    assert answer.headers["Content-Type"] == f"application/octet-stream; transfer-syntax={EXPLICIT}"
    assert kit.get(f"{path}/frames/3,4", "application/octet-stream").status_code == 406


@pytest.mark.parametrize("listed", ["7", "1,7", "999999999"])
def test_a_frame_beyond_the_last_is_not_found(kit: Kit, native: tuple[str, list[bytes]], listed: str) -> None:
    """PS3.18: never a plain 200 with fewer frames than were asked for."""
    assert kit.get(f"{native[0]}/frames/{listed}", OCTETS).status_code == 404


@pytest.mark.parametrize("listed", ["0", "-1", "1,", ",1", "a", "1.5", "1;2", "1,0", "1 ,2", "٣", "9999999999999"])
def test_what_is_no_list_of_frames_is_refused(kit: Kit, native: tuple[str, list[bytes]], listed: str) -> None:
    assert kit.get(f"{native[0]}/frames/{listed}", OCTETS).status_code == 400
    assert kit.get(f"{native[0]}/frames/{listed}/rendered").status_code == 400


def test_what_has_no_image_has_no_frames(kit: Kit) -> None:
    for instance in (factories.structured_report(), factories.ecg(), factories.encapsulated_pdf()):
        [path] = kit.store(fresh(instance))
        assert kit.get(f"{path}/frames/1", OCTETS).status_code == 404


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_native_frames_are_always_little_endian(kit: Kit, syntax: str) -> None:
    instance, data = ct_file(syntax)
    kit.store(data)
    for accept in (OCTETS, f"{OCTETS}; transfer-syntax=*", "*/*", f"{OCTETS}; transfer-syntax={EXPLICIT}"):
        [part] = parts(kit.get(f"{path_of(instance)}/frames/1", accept))
        assert part.body == instance.PixelData
        assert part.headers["Content-Type"].endswith(f"transfer-syntax={EXPLICIT}")
    assert kit.get(f"{path_of(instance)}/frames/2", OCTETS).status_code == 404


def test_one_bit_frames_begin_at_a_byte_of_their_own(kit: Kit) -> None:
    """In the file they follow each other bit by bit (PS3.5 §8.1.1)."""
    instance = fresh(factories.bitmap_frames(3, rows=5, columns=7))
    [path] = kit.store(instance)
    bits = np.unpackbits(np.frombuffer(instance.PixelData, np.uint8), bitorder="little")
    expected = [np.packbits(bits[n * 35 : (n + 1) * 35], bitorder="little").tobytes() for n in range(3)]
    assert [part.body for part in parts(kit.get(f"{path}/frames/1,2,3", OCTETS))] == expected


@pytest.mark.parametrize(("syntax", "media_type"), [(JPEG2000, "image/jp2"), (JPEG, "image/jpeg")])
def test_compressed_frames_come_as_stored_when_asked_for(kit: Kit, syntax: str, media_type: str) -> None:
    instance, _pixels = compressed(syntax=syntax)
    [path] = kit.store(instance)
    own = list(generate_frames(instance.PixelData, number_of_frames=3))
    for accept, expected_type in [
        (f"{OCTETS}; transfer-syntax=*", "application/octet-stream"),
        ('multipart/related; type="*/*"; transfer-syntax=*', media_type),
        (f'multipart/related; type="{media_type}"', media_type),
        (f'multipart/related; type="{media_type}"; transfer-syntax={syntax}', media_type),
    ]:
        found = parts(kit.get(f"{path}/frames/3,1,2", accept))
        assert [part.body for part in found] == [own[2], own[0], own[1]]
        assert {part.headers["Content-Type"] for part in found} == {f"{expected_type}; transfer-syntax={syntax}"}
    single = kit.get(f"{path}/frames/2", media_type)
    assert (single.content, single.headers["Content-Type"]) == (own[1], f"{media_type}; transfer-syntax={syntax}")


def test_compressed_frames_are_decoded_when_nothing_is_asked_for(kit: Kit) -> None:
    instance, pixels = compressed(syntax=JPEG2000)
    [path] = kit.store(instance)
    for accept in (OCTETS, "*/*", f"{OCTETS}; transfer-syntax={EXPLICIT}"):
        found = parts(kit.get(f"{path}/frames/2,1", accept))
        assert [part.body for part in found] == [pixels[1].tobytes(), pixels[0].tobytes()]
        assert found[0].headers["Content-Type"] == f"application/octet-stream; transfer-syntax={EXPLICIT}"


def test_another_syntax_than_the_one_asked_for_never_comes(kit: Kit) -> None:
    instance, _pixels = compressed(syntax=JPEG2000)
    [path] = kit.store(instance)
    for accept in (
        'multipart/related; type="image/jpeg"',
        f'multipart/related; type="image/jp2"; transfer-syntax={JPEG}',
        f"{OCTETS}; transfer-syntax={JPEG}",
        "text/html",
    ):
        assert kit.get(f"{path}/frames/1", accept).status_code == 406


def test_frames_of_several_fragments_are_joined(kit: Kit) -> None:
    frames = [factories.jpeg_like(number, 900) for number in range(3)]
    instance = fresh(factories.encapsulated(frames, fragments_per_frame=3))
    [path] = kit.store(instance)
    found = parts(kit.get(f"{path}/frames/1,2,3", f"{OCTETS}; transfer-syntax=*"))
    assert [part.body.rstrip(b"\0") for part in found] == frames


def test_a_frame_that_no_decoder_takes_is_not_acceptable_decoded(kit: Kit) -> None:
    [path] = kit.store(fresh(factories.encapsulated([factories.jpeg_like()])))
    assert kit.get(f"{path}/frames/1", f"{OCTETS}; transfer-syntax=*").status_code == 200
    assert kit.get(f"{path}/frames/1", OCTETS).status_code == 406
    assert kit.get(f"{path}/rendered").status_code == 406


def test_a_video_is_one_stream(kit: Kit) -> None:
    stream = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 20
    [path] = kit.store(fresh(factories.encapsulated([stream], transfer_syntax_uid=H264)))
    [part] = parts(kit.get(f"{path}/frames/1", "*/*"))
    assert part.body == stream
    assert part.headers["Content-Type"] == f"video/mp4; transfer-syntax={H264}"
    assert kit.get(f"{path}/frames/1", OCTETS).status_code == 406
