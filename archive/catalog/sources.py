"""Who sends, as ingest needs it; few and steady, so each process keeps what it has read for a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass

from archive.catalog.tokens import source_named
from archive.models import Source

_KEEP_S = 60.0


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source's Patient ID domain, IANA time zone and default department."""

    id: int
    name: str
    patient_domain: str
    time_zone: str
    department: str


_cache: dict[int, tuple[float, KnownSource]] = {}


def source(source_id: int | None) -> KnownSource:
    """The source with this id; without one, the archive's own ("local")."""
    key = source_id or 0
    held = _cache.get(key)
    if held is None or time.monotonic() - held[0] > _KEEP_S:
        row = Source.objects.get(pk=source_id) if source_id else source_named("local")
        known = KnownSource(row.pk, row.name, row.patient_domain, row.time_zone, row.department)
        held = _cache[key] = (time.monotonic(), known)
    return held[1]
