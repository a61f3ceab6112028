"""Long-lived child processes that decode and render frames, so that no codec runs beside patient data and secrets.

A frame that makes a codec crash, loop or eat memory costs one child, which is replaced when next needed; the caller
gets `CannotUnderstand`. The pool is thread-safe, starts children when first used, survives a fork (each side then
has its own children) and ends them at exit. Neither NumPy nor a codec is loaded into the calling process.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import json
import os
import queue
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archive.dicom.decode_protocol import (
    DisconnectedError,
    Status,
    parameters_to_json,
    receive_answer,
    send_request,
)
from archive.dicom.frame_header import ReadBulk, frame_header
from archive.dicom.pixels import (
    JsonDataset,
    PixelDescription,
    decodable_syntax,
    decode_frame,
)
from archive.dicom.render_parameters import RenderParameters
from archive.errors import (
    ArchiveError,
    CannotUnderstand,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
    UnsupportedTransferSyntax,
)

_SOURCE_ROOT: Final = Path(__file__).resolve().parents[2]
_MAX_PICTURE_BYTES: Final = 256 * 1024 * 1024
_MEBIBYTE: Final = 1024 * 1024
_ERRORS: Final[dict[Status, type[ArchiveError]]] = {
    Status.CANNOT_UNDERSTAND: CannotUnderstand,
    Status.UNSUPPORTED_TRANSFER_SYNTAX: UnsupportedTransferSyntax,
    Status.INVALID_REQUEST: InvalidRequest,
    Status.NOT_FOUND: NotFound,
}


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What one frame may cost."""

    address_space: int = 2 * 1024 * _MEBIBYTE
    """Bytes a child may map (RLIMIT_AS). Its libraries take 0.3 GiB; JPEG 2000 works in 4 bytes per sample."""
    cpu_seconds: float = 5.0
    """Processor time for a small frame (RLIMIT_CPU)."""
    cpu_seconds_per_mebibyte: float = 0.25
    """On top, per MiB of decoded frame: 3 times what the slowest codec (JPEG 2000) needs."""
    wall_factor: float = 4.0
    """Patience on a busy machine: wall-clock time as a multiple of the processor time."""
    busy_seconds: float = 60.0
    """How long a caller waits for a child that is free."""

    def cpu(self, frame_length: int) -> float:
        """Seconds of processor time for a frame of so many decoded bytes."""
        return self.cpu_seconds + self.cpu_seconds_per_mebibyte * frame_length / _MEBIBYTE


