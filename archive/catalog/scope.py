"""What an actor may see, as a value that every catalog read applies to its query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class StudyScope:
    """The Studies in view. Made by the policy alone; a read without one cannot be written."""

    all_studies: bool = False

    @classmethod
    def everything(cls) -> StudyScope:
        """All Studies of the organisation."""
        return cls(all_studies=True)

    def restrict(self, rows: QuerySet[M, Any], prefix: str = "") -> QuerySet[M, Any]:
        """`rows` less those of Studies out of view; `prefix` leads from a row to its Study, e.g. "series__study__"."""
        return rows if self.all_studies else rows.none()
