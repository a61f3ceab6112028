"""Three hundred studies over ten years: the stories, and everyday work around them."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np

from archive.demo.orders import StudyOrder
from archive.demo.people import (
    INSTITUTION,
    OUTSIDE_INSTITUTION,
    OUTSIDE_ISSUER,
    PEOPLE,
    PHYSICIANS,
    Person,
    person,
)
from archive.demo.stories import LIU, PAST, TODAY, Event
from archive.demo.templates import RADIOLOGY, TEMPLATES, Template

STUDIES = 300
_DAYS = 3650
_CHEST: dict[str, Template] = {
    "thorax a": Template("chest_ct", "CT thorax with contrast", RADIOLOGY, {"case": "a", "point": "current"}),
    "thorax a prior": Template("chest_ct", "CT thorax with contrast", RADIOLOGY, {"case": "a", "point": "prior"}),
    "thorax b": Template("chest_ct", "CT thorax low dose", RADIOLOGY, {"case": "b", "point": "current"}),
    "thorax b prior": Template("chest_ct", "CT thorax low dose", RADIOLOGY, {"case": "b", "point": "prior"}),
}
# Kinds in the order they are generated: what people look at first comes first.
_KINDS = (
    "chest_ct", "pet_ct", "ecg", "documents", "mammography", "ultrasound", "eye", "skin", "xray", "head_ct", "head_mr",
    "angiography", "endoscopy", "slide", "body_ct",
)  # fmt: skip


def orders(seed: int, anchor: date) -> list[StudyOrder]:
    """All orders for ``seed`` dated back from ``anchor``, in the order they are best generated.

    Grouped so that studies cut from one phantom follow each other; the full chest CTs come first.
    """
    events = [*TODAY, *PAST, *_everyday(seed)]
    out = [_order(seed, anchor, number, event) for number, event in enumerate(events)]
    out += _strangers(seed, anchor, len(out))
    return sorted(out, key=_phantom)


def _phantom(order: StudyOrder) -> tuple[int | str, ...]:
    """Studies with the same key share what is costly to generate."""
    shared = (
        "case",
        "body",
        "head",
        "breast",
        "density",
        "heart",
        "eye",
        "size",
        "finding",
        "part",
        "views",
        "lesion",
        "first",
    )
    return (_KINDS.index(order.kind), *(order.options.get(name, "") for name in shared), order.key)


def _template(name: str) -> Template:
    return _CHEST.get(name) or TEMPLATES[name]


def _everyday(seed: int) -> list[Event]:
    """Everyday studies: every template as often as it says, spread over patients and years, recent years denser."""
    random = np.random.default_rng([seed, 199])
    wanted = [name for name, template in TEMPLATES.items() for _ in range(template.how_many)]
    missing = STUDIES - len(TODAY) - len(PAST) - len(_STRANGERS) - len(wanted)
    filler = ("chest pa", "ecg", "knee", "referral", "liver us")
    wanted += [filler[number % len(filler)] for number in range(max(0, missing))]
    events = []
    for name in wanted[: STUDIES - len(TODAY) - len(PAST) - len(_STRANGERS)]:
        template = TEMPLATES[name]
        days = 2 + int((_DAYS - 2) * random.random() ** 1.7)
        able = [
            p
            for p in PEOPLE
            if p.patient_id != LIU and template.sex in ("", p.sex) and (p.age_days - days) / 365.25 >= template.youngest
        ]
        patient = able[int(random.integers(len(able)))]
        events.append(
            Event(patient.patient_id, name, days, int(random.integers(7 * 60, 18 * 60)), _variation(patient, name))
        )
    return events


def _variation(patient: Person, name: str) -> dict[str, str]:
    """What differs between patients who get the same examination."""
    number = int(patient.patient_id)
    template = TEMPLATES[name]
    if template.kind == "xray" and template.options.get("part", "chest") == "chest":
        syntax = ("", "jpegls", "j2k", "ljpeg")[number % 4] if template.options.get("device") == "CR" else ""
        return {"body": "f1" if patient.sex == "F" else ("m1", "m2")[number % 2], "syntax": syntax}
    if template.kind in ("head_mr", "head_ct"):
        return {"head": str(1 + number % 5), "syntax": ("", "rle", "implicit")[number % 3]}
    if template.kind == "body_ct":
        return {"syntax": ("", "jpegls", "explicit", "implicit")[number % 4]}
    if template.kind == "eye":
        return {"eye": str(3 + number % 3), "finding": "drusen" if patient.age_days > 68 * 365 else ""}
    if template.kind == "skin":
        return {"lesion": str(2 + number % 5), "diameter": f"{3.5 + number % 50 / 10:.1f}"}
    if template.kind == "endoscopy":
        return {"first": str(number % 6)}
    return {}


def _order(seed: int, anchor: date, number: int, event: Event) -> StudyOrder:
    template = _template(event.template)
    patient = person(event.patient_id)
    moment = datetime.combine(anchor - timedelta(days=event.days), time()) + timedelta(minutes=event.minutes)
    return StudyOrder(
        seed=seed,
        key=f"{number:03d} {event.template}",
        kind=template.kind,
        patient=patient,
        anchor=anchor,
        moment=moment,
        description=template.description,
        department=template.department,
        accession=f"N{260000 + 7 * number}",
        referring=PHYSICIANS[(number * 5 + event.days) % len(PHYSICIANS)],
        charset=patient.native_charset if number % 3 == 1 else "ISO_IR 192",
        institution=INSTITUTION,
        options={**template.options, **event.options},
    )


# What every archive meets: an outside clinic with its own numbers, and a name misspelt at one desk.
_STRANGERS = ("outside", "misspelt")


def _strangers(seed: int, anchor: date, number: int) -> list[StudyOrder]:
    outside = _order(seed, anchor, number, Event(LIU, "chest pa", 3120, 10 * 60 + 25, {"body": "m1"}))
    elsewhere = replace(outside.patient, patient_id="S-88213", issuer=OUTSIDE_ISSUER)
    misspelt = _order(seed, anchor, number + 1, Event("3741266", "knee", 640, 15 * 60 + 5))
    return [
        replace(outside, patient=elsewhere, institution=OUTSIDE_INSTITUTION, charset="ISO_IR 192"),
        replace(misspelt, patient=replace(misspelt.patient, name="ANDERSON^Lars")),
    ]
