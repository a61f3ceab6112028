"""What a web worker and its decoder children say to each other: one request, one answer, over a socket pair.

A request is a JSON head and the frame's bytes; an answer is a status and bytes (the pixels or picture, or the text
of an error). Only data crosses, in neither direction anything that could be executed: a child may have been taken
over by the frame it decodes. Standard library only.
"""

from __future__ import annotations

import enum
import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from archive.dicom.render_parameters import RenderParameters, Viewport, Window

_REQUEST: Final = struct.Struct("<IQ")
_ANSWER: Final = struct.Struct("<BQ")

MAX_ERROR_BYTES: Final = 2048


class Status(enum.IntEnum):
    """First byte of an answer."""

    DONE = 0
    CANNOT_UNDERSTAND = 1
    UNSUPPORTED_TRANSFER_SYNTAX = 2
    INVALID_REQUEST = 3
    NOT_FOUND = 4
    EXHAUSTED = 5
    """Out of memory; the child ends itself after saying so."""


class DisconnectedError(ConnectionError):
    """The other side ended the conversation, cleanly or not."""


def send_request(channel: socket.socket, head: Mapping[str, Any], frame: bytes, deadline: float) -> None:
    """Write one request until `deadline` (`time.monotonic`).

    Raises:
        TimeoutError: not taken in time.
        DisconnectedError: the child is gone.
    """
    text = json.dumps(head).encode()
    _send(channel, (_REQUEST.pack(len(text), len(frame)) + text, frame), deadline)


def receive_request(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The next request, waited for without end.

    Raises:
        DisconnectedError: the parent is gone.
    """
    text_length, frame_length = _REQUEST.unpack(_receive(channel, _REQUEST.size, None))
    head = json.loads(_receive(channel, text_length, None))
    return head, bytes(_receive(channel, frame_length, None))


def send_answer(channel: socket.socket, status: Status, body: bytes) -> None:
    """Write one answer."""
    _send(channel, (_ANSWER.pack(status, len(body)), body), None)


def receive_answer(channel: socket.socket, most: int, deadline: float) -> tuple[Status, bytes]:
    """The answer, of `most` bytes.

    Raises:
        TimeoutError: it did not come in time.
        DisconnectedError: the child is gone, or says what no sound child says.
    """
    code, length = _ANSWER.unpack(_receive(channel, _ANSWER.size, deadline))
    if code not in list(Status) or length > (most if code == Status.DONE else MAX_ERROR_BYTES):
        raise DisconnectedError
    return Status(code), bytes(_receive(channel, length, deadline))


def parameters_to_json(parameters: RenderParameters) -> dict[str, Any]:
    """Plain values for the head of a request."""
    return asdict(parameters)


def parameters_from_json(values: dict[str, Any]) -> RenderParameters:
    """The parameters that `parameters_to_json` was given."""
    window, viewport = values["window"], values["viewport"]
    return RenderParameters(
        media_type=values["media_type"],
        window=window and Window(**window),
        viewport=viewport and Viewport(**viewport),
        quality=values["quality"],
    )


def _send(channel: socket.socket, parts: tuple[bytes, ...], deadline: float | None) -> None:
    for part in parts:
        channel.settimeout(_remaining(deadline))
        try:
            channel.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            raise DisconnectedError from None


def _receive(channel: socket.socket, length: int, deadline: float | None) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        channel.settimeout(_remaining(deadline))
        try:
            count = channel.recv_into(view)
        except ConnectionResetError:
            raise DisconnectedError from None
        if count == 0:
            raise DisconnectedError
        view = view[count:]
    return data


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
