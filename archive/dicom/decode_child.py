"""A decoder child: takes frames on a socket, gives pixels or pictures back, and can do next to nothing else.

Started by `archive.dicom.decode_pool`, never by hand. It holds no secret (its environment is made for it), can't
open files or sockets (`archive.dicom.confinement`), and the kernel ends it when one frame costs too much memory or
processor time.
"""

from __future__ import annotations

import contextlib
import json
import math
import resource
import socket
import sys
import time
from typing import Any, Final

import imagecodecs

from archive.dicom.confinement import confine
from archive.dicom.decode_protocol import (
    MAX_ERROR_BYTES,
    DisconnectedError,
    Status,
    parameters_from_json,
    receive_request,
    send_answer,
)
from archive.dicom.decoders import CODECS
from archive.dicom.pixels import PixelDescription, decode_frame
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.rendering import render_frame
from archive.dicom.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN
from archive.errors import ArchiveError, CannotUnderstand, InvalidRequest, NotFound, UnsupportedTransferSyntax

_STATUS: Final[dict[type[ArchiveError], Status]] = {
    CannotUnderstand: Status.CANNOT_UNDERSTAND,
    UnsupportedTransferSyntax: Status.UNSUPPORTED_TRANSFER_SYNTAX,
    InvalidRequest: Status.INVALID_REQUEST,
    NotFound: Status.NOT_FOUND,
}
_SMALLEST_FRAME: Final = {"00280010": 2, "00280011": 2, "00280100": 16}


def main(arguments: list[str]) -> None:
    """Serve requests on standard input, a socket, until the parent closes it."""
    load_everything()
    channel = socket.socket(fileno=0)
    confine(json.loads(arguments[0])["address_space"])
    with contextlib.suppress(DisconnectedError):
        while serve_one(channel):
            pass


def load_everything() -> None:
    """Import all that a frame may ever need: after `confine` no file can be opened.

    imagecodecs loads a codec's library when the codec is first looked up, Pillow a file format when first written.
    """
    for codec in CODECS:
        getattr(imagecodecs, f"{codec}_decode")
    header = {tag: {"vr": "US", "Value": [value]} for tag, value in _SMALLEST_FRAME.items()} | {"7FE00010": {}}
    for media_type in ("image/jpeg", "image/png"):
        parameters = RenderParameters.parse(viewport="1,1,0,0,-1,-1", media_type=media_type)
        render_frame(bytes(8), header, parameters, transfer_syntax_uid=EXPLICIT_VR_LITTLE_ENDIAN)


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
