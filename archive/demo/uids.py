"""Stable UIDs: the same seed and the same name always give the same UID, so loading the demo twice changes nothing."""

import uuid

_NAMESPACE = uuid.UUID("5f0d2c1e-6a53-5b0f-9d57-41a7b1f0de30")


def stable_uid(seed: int, *names: object) -> str:
    """A UID under 2.25 (PS3.5 §B.2) derived from ``seed`` and the path of ``names`` alone, never from a date."""
    path = "/".join(str(name) for name in (seed, *names))
    return f"2.25.{uuid.uuid5(_NAMESPACE, path).int}"
