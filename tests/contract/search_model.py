"""What a search must find, said the slow way: every data set looked at, every rule of PS3.4 §C.2.2.2 spelled out.

It shares no code with the archive, so that both can't be wrong in the same way.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from tests import factories
from tests.e2e.synthetic import new_uid

LEVELS = ("studies", "series", "instances")

NAMES = (
    "Doe^John",
    "DOE^JANE^M",
    "Doe",
    "Müller^Jürgen",
    "Muller^Anna",
    "O'Neill^Sean",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Wang^XiaoDong=王^小东",
    "=山本^花子",
    "Doe^Mary=王^小东=やまだ",
    "de la Cruz^José^^Dr.",
    "",
)
TEXTS = (
    "Thorax",
    "thorax",
    "THORAX 50%",
    "Thorax_nativ",
    "a[b]c",
    "it's",
    'say "hi"',
    "a/b",
    "Übersee",
    "",
)
NUMBERS = ("A1", "A10", "a1", "A_1", "A%1", "B-2", "")
DATES = ("20231231", "20240101", "20240229", "20240615", "20250101", "")
TIMES = ("08", "0815", "081530", "081530.5", "081530.250000", "235959.999999", "000000", "")
MODALITIES = ("CT", "MR", "PT", "SR", "CTA")


@dataclass(frozen=True)
class Record:
    """One instance with everything above it, as text by keyword."""

    values: dict[str, str]

    def uid(self, level: str) -> str:
        return self.values[{"studies": "StudyInstanceUID", "series": "SeriesInstanceUID"}.get(level, "SOPInstanceUID")]


def hospital(rng: random.Random, issuer: str, studies: int) -> list[Record]:
    """Studies with one to three Series of one to three instances, all under one issuer of Patient IDs."""
    records: list[Record] = []
    for number in range(studies):
        study = {
            "IssuerOfPatientID": issuer,
            # One name per ID: contradictions are another test's business.
            "PatientID": f"{rng.choice(NUMBERS) or 'E'}{number:03d}",
            "PatientName": rng.choice(NAMES),
            "PatientSex": rng.choice(("M", "F", "O", "")),
            "PatientBirthDate": rng.choice(DATES),
            "StudyInstanceUID": new_uid(),
            "StudyDate": rng.choice(DATES),
            "StudyTime": rng.choice(TIMES),
            "StudyID": rng.choice(NUMBERS),
            "AccessionNumber": rng.choice(NUMBERS),
            "StudyDescription": rng.choice(TEXTS),
            "ReferringPhysicianName": rng.choice(NAMES),
        }
        for series_number in range(1, rng.randint(1, 3) + 1):
            series = study | {
                "SeriesInstanceUID": new_uid(),
                "SeriesNumber": str(series_number * 5),
                "Modality": rng.choice(MODALITIES),
                "SeriesDescription": rng.choice(TEXTS),
                "StationName": rng.choice(NUMBERS),
                "PerformedProcedureStepStartDate": rng.choice(DATES),
                "PerformedProcedureStepStartTime": rng.choice(TIMES),
                "ScheduledProcedureStepID": rng.choice(NUMBERS),
                "RequestedProcedureID": rng.choice(NUMBERS),
            }
            records += [
                Record(series | {"SOPInstanceUID": new_uid(), "InstanceNumber": str(instance_number)})
                for instance_number in range(1, rng.randint(1, 3) + 1)
            ]
    return records


def data_set(record: Record) -> Dataset:
    """The record as an instance that can be stored."""
    ds = factories.structured_report()
    request = Dataset()
    for keyword, text in record.values.items():
        target = request if keyword in ("ScheduledProcedureStepID", "RequestedProcedureID") else ds
        setattr(target, keyword, text)
    ds.RequestAttributesSequence = [request]
    return ds


def expected(records: list[Record], level: str, keys: list[tuple[str, str]]) -> set[str]:
    """UIDs of the matches."""
    modalities: dict[str, set[str]] = {}
    for record in records:
        modalities.setdefault(record.values["StudyInstanceUID"], set()).add(record.values["Modality"])
    return {record.uid(level) for record in records if all(_matches(record, modalities, *key) for key in keys)}


def queries(rng: random.Random, records: list[Record], count: int) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Random levels and keys; most values are made from a stored one, so that most queries find something."""
    for _ in range(count):
        level = rng.choice(LEVELS)
        likeness = rng.choice(records)
        keywords = rng.sample(KEYS[level], rng.randint(1, 3))
        yield level, [(keyword, _value(rng, keyword, likeness)) for keyword in keywords]


_STUDY_KEYS = [
    "PatientID",
    "PatientName",
    "PatientSex",
    "PatientBirthDate",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "StudyDescription",
    "ReferringPhysicianName",
    "ModalitiesInStudy",
]
_SERIES_KEYS = [
    "SeriesInstanceUID",
    "SeriesNumber",
    "Modality",
    "SeriesDescription",
    "StationName",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "ScheduledProcedureStepID",
    "RequestedProcedureID",
]
KEYS = {
    "studies": _STUDY_KEYS,
    "series": _STUDY_KEYS + _SERIES_KEYS,
    "instances": [*_STUDY_KEYS, *_SERIES_KEYS, "SOPInstanceUID", "InstanceNumber"],
}


