"""Three hundred studies over ten years: who was examined when, and why."""

from datetime import date, datetime, time, timedelta

from archive.demo.orders import StudyOrder
from archive.demo.people import PHYSICIANS, person


def orders(seed: int, anchor: date) -> list[StudyOrder]:
    """All study orders for ``seed``, dated back from ``anchor``."""
    today = datetime.combine(anchor, time(9, 38))
    heroes = [
        ("4700136", "a", "current", timedelta(0)),
        ("4700136", "a", "prior", timedelta(days=335)),
        ("4189033", "b", "current", timedelta(hours=1)),
        ("4189033", "b", "prior", timedelta(days=366)),
    ]
    return [
        StudyOrder(
            seed=seed,
            key=f"chest ct {case} {point}",
            kind="chest_ct",
            patient=person(patient_id),
            anchor=anchor,
            moment=today - back,
            description="CT thorax with contrast" if case == "a" else "CT thorax low dose",
            department="Radiology",
            accession=f"A{1000 + number}",
            referring=PHYSICIANS[number % len(PHYSICIANS)],
            charset="ISO_IR 192",
            options={"case": case, "point": point},
        )
        for number, (patient_id, case, point, back) in enumerate(heroes)
    ]