class DecodePool:
    """Decodes and renders frames in `size` children."""

    def __init__(self, size: int | None = None, limits: PoolLimits | None = None) -> None:
        self.size = size or min(2, os.cpu_count() or 1)
        self.limits = limits or PoolLimits()
        self._closed = False
        self._slots = self._empty_slots()
        _pools.add(self)

    def decode(self, frame: bytes, description: PixelDescription, transfer_syntax_uid: str) -> bytes:
        """One frame as Explicit VR Little Endian stores it; see `archive.dicom.pixels` for what comes out.

        `frame` is as stored: all fragments joined, or native bytes from the frame's first bit. Native frames are
        answered here, without a child.

        Raises:
            CannotUnderstand: corrupt, not what the attributes announce, or too costly to decode.
            StoreUnavailable: every child stayed busy.
            UnsupportedTransferSyntax: no decoder for it.
        """
        syntax = decodable_syntax(transfer_syntax_uid)
        description.check()
        if not syntax.encapsulated:
            return decode_frame(frame, description, transfer_syntax_uid)
        head = {
            "task": "decode",
            "description": dataclasses.asdict(description),
            "transfer_syntax_uid": transfer_syntax_uid,
        }
        # Chroma given per pixel again makes a decoded YBR_FULL_422 frame half as long again.
        most = description.frame_length // 2 * 3 if description.subsampled else description.frame_length
        return self._run(head, frame, most, description)

    def render(
        self,
        frame: bytes,
        header: JsonDataset,
        parameters: RenderParameters,
        *,
        frame_number: int = 1,
        transfer_syntax_uid: str,
        read_bulk: ReadBulk | None = None,
    ) -> bytes:
        """The picture of one frame, image/jpeg or image/png as `parameters` say (`archive.dicom.rendering`).

        `frame` as for `decode`; `header` is the whole instance in the DICOM JSON model. `read_bulk` fetches lookup
        tables that the header has as bulk data (palettes mostly): without it such an image can't be shown right.

        Raises:
            CannotUnderstand, StoreUnavailable, UnsupportedTransferSyntax: as for `decode`.
            InvalidRequest: the viewport's source region lies outside the frame.
            NotFound: there is no such frame.
        """
        syntax = decodable_syntax(transfer_syntax_uid)
        single = frame_header(header, frame_number, read_bulk=read_bulk, big_endian=syntax.big_endian)
        single.pop("00280008", None)  # one frame now
        head = {
            "task": "render",
            "header": single,
            "parameters": parameters_to_json(parameters),
            "transfer_syntax_uid": transfer_syntax_uid,
        }
        return self._run(head, frame, _MAX_PICTURE_BYTES, PixelDescription.from_dicom_json(single))

    def close(self) -> None:
        """End the children; those at work end with their frame."""
        self._closed = True
        for _ in range(self.size):
            try:
                child = self._slots.get_nowait()
            except queue.Empty:
                break
            if child is not None:
                child.end()

    def _run(self, head: Mapping[str, Any], frame: bytes, most: int, description: PixelDescription) -> bytes:
        cpu_seconds = self.limits.cpu(description.frame_length)
        try:
            child = self._slots.get(timeout=self.limits.busy_seconds)
        except queue.Empty:
            raise StoreUnavailable("all decoders are busy") from None
        try:
            if child is None or not child.alive:
                child = _Child.start(self.limits)
            deadline = time.monotonic() + cpu_seconds * self.limits.wall_factor
            status, body = child.ask({**head, "cpu_seconds": cpu_seconds}, frame, most, deadline)
            if status is Status.EXHAUSTED:
                child.end()  # as it is about to do itself: the next frame must not meet it dying
                child = None
        except BaseException as error:
            if child is not None:  # a conversation broken off half-way can't be taken up again
                child.end()
                child = None
            if isinstance(error, (DisconnectedError, TimeoutError)):
                raise CannotUnderstand("decoding the frame took too long or ended its decoder") from None
            raise
        finally:
            if self._closed and child is not None:
                child.end()
            self._slots.put(None if self._closed else child)
        if status is Status.DONE:
            return body
        if status is Status.EXHAUSTED:
            raise CannotUnderstand("decoding the frame takes too much memory")
        raise _ERRORS[status](body.decode("utf-8", "replace"))

    def _empty_slots(self) -> queue.LifoQueue[_Child | None]:
        # Last in, first out: the child that is warm works again, the others may never have to start.
        slots: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(self.size):
            slots.put(None)
        return slots

    def forget_children(self) -> None:
        """After a fork, in the new process: the children belong to the old one."""
        for child in list(self._slots.queue):
            if child is not None:
                child.forget()
        self._slots = self._empty_slots()


class _Child:
    """One decoder process and our end of its socket."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self._process, self._channel = process, channel

    @classmethod
    def start(cls, limits: PoolLimits) -> _Child:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module, nothing from outside
                [
                    *(sys.executable, "-P", "-s", "-m", "archive.dicom.decode_child"),
                    json.dumps({"address_space": limits.address_space}),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        return cls(process, ours)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, head: Mapping[str, Any], frame: bytes, most: int, deadline: float) -> tuple[Status, bytes]:
        send_request(self._channel, head, frame, deadline)
        return receive_answer(self._channel, most, deadline)

    def end(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        self._channel.close()
        self._process.returncode = 0  # not ours to wait for


def _environment() -> dict[str, str]:
    """Made from nothing, so that no setting, token or password of ours is in it. One thread per child."""
    environment = {
        "PYTHONPATH": str(_SOURCE_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # some Pythons find their own library by it
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment


_pools: weakref.WeakSet[DecodePool] = weakref.WeakSet()


def _after_fork() -> None:
    for pool in list(_pools):
        pool.forget_children()


def _at_exit() -> None:
    for pool in list(_pools):
        with contextlib.suppress(OSError):
            pool.close()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)