def _kind(keyword: str) -> str:
    endings = (("UID", "uid"), ("Date", "date"), ("Time", "time"), ("Name", "name"), ("Number", "integer"))
    if keyword in ("StationName", "AccessionNumber"):
        return "text"
    if keyword in ("Modality", "ModalitiesInStudy", "PatientSex"):
        return "code"
    return next((kind for ending, kind in endings if keyword.endswith(ending)), "text")


def _value(rng: random.Random, keyword: str, likeness: Record) -> str:
    stored = likeness.values["Modality" if keyword == "ModalitiesInStudy" else keyword]
    kind = _kind(keyword)
    if kind == "uid":
        return rng.choice((stored, f"{stored},{new_uid()}", new_uid()))
    if kind == "integer":
        return rng.choice((stored, "1", "99"))
    if kind in ("date", "time"):
        low, high = sorted((stored or "1", rng.choice(DATES if kind == "date" else TIMES) or "1"))
        form = rng.choice(("{0}", "{0}-", "-{0}", "{1}-{2}"))
        spans = form.format(stored or "20240101"[: 8 if kind == "date" else 2], low, high)
        return spans if "1" not in spans.split("-") else stored
    if kind == "code":
        return rng.choice((stored, f"{stored or 'CR'},MR", f"{stored[:1]}*", "?T" if keyword != "PatientSex" else "?"))
    if kind == "name":
        stored = rng.choice((stored.split("=")[0], stored, stored.split("=")[-1]))
        stored = rng.choice((stored, stored.upper(), stored.replace("ü", "u")))
    return _blurred(rng, stored)


def _blurred(rng: random.Random, text: str) -> str:
    """The text, or a pattern that it fits, or nearly fits."""
    forms: tuple[Callable[[str], str], ...] = (
        lambda t: t,
        lambda t: f"{t[:2]}*",
        lambda t: f"*{t[-2:]}",
        lambda t: f"*{t[1:3]}*",
        lambda t: f"{t[:1]}*{t[-1:]}",
        lambda t: f"?{t[1:]}",
        lambda t: f"{t[:3]}?*",
        lambda t: f"{t}^*" if "^" in t else t,
        lambda t: t.lower(),
    )
    return rng.choice(forms)(text)


def _matches(record: Record, modalities: dict[str, set[str]], keyword: str, wanted: str) -> bool:
    kind = _kind(keyword)
    if wanted == "" or (not wanted.strip("*") and kind in ("text", "name", "code")):
        return True
    if keyword == "ModalitiesInStudy":
        return any(_code(stored, wanted) for stored in modalities[record.values["StudyInstanceUID"]])
    stored = record.values[keyword]
    rule = {"uid": _uid, "integer": _integer, "date": _date, "time": _time, "code": _code, "name": _name}.get(
        kind, _text
    )
    return rule(stored, wanted)


def _text(stored: str, wanted: str) -> bool:
    signs = {"*": ".*", "?": "."}
    return (
        re.fullmatch("".join(signs.get(sign, re.escape(sign)) for sign in wanted.strip()), stored, re.DOTALL)
        is not None
    )


def _code(stored: str, wanted: str) -> bool:
    return any(_text(stored, one) for one in wanted.split(","))


def _uid(stored: str, wanted: str) -> bool:
    return stored in wanted.split(",")


def _integer(stored: str, wanted: str) -> bool:
    return int(stored) == int(wanted)


def _date(stored: str, wanted: str) -> bool:
    low, high = wanted.split("-") if "-" in wanted else (wanted, wanted)
    return bool(stored) and (not low or int(stored) >= int(low)) and (not high or int(stored) <= int(high))


def _time(stored: str, wanted: str) -> bool:
    low, high = wanted.split("-") if "-" in wanted else (wanted, wanted)
    return bool(stored) and (
        (not low or _moment(stored, "00") >= _moment(low, "00"))
        and (not high or _moment(stored, "00") <= _moment(high, "99"))
    )


def _moment(text: str, fill: str) -> int:
    """Microseconds since midnight of the first or the last moment that a time of any precision names."""
    whole, _, fraction = text.partition(".")
    last = fill == "99"
    hour, minute, second = (int(whole[at : at + 2] or ("59" if last else "00")) for at in (0, 2, 4))
    micro = fraction.ljust(6, "0") if fraction else ("999999" if last else "000000")
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + int(micro)


def _name(stored: str, wanted: str) -> bool:
    """Any group fits, or, when groups are given, each given one; empty trailing components may be written or not."""
    groups = [_plain(group) for group in stored.split("=")] + ["", ""]
    if "=" in wanted:
        asked = wanted.split("=")
        return all(_group(groups[at], _plain(one)) for at, one in enumerate(asked) if one.strip(" *^"))
    return any(_group(group, _plain(wanted)) for group in groups[:3])


def _group(stored: str, wanted: str) -> bool:
    """A pattern that ends in empty or free components also fits a name that has none of them."""
    wanted = wanted.rstrip("^")
    if not wanted.strip("^*"):
        return True
    return bool(stored) and (_text(stored, wanted) or (wanted.endswith("^*") and _group(stored, wanted[:-2])))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not 0x300 <= ord(sign) < 0x370).strip()
