"""The rules for keys, the same for every driver, so that an archive can move from one store to another.

Narrow on purpose: keys are made by the archive from digests and time, never from what a sender wrote. Plain ASCII
has one spelling (no Unicode normalisation), one sort order everywhere, and nothing to escape in a URL or a shell.
"""

from __future__ import annotations

import re

from storage.errors import InvalidKey

# No segment starts with a dot: that shuts out "." and "..", and leaves dotted names to the drivers themselves.
_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._=+@-]{0,199}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")

# S3 allows 1,024 bytes including the prefix of the store; file names end at 255.
MAX_KEY_LENGTH = 512


def is_key(text: str) -> bool:
    """Whether `text` is a well-formed key."""
    return len(text) <= MAX_KEY_LENGTH and _KEY.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """Whether a key can begin with `text`; a listing of anything else is empty without asking the store."""
    return not text or is_key(text.removesuffix("/"))


def check_key(key: str) -> str:
    """Give the key back when it is well formed: segments of `A-Z a-z 0-9 . _ = + @ -`, parted by single slashes.

    Raises: InvalidKey.
    """
    if not is_key(key):
        raise InvalidKey(f"not a valid object key: {key[:80]!r}")
    return key
