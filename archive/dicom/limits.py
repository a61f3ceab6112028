"""How much a single instance may ask of us: caps that keep a hostile object from costing more than its own bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one instance; going over one is `TooLarge`.

    The inflated size has two: absolute, and as a multiple of the deflated bytes (a real header deflates 3 to 20
    times, a bomb a thousand times).
    """

    depth: int = 64  # nested Sequences
    items: int = 200_000  # Items of all Sequences together
    elements: int = 1_000_000  # Data Elements, and fragments of encapsulated values, together
    inflated_bytes: int = 256 << 20
    inflated_ratio: int = 200
    value_bytes: int = 1 << 20  # one value told in the header; a longer one is bulk data or refused
    json_bytes: int = 256 << 20


DEFAULT = Limits()
