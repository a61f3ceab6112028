"""multipart/related as it leaves (PS3.18 §8.6.1), read back by Python's own parser of MIME."""

from __future__ import annotations

import email.parser
import email.policy
from collections.abc import Iterator

import pytest

from archive.web.multipart_out import SMALL, Multipart, Part


def read_back(message: Multipart, body: bytes) -> list[tuple[str, str, bytes]]:
    head = f"Content-Type: {message.content_type}\r\n\r\n".encode()
    parsed = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head + body)
    assert not parsed.defects
    return [(p["Content-Type"], p["Content-Location"], p.get_payload(decode=True)) for p in parsed.get_payload()]


@pytest.mark.parametrize("bodies", [[], [b""], [b"one"], [b"one", b"two" * 50_000, b"\r\n--not a boundary\r\n"]])
def test_parts_come_back_as_they_went_in(bodies: list[bytes]) -> None:
    message = Multipart.of("application/dicom")
    parts = [Part("application/dicom; transfer-syntax=1.2", f"http://a/{n}", iter([b])) for n, b in enumerate(bodies)]
    body = b"".join(message.stream(parts))
    if bodies:
        expected = [("application/dicom; transfer-syntax=1.2", f"http://a/{n}", b) for n, b in enumerate(bodies)]
        assert read_back(message, body) == expected
    assert body.endswith(f"\r\n--{message.boundary}--\r\n".encode())


def test_the_type_is_quoted_and_the_boundary_is_never_the_same() -> None:
    one, other = Multipart.of("application/dicom"), Multipart.of("application/dicom")
    assert one.content_type == f'multipart/related; type="application/dicom"; boundary={one.boundary}'
    assert one.boundary != other.boundary


def test_large_chunks_pass_uncopied() -> None:
    chunk = bytes(SMALL + 1)
    parts = [Part("application/octet-stream", "http://a", [chunk, chunk])]
    assert sum(piece is chunk for piece in Multipart.of("application/octet-stream").stream(parts)) == 2


def test_an_error_in_a_part_leaves_the_message_without_an_end() -> None:
    def torn() -> Iterator[bytes]:
        yield b"beginning"
        raise OSError("gone")

    message = Multipart.of("application/dicom")
    stream = message.stream([Part("application/dicom", "http://a", torn())])
    sent = next(stream)
    with pytest.raises(OSError, match="gone"):
        next(stream)
    assert message.tail not in sent
