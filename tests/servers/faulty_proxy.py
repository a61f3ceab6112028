"""A real HTTP proxy that misbehaves on demand, to stand between a store and its server.

It passes requests on unchanged (signatures stay valid) until a fault is planned; each fault is spent on one request.
"""

from __future__ import annotations

import http.client
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import cast
from urllib.parse import urlsplit

_SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class Fault(Enum):
    """What may go wrong with one request."""

    SLOW_DOWN = auto()  # 503 without asking the server
    RESET_REQUEST = auto()  # the connection is reset in the middle of the request's body
    CORRUPT_REQUEST = auto()  # one bit of the request's body flips on the way
    LOSE_ANSWER = auto()  # the server does its work, its answer never arrives
    RESET_ANSWER = auto()  # the connection is reset in the middle of the answer's body
    TRUNCATE_ANSWER = auto()  # the connection is closed politely in the middle of the answer's body
    CORRUPT_ANSWER = auto()  # one bit of the answer's body flips on the way
    SILENCE = auto()  # nothing ever comes back


@dataclass
class FaultyProxy:
    """Plan with `faults` (None lets one request pass); read what came in from `requests` ("PUT", "GET", ...)."""

    endpoint: str
    faults: deque[Fault | None] = field(default_factory=deque)
    requests: list[str] = field(default_factory=list)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, upstream: str) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        address = urlsplit(upstream)
        self.upstream = (address.hostname or "", address.port or 80)
        self.proxy = FaultyProxy(f"http://127.0.0.1:{self.server_address[1]}")
        self.closing = threading.Event()


class _Connection(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self._read_head():
            server = cast(_Server, self.server)
            method = head.split(b" ", 1)[0].decode()
            server.proxy.requests.append(method)
            fault = server.proxy.faults.popleft() if server.proxy.faults else None
            if not self._serve(server, method, head, fault):
                return

    def _read_head(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _serve(self, server: _Server, method: str, head: bytes, fault: Fault | None) -> bool:
        """Whether the connection is good for another request."""
        if fault is Fault.SILENCE:
            server.closing.wait()
            return False
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in head.splitlines()[1:])
        }
        if headers.get(b"expect") == b"100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = b"".join(line for line in head.splitlines(keepends=True) if not line.lower().startswith(b"expect:"))
        length = int(headers.get(b"content-length", b"0"))
        if fault is Fault.RESET_REQUEST:
            self.rfile.read(length // 2)
            return self._reset()
        body = self.rfile.read(length)
        if fault is Fault.SLOW_DOWN:
            self._answer(b"HTTP/1.1 503 Slow Down", [("Content-Type", "application/xml")], _SLOW_DOWN)
            return True
        if fault is Fault.CORRUPT_REQUEST:
            body = _flipped(body)
        answer, content = _ask(server.upstream, method, head + b"\r\n" + body)
        if fault is Fault.LOSE_ANSWER:
            return self._reset()
        status_line = f"HTTP/1.1 {answer.status} {answer.reason}".encode()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding"]
        if fault is Fault.CORRUPT_ANSWER:
            content = _flipped(content)
        if fault in (Fault.RESET_ANSWER, Fault.TRUNCATE_ANSWER):
            self._answer(status_line, kept, content, sent=len(content) // 2)
            return self._reset() if fault is Fault.RESET_ANSWER else False
        self._answer(status_line, kept, content)
        return True

    def _answer(self, status: bytes, headers: list[tuple[str, str]], body: bytes, sent: int | None = None) -> None:
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("Content-Length", str(len(body)))]
        lines = [status, *(f"{name}: {value}".encode("latin-1") for name, value in headers), b"", b""]
        self.wfile.write(b"\r\n".join(lines) + body[:sent])
        self.wfile.flush()

    def _reset(self) -> bool:
        # Linger of zero: close() sends RST instead of FIN, and the receiver may lose what it has not read.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        return False


def _ask(upstream: tuple[str, int], method: str, request: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    with socket.create_connection(upstream) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return answer, answer.read()


def _flipped(data: bytes) -> bytes:
    if not data:
        return data
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@contextmanager
def faulty_proxy(upstream: str, *, port: int = 0) -> Iterator[FaultyProxy]:
    """A proxy in front of `upstream` (http://HOST:PORT), in threads of this process."""
    with _Server(port, upstream) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server.proxy
        finally:
            server.closing.set()
            server.shutdown()
