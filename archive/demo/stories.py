"""The stories that must be told: today's list, and the patients whose records make sense when read in order."""

from dataclasses import dataclass, field

LIU, OKONKWO, NAKAMURA, ELENI, IVANOV = "4700136", "4028117", "3811902", "5170244", "4465081"
BERG, SMITH, WANG, PETROV, DUBOIS = "3988410", "3120005", "4189033", "4771550", "5288719"


@dataclass(frozen=True)
class Event:
    """One study of a story: ``days`` before the anchor, time of day as minutes after midnight."""

    patient_id: str
    template: str
    days: int
    minutes: int
    options: dict[str, str] = field(default_factory=dict)


def _at(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _today(patient_id: str, template: str, clock: str, **options: str) -> Event:
    return Event(patient_id, template, 0, _at(clock), options)


TODAY: tuple[Event, ...] = (
    _today(LIU, "thorax a", "09:38"),
    _today(WANG, "thorax b", "08:31"),
    _today(OKONKWO, "bleeding", "09:41"),
    _today(NAKAMURA, "embolism", "09:36"),
    _today(ELENI, "pneumothorax", "09:33", body="f1"),
    _today(IVANOV, "chest effusion", "09:29"),
    _today(SMITH, "pet", "09:28"),
    _today(BERG, "mass", "08:05"),
    _today("4911720", "head mr", "08:10", head="2"),
    _today("5220419", "hand", "08:18", side="L"),
    _today("4410563", "liver us", "08:22"),
    _today("3670912", "both", "08:28"),
    _today("4596302", "colonoscopy video", "08:36", first="4"),
    _today("4637725", "plaques", "08:40", head="3"),
    _today("4283009", "thorax", "08:44"),
    _today("5340012", "knee", "08:49"),
    _today(PETROV, "echo full", "08:21"),
    _today(PETROV, "ecg", "08:57"),
    _today("2011873", "chest 2", "09:01", body="f1"),
    _today("5004366", "thyroid us", "09:04"),
    _today("5322108", "referral", "09:08"),
    _today("4155029", "mammography", "09:12"),
    _today("4960184", "thyroid rle", "09:17"),
    _today("2877094", "coronary", "09:19"),
    _today("4512770", "chest inverted", "09:22", body="f1"),
    _today(DUBOIS, "oct", "08:01", eye="1", finding="fluid", visit="0", size="1536", lines="25"),
    _today("3309457", "chest nodule", "09:26"),
)

PAST: tuple[Event, ...] = (
    # Liu: a nodule under follow-up, a mole that turns out badly, and everything else a record collects.
    Event(LIU, "thorax a prior", 335, _at("14:02")),
    Event(LIU, "ct report", 334, _at("10:20")),
    Event(LIU, "pet prior", 251, _at("10:05")),
    Event(LIU, "mole", 735, _at("11:10"), {"lesion": "1", "diameter": "6.9", "site": "Left forearm", "visit": "0"}),
    Event(LIU, "mole", 610, _at("09:40"), {"lesion": "1", "diameter": "7.8", "site": "Left forearm", "visit": "1"}),
    Event(LIU, "mole", 485, _at("11:30"), {"lesion": "1", "diameter": "9.1", "site": "Left forearm", "visit": "2"}),
    Event(LIU, "mole", 240, _at("10:15"), {"lesion": "1", "diameter": "10.7", "site": "Left forearm", "visit": "3"}),
    Event(LIU, "mole", 65, _at("09:05"), {"lesion": "1", "diameter": "12.6", "site": "Left forearm", "visit": "4"}),
    Event(LIU, "skin slide", 33, _at("15:20")),
    Event(LIU, "referral", 70, _at("08:15")),
    Event(LIU, "head mr", 2110, _at("16:40"), {"head": "1"}),
    Event(LIU, "chest 2", 2820, _at("12:05"), {"body": "m1"}),
    Event(LIU, "chest pa", 1320, _at("09:50"), {"body": "m1"}),
    Event(LIU, "ecg", 2390, _at("08:35")),
    Event(LIU, "ecg", 205, _at("13:45")),
    Event(LIU, "echo", 1010, _at("11:00"), {"heart": "small"}),
    Event(LIU, "fundus", 1985, _at("10:30"), {"eye": "5"}),
    Event(LIU, "fundus", 1160, _at("14:10"), {"eye": "5"}),
    Event(LIU, "oct", 590, _at("09:20"), {"eye": "5"}),
    Event(LIU, "colonoscopy", 1875, _at("08:40")),
    Event(LIU, "slide", 1868, _at("16:00")),
    Event(LIU, "pathology report", 1864, _at("11:20")),
    Event(LIU, "colonoscopy video", 745, _at("09:00"), {"first": "2"}),
    Event(LIU, "discharge", 2385, _at("17:30")),
    # Wang: low-dose screening.
    Event(WANG, "thorax b prior", 366, _at("10:12")),
    # Okonkwo, Nakamura, Ivanov: what came before the emergency.
    Event(OKONKWO, "head ct", 420, _at("18:25"), {"head": "4"}),
    Event(OKONKWO, "ecg af", 300, _at("09:15")),
    Event(NAKAMURA, "chest 2", 41, _at("10:30"), {"body": "m2"}),
    Event(IVANOV, "abdomen", 95, _at("13:20")),
    Event(IVANOV, "chest pa", 94, _at("08:05"), {"body": "m2"}),
    # Smith: lung cancer on treatment.
    Event(SMITH, "pet prior", 152, _at("09:55")),
    Event(SMITH, "slide large", 168, _at("14:45")),
    Event(SMITH, "pathology report", 166, _at("09:30")),
    # Berg: screening, then the mass.
    Event(BERG, "mass prior", 760, _at("11:45")),
    # Petrov: chest pain.
    Event(PETROV, "ecg st", 1100, _at("03:20")),
    Event(PETROV, "coronary", 1100, _at("04:05")),
    Event(PETROV, "echo weak", 1096, _at("10:50")),
    Event(PETROV, "discharge", 1093, _at("16:15")),
    # Dubois: the macula over a year.
    Event(DUBOIS, "oct", 190, _at("09:10"), {"eye": "1", "finding": "drusen", "visit": "1", "lines": "19"}),
    Event(DUBOIS, "oct", 385, _at("08:45"), {"eye": "1", "finding": "drusen", "visit": "2"}),
    # A brain tumour at two time points.
    Event("4847715", "tumour", 8, _at("15:30"), {"head": "5", "point": "current"}),
    Event("4847715", "tumour", 127, _at("11:15"), {"head": "5", "point": "prior"}),
)
