"""Pictures made lately, so that a worklist full of thumbnails is rendered once."""

from __future__ import annotations

import threading
from collections import OrderedDict

LIMIT = 16 << 20


class Pictures:
    """Bytes by key; the least recently used go when they would exceed `limit` bytes together."""

    def __init__(self, limit: int = LIMIT) -> None:
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

    def put(self, key: str, picture: bytes) -> None:
        """Remembers it; a picture larger than an eighth of the limit is not worth the others."""
        if len(picture) > self._limit // 8:
            return
        with self._lock:
            self._size += len(picture) - len(self._held.pop(key, b""))
            self._held[key] = picture
            while self._size > self._limit:
                self._size -= len(self._held.popitem(last=False)[1])


pictures = Pictures()
