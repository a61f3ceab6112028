"""A Series is settled when nothing has come for a while: readers of the change feed may then take it as whole."""

from __future__ import annotations

from archive.catalog.settling import mark_settled


def settle_series(series: str) -> None:
    """Marks the Series row with this id as settled and announces it once."""
    mark_settled(int(series))
