"""What a study is before it has pixels: who, when, where, for whom. Builders turn an order into instances."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from archive.demo.people import INSTITUTION, Person
from archive.demo.uids import stable_uid


@dataclass(frozen=True)
class StudyOrder:
    """One planned study.

    ``key`` is unique and never depends on dates: UIDs are made of it. ``moment`` is the local study date and time.
    ``variant`` is the builder's own choice (which phantom, which time point) and ``options`` its details.
    """

    seed: int
    key: str
    kind: str
    patient: Person
    anchor: date
    moment: datetime
    description: str
    department: str
    accession: str
    referring: str
    charset: str
    institution: str = INSTITUTION
    options: dict[str, str] = field(default_factory=dict)

    @property
    def study_uid(self) -> str:
        return self.uid("study")

    def uid(self, *names: object) -> str:
        return stable_uid(self.seed, self.key, *names)

    def random(self, *salt: int) -> np.random.Generator:
        """Random numbers that belong to this study alone, so that order of generation does not matter."""
        number = int(stable_uid(self.seed, self.key, "random")[5:]) % 2**63
        return np.random.default_rng([self.seed, number, *salt])

    def shared_uid(self, *names: object) -> str:
        """A UID that several studies of one patient share, such as a tracked lesion's."""
        return stable_uid(self.seed, self.patient.issuer, self.patient.patient_id, *names)


@dataclass(frozen=True)
class Builder:
    """How studies of one kind are made. ``count`` tells the number of instances before anything is generated."""

    count: Callable[[StudyOrder], int]
    build: Callable[[StudyOrder], Iterator[bytes]]
