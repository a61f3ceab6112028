"""The synthetic hospital as a stream of studies, ready for the one ingest service."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from archive.demo.orders import StudyOrder
from archive.demo.registry import BUILDERS
from archive.demo.schedule import orders

DEFAULT_SEED = 20


@dataclass(frozen=True)
class DemoStudy:
    """One study to load. Iterating generates its instances as Part 10 bytes, each time anew and always the same."""

    study_instance_uid: str
    description: str
    department: str
    modality_hint: str
    instance_count: int
    order: StudyOrder

    def __len__(self) -> int:
        return self.instance_count

    def __iter__(self) -> Iterator[bytes]:
        _make_room(self.order.kind)
        return BUILDERS[self.order.kind].build(self.order)


@dataclass(frozen=True)
class DemoPlan:
    """How much there will be, known before the first pixel: for a progress bar."""

    studies: int
    instances: int
    patients: int


def demo_studies(seed: int = DEFAULT_SEED, *, anchor: date | None = None) -> Iterator[DemoStudy]:
    """All studies, the most telling ones first.

    UIDs depend on ``seed`` alone; dates and ages count back from ``anchor`` (default: today). Keep the anchor of the
    first load and pass it again, and a second load finds the very same bytes.
    """
    for order in orders(seed, anchor or date.today()):
        yield DemoStudy(
            study_instance_uid=order.study_uid,
            description=order.description,
            department=order.department,
            modality_hint=order.kind,
            instance_count=BUILDERS[order.kind].count(order),
            order=order,
        )


@lru_cache(maxsize=1)
def _make_room(kind: str) -> None:
    """Forgets the phantoms of the kind before: studies come grouped by kind, so this costs little and saves memory."""
    forget_phantoms()


def forget_phantoms() -> None:
    """Drops every phantom kept for reuse."""
    for name, module in list(sys.modules.items()):
        if name.startswith("archive.demo."):
            for member in vars(module).values():
                if hasattr(member, "cache_clear"):
                    member.cache_clear()


def plan(seed: int = DEFAULT_SEED) -> DemoPlan:
    """Totals of what ``demo_studies`` yields for ``seed``."""
    everything = orders(seed, date(2026, 1, 1))
    return DemoPlan(
        studies=len(everything),
        instances=sum(BUILDERS[order.kind].count(order) for order in everything),
        patients=len({(order.patient.issuer, order.patient.patient_id) for order in everything}),
    )
