from __future__ import annotations

import hashlib
import io
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DigestMismatch, InvalidRange
from storage.streams import CHUNK_SIZE, checked_chunks, end_of_range, opened, section

DATA = bytes(range(256)) * 40


@given(st.integers(0, len(DATA)), st.integers(0, len(DATA)), st.data())
def test_a_section_reads_like_a_copy_of_that_slice(first: int, second: int, data: st.DataObject) -> None:
    start, end = sorted((first, second))
    part, copy = section(io.BytesIO(DATA), start, end - start), io.BytesIO(DATA[start:end])
    for _ in range(data.draw(st.integers(0, 6))):
        if data.draw(st.booleans()):
            place = data.draw(st.integers(0, end - start))
            whence = data.draw(st.sampled_from([io.SEEK_SET, io.SEEK_END]))
            place = place if whence == io.SEEK_SET else -place
            assert part.seek(place, whence) == copy.seek(place, whence)
        else:
            count = data.draw(st.integers(-1, 5000))
            assert part.read(count) == copy.read(count)
        assert part.tell() == copy.tell()


def test_a_section_leaves_the_body_open() -> None:
    body = io.BytesIO(DATA)
    section(body, 0, 5).close()
    assert body.read() == DATA


def test_sections_of_one_body_do_not_disturb_each_other() -> None:
    body = io.BytesIO(DATA)
    one, two = section(body, 0, 1000), section(body, 1000, 1000)
    assert (one.read(10), two.read(10), one.read(10)) == (DATA[:10], DATA[1000:1010], DATA[10:20])


def test_bytes_are_checked_while_they_pass() -> None:
    data = DATA * 200
    chunks = [*checked_chunks(io.BytesIO(data), length=len(data), sha256=hashlib.sha256(data).hexdigest())]
    assert b"".join(chunks) == data
    assert {len(chunk) for chunk in chunks[:-1]} == {CHUNK_SIZE}


def test_a_body_that_is_too_long_is_not_read_to_its_end() -> None:
    body = io.BytesIO(bytes(20 * CHUNK_SIZE))
    with pytest.raises(DigestMismatch, match="more than the promised 10 bytes"):
        [*checked_chunks(body, length=10, sha256="")]
    assert body.tell() == CHUNK_SIZE


@given(st.integers(0, 100), st.integers(-10, 110), st.none() | st.integers(-10, 110))
def test_a_range_is_inside_or_an_error(size: int, offset: int, length: int | None) -> None:
    inside = 0 <= offset <= size if length is None else offset >= 0 and length >= 0 and offset + length <= size
    if inside:
        assert end_of_range("k", size, offset, length) == (size if length is None else offset + length)
    else:
        with pytest.raises(InvalidRange):
            end_of_range("k", size, offset, length)


def test_a_stream_that_is_opened_and_dropped_cleans_up() -> None:
    cleaned = []

    def stream() -> Generator[bytes, None, None]:
        try:
            yield b""
            yield b"data"
        finally:
            cleaned.append(True)

    opened(stream()).close()
    assert cleaned == [True]
