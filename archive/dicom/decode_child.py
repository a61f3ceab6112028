"""A decoder child: takes frames on a socket, gives pixels or pictures back, and can do next to nothing else.

Started by `archive.dicom.decode_pool`, never by hand. It holds no secret (its environment is made for it), may not
write files or dump core, and the kernel ends it when one frame costs too much memory or processor time.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

from archive.dicom.decode_protocol import (
    MAX_ERROR_BYTES,
    DisconnectedError,
    Status,
    parameters_from_json,
    receive_request,
    send_answer,
)
from archive.dicom.pixels import PixelDescription, decode_frame
from archive.errors import ArchiveError, CannotUnderstand, InvalidRequest, NotFound, UnsupportedTransferSyntax

_STATUS: Final[dict[type[ArchiveError], Status]] = {
    CannotUnderstand: Status.CANNOT_UNDERSTAND,
    UnsupportedTransferSyntax: Status.UNSUPPORTED_TRANSFER_SYNTAX,
    InvalidRequest: Status.INVALID_REQUEST,
    NotFound: Status.NOT_FOUND,
}
_NICENESS: Final = 5
_OPEN_FILES: Final = 64
_OUT_OF_MEMORY_SCORE: Final = "500"


def main(arguments: list[str]) -> None:
    """Serve requests on standard input, a socket, until the parent closes it."""
    confine(json.loads(arguments[0])["address_space"])
    channel = socket.socket(fileno=0)
    with contextlib.suppress(DisconnectedError):
        while serve_one(channel):
            pass


def confine(address_space: int) -> None:
    """Give up what decoding does not need. Limits once lowered stay lowered."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop, not its terminal
    os.nice(_NICENESS)
    for limit, value in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    with contextlib.suppress(OSError):
        # Should the machine run out of memory, this child goes first, not the database.
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_SCORE)


def serve_one(channel: socket.socket) -> bool:
    """Answer one request; False when the child should end after it."""
    try:
        head, frame = receive_request(channel)
        _allow_processor_time(head["cpu_seconds"])
        status, body = Status.DONE, perform(head, frame)
    except ArchiveError as error:
        status, body = _STATUS.get(type(error), Status.CANNOT_UNDERSTAND), str(error).encode()[:MAX_ERROR_BYTES]
    except MemoryError:
        status, body = Status.EXHAUSTED, b""
    except DisconnectedError:
        raise
    except Exception as error:  # whatever a hostile frame provokes: the parent gets an answer, not a traceback
        status, body = Status.CANNOT_UNDERSTAND, f"decoding failed: {type(error).__name__}".encode()
    send_answer(channel, status, body)
    return status is not Status.EXHAUSTED


def perform(head: dict[str, Any], frame: bytes) -> bytes:
    """The pixels or the picture that a request asks for."""
    if head["task"] == "decode":
        return decode_frame(frame, PixelDescription(**head["description"]), head["transfer_syntax_uid"])
    from archive.dicom.rendering import render_frame  # Pillow only where pictures are made

    return render_frame(
        frame,
        head["header"],
        parameters_from_json(head["parameters"]),
        transfer_syntax_uid=head["transfer_syntax_uid"],
    )


def _allow_processor_time(seconds: float) -> None:
    """From now on, this much for one frame; going over it, the kernel sends SIGXCPU, which ends the process."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    main(sys.argv[1:])
