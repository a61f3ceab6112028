from __future__ import annotations

import pytest
from pydicom.uid import UID, UID_dictionary

from archive.dicom.transfer_syntax import (
    DECODABLE,
    STORABLE,
    TRANSFER_SYNTAXES,
    frame_media_type,
    syntaxes_of,
    transfer_syntax,
)

STANDARD = sorted(uid for uid, row in UID_dictionary.items() if row[1] == "Transfer Syntax")


@pytest.mark.parametrize("uid", STANDARD)
def test_every_syntax_of_the_standard_is_in_the_table(uid: str) -> None:
    ours, theirs = TRANSFER_SYNTAXES[uid], UID(uid)
    assert ours.uid == uid
    assert ours.name == UID_dictionary[uid][0]
    assert ours.retired == bool(UID_dictionary[uid][3])
    if ours.storable and uid != "1.2.840.10008.1.20":
        assert ours.encapsulated == theirs.is_encapsulated or ours.referenced
        assert ours.implicit_vr == theirs.is_implicit_VR
        assert ours.big_endian == (not theirs.is_little_endian)
    if not ours.referenced:
        assert ours.deflated == theirs.is_deflated


@pytest.mark.parametrize(
    ("uid", "media_type"),
    [
        ("1.2.840.10008.1.2.1", "application/octet-stream"),
        ("1.2.840.10008.1.2.4.50", "image/jpeg"),
        ("1.2.840.10008.1.2.4.70", "image/jpeg"),
        ("1.2.840.10008.1.2.5", "image/dicom-rle"),
        ("1.2.840.10008.1.2.4.81", "image/jls"),
        ("1.2.840.10008.1.2.4.90", "image/jp2"),
        ("1.2.840.10008.1.2.4.92", "image/jpx"),
        ("1.2.840.10008.1.2.4.202", "image/jphc"),
        ("1.2.840.10008.1.2.4.111", "image/jxl"),
        ("1.2.840.10008.1.2.4.100", "video/mpeg"),
        ("1.2.840.10008.1.2.4.102.1", "video/mp4"),
        ("1.3.6.1.4.1.99999.1", "application/octet-stream"),
    ],
)
def test_frames_travel_under_the_media_type_of_the_standard(uid: str, media_type: str) -> None:
    """PS3.18 Table 8.7.3-5."""
    assert frame_media_type(uid) == media_type


def test_default_syntax_of_a_media_type_comes_first() -> None:
    """PS3.18 Table 8.7.3-5, optionality D."""
    assert syntaxes_of("image/jpeg")[0] == "1.2.840.10008.1.2.4.70"
    assert syntaxes_of("image/jls")[0] == "1.2.840.10008.1.2.4.80"
    assert syntaxes_of("image/jp2")[0] == "1.2.840.10008.1.2.4.90"
    assert syntaxes_of("image/dicom-rle") == ("1.2.840.10008.1.2.5",)
    assert syntaxes_of("application/octet-stream")[0] == "1.2.840.10008.1.2.1"
    assert syntaxes_of("image/webp") == ()


def test_video_and_streams_are_told_apart() -> None:
    video = TRANSFER_SYNTAXES["1.2.840.10008.1.2.4.102"]
    assert (video.video, video.storable, video.decodable) == (True, True, False)
    assert "1.2.840.10008.1.2.7.1" not in STORABLE
    assert transfer_syntax("1.2.3") is None


def test_what_is_decodable_is_storable() -> None:
    assert DECODABLE < STORABLE
    assert "1.2.840.10008.1.2.4.94" not in DECODABLE
