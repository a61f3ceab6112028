"""Orders for single builders, without the whole schedule around them."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from archive.demo.orders import StudyOrder
from archive.demo.people import PHYSICIANS, person
from archive.demo.registry import BUILDERS

ANCHOR = date(2026, 11, 20)
Make = Callable[..., StudyOrder]


def order_for(
    kind: str, *, patient_id: str = "4700136", charset: str = "ISO_IR 192", key: str = "test", **options: str
) -> StudyOrder:
    return StudyOrder(
        seed=20,
        key=key,
        kind=kind,
        patient=person(patient_id),
        anchor=ANCHOR,
        moment=datetime(2026, 11, 20, 9, 38),
        description="Study",
        department="Radiology",
        accession="N260000",
        referring=PHYSICIANS[0],
        charset=charset,
        options=options,
    )


def read(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def instances(order: StudyOrder) -> Iterator[Dataset]:
    for data in BUILDERS[order.kind].build(order):
        yield read(data)


@pytest.fixture(autouse=True)
def _small_memory() -> Iterator[None]:
    from archive.demo.hospital import forget_phantoms

    yield
    forget_phantoms()
