"""Multipart bodies as senders really write them, cut at every possible place (RFC 2046 §5.1)."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import InvalidRequest
from archive.web.multipart_in import MultipartReader


class Trickle:
    """A body that arrives in pieces of chosen sizes."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = io.BytesIO(data), sizes

    def read(self, size: int, /) -> bytes:
        step = self._sizes.pop(0) if self._sizes else size
        return self._data.read(max(1, min(step, size)))


def bodies(data: bytes, boundary: str = "B", sizes: list[int] | None = None) -> list[bytes]:
    return [b"".join(part.chunks) for part in MultipartReader(Trickle(data, sizes or []), boundary).parts()]


def written(
    parts: list[bytes], boundary: bytes = b"B", headers: bytes = b"Content-Type: application/dicom\r\n"
) -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + headers + b"\r\n" + part + b"\r\n" for part in parts) + (
        b"--" + boundary + b"--\r\n"
    )


@given(
    parts=st.lists(
        st.lists(st.sampled_from([b"\r\n--B", b"\r\n", b"--", b"-", b"B", b"\r", b"\0", b"data"]), max_size=12).map(
            # boundary-like bytes inside data are fine as long as no line of it begins like a delimiter line
            lambda pieces: (b"x" + b"".join(pieces)).replace(b"\r\n--B", b"\r\n--Bx")
        ),
        max_size=5,
    ),
    sizes=st.lists(st.integers(1, 9), max_size=40),
)
def test_parts_come_out_as_they_went_in_however_the_body_is_cut(parts: list[bytes], sizes: list[int]) -> None:
    assert bodies(written(parts), sizes=sizes) == parts


def test_preamble_epilogue_and_padding_after_the_boundary_are_no_part_of_anything() -> None:
    body = b"preamble\r\n--B  \t\r\nContent-Type: application/dicom\r\n\r\nABC\r\n--B--\r\nepilogue"
    assert bodies(body) == [b"ABC"]


def test_a_part_without_headers_and_an_empty_part() -> None:
    assert bodies(b"--B\r\n\r\nABC\r\n--B\r\n\r\n\r\n--B\r\n\r\n--B--") == [b"ABC", b"", b""]


def test_headers_are_given_whatever_their_case() -> None:
    reader = MultipartReader(io.BytesIO(b"--B\r\ncontent-TYPE: Application/DICOM\r\n\r\nA\r\n--B--"), "B")
    assert [part.headers.get_content_type() for part in reader.parts()] == ["application/dicom"]


def test_a_part_that_is_not_read_is_skipped() -> None:
    reader = MultipartReader(io.BytesIO(written([b"A" * 3_000_000, b"B"])), "B")
    assert len(list(reader.parts())) == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"no boundary here", b"--B\r\n\r\nABC", b"--B\r\nContent-Type: x", b"--B junk\r\n\r\nA\r\n--B--"],
    ids=["empty", "no boundary", "no closing boundary", "ends in headers", "junk after the boundary"],
)
def test_a_body_that_is_cut_off_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        bodies(body)


@pytest.mark.parametrize("boundary", ["", "x" * 201, "ä"])
def test_an_unusable_boundary_is_refused(boundary: str) -> None:
    with pytest.raises(InvalidRequest):
        MultipartReader(io.BytesIO(b""), boundary)


def test_endless_headers_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        bodies(b"--B\r\n" + b"X: y\r\n" * 100_000)
