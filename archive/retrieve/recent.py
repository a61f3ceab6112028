"""Answers made lately, kept by this process: rendered pictures, and the metadata of Series that somebody reads."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Recent:
    """Bytes by key; the least recently used go when all together would exceed `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> bytes | None:
        """What was put under `key`, if it is still here."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, answer: bytes) -> None:
        """Remembers it; one larger than an eighth of the limit is not worth the others."""
        if len(answer) > self._limit // 8:
            return
        with self._lock:
            self._size += len(answer) - len(self._held.pop(key, b""))
            self._held[key] = answer
            while self._size > self._limit:
                self._size -= len(self._held.popitem(last=False)[1])


pictures = Recent(8 << 20)
bodies = Recent(8 << 20)
