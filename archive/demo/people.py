"""The patients and physicians of the synthetic hospital. None of them ever lived.

Names come in the scripts a hospital meets: the alphabetic group is what most systems show, the ideographic group holds
the name in its own script (PS3.5 §6.2.1). ``native_charset`` is the Specific Character Set older devices would use for
that name; the rest is sent as UTF-8.
"""

from dataclasses import dataclass
from datetime import date, timedelta

ISSUER = "NORDHAVN"
OUTSIDE_ISSUER = "SUNDBY-CLINIC"
INSTITUTION = "Nordhavn University Hospital"
OUTSIDE_INSTITUTION = "Sundby Clinic"


@dataclass(frozen=True)
class Person:
    """One patient. ``age_days`` counts back from the anchor date, so ages stay plausible whenever this is loaded."""

    patient_id: str
    name: str
    sex: str
    age_days: int
    height_m: float
    weight_kg: float
    native_charset: str = "ISO_IR 192"
    issuer: str = ISSUER

    def birth_date(self, anchor: date) -> date:
        return anchor - timedelta(days=self.age_days)

    def age_string(self, anchor: date, on: date) -> str:
        """AS value at the study date (PS3.5 §6.2): days, months or years by what is customary."""
        days = max(0, (on - self.birth_date(anchor)).days)
        if days < 60:
            return f"{days:03d}D"
        if days < 2 * 365:
            return f"{int(days / 30.44):03d}M"
        return f"{int(days / 365.25):03d}Y"


def _p(
    patient_id: str, name: str, sex: str, years: float, height: float, weight: float, charset: str = "ISO_IR 192"
) -> Person:
    return Person(patient_id, name, sex, int(years * 365.25) + int(patient_id) % 300, height, weight, charset)


_LATIN1, _LATIN2, _TURKISH = "ISO_IR 100", "ISO_IR 101", "ISO_IR 148"
_CYRILLIC, _GREEK, _ARABIC, _HEBREW, _THAI = "ISO_IR 144", "ISO_IR 126", "ISO_IR 127", "ISO_IR 138", "ISO_IR 166"
_JAPANESE, _KOREAN, _CHINESE = "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "GB18030"

PEOPLE: tuple[Person, ...] = (
    _p("4700136", "LIU^Siyuan=刘^思远", "M", 45.1, 1.74, 76, _CHINESE),
    _p("4028117", "OKONKWO^Adaeze", "F", 64.2, 1.66, 71),
    _p("3811902", "NAKAMURA^Kenichi=中村^健一=なかむら^けんいち", "M", 71.0, 1.67, 63, _JAPANESE),
    _p("5170244", "ΠΑΠΑΔΟΠΟΥΛΟΥ^Ελένη", "F", 29.3, 1.70, 60, _GREEK),
    _p("4465081", "IVANOV^Pyotr=Иванов^Пётр", "M", 58.4, 1.78, 88, _CYRILLIC),
    _p("3988410", "BERG^Ingrid", "F", 52.5, 1.69, 68, _LATIN1),
    _p("4911720", "HADDAD^Layla=حداد^ليلى", "F", 38.6, 1.63, 59, _ARABIC),
    _p("3120005", "SMITH^John^Alexander", "M", 66.2, 1.80, 81),
    _p("5220419", "KIM^Minseo=김^민서=김^민서", "F", 11.2, 1.43, 36, _KOREAN),
    _p("4410563", "GARCÍA LÓPEZ^María", "F", 57.7, 1.61, 66, _LATIN1),
    _p("3670912", "NOVÁK^Jiří", "M", 69.3, 1.76, 84, _LATIN2),
    _p("4189033", "WANG^Xiulan=王^秀兰", "F", 63.8, 1.58, 57, _CHINESE),
    _p("4596302", "COHEN^David=כהן^דוד", "M", 60.1, 1.75, 82, _HEBREW),
    _p("4637725", "O'BRIEN^Siobhán", "F", 41.4, 1.68, 64, _LATIN1),
    _p("4283009", "YAMADA^Hanako=山田^花子=ヤマダ^ハナコ", "F", 55.5, 1.57, 52, _JAPANESE),
    _p("5340012", "AL-RASHID^Omar=الراشد^عمر", "M", 24.8, 1.81, 79, _ARABIC),
    _p("4771550", "PETROV^Aleksei=Петров^Алексей", "M", 49.2, 1.83, 91, _CYRILLIC),
    _p("2011873", "SCHRÖDER^Käthe^^Dr.", "F", 90.4, 1.55, 51, _LATIN1),
    _p("5004366", "CHEN^Mei-Ling=陳^美玲", "F", 37.1, 1.62, 56),
    _p("5322108", "DA SILVA^João Pedro", "M", 5.4, 1.12, 19, _LATIN1),
    _p("4155029", "ÖZDEMİR^Ayşe", "F", 62.6, 1.60, 74, _TURKISH),
    _p("3309457", "LEE^Junho=이^준호=이^준호", "M", 70.3, 1.69, 67),
    _p("4960184", "NGUYỄN^Thị Hoa", "F", 44.0, 1.54, 49),
    _p("3741266", "ANDERSSON^Lars", "M", 58.9, 1.85, 94, _LATIN1),
    _p("5351231", "ZHAO^Zihan=赵^子涵", "M", 1.3, 0.78, 10, _CHINESE),
    _p("4512770", "ROSSI^Giulia", "F", 48.3, 1.65, 61),
    _p("4090813", "ΓΕΩΡΓΙΟΥ^Νίκος", "M", 67.2, 1.72, 86, _GREEK),
    _p("2877094", "MÜLLER^Hans-Jürgen^^Prof. Dr.", "M", 73.7, 1.77, 85, _LATIN1),
    _p("5126640", "TANAKA^Naoki=田中^直樹=たなか^なおき", "M", 31.5, 1.73, 69, _JAPANESE),
    _p("5288719", "DUBOIS^Odette", "F", 74.1, 1.59, 62),
    _p("4733518", "SRISAI^Somchai=ศรีใส^สมชาย", "M", 53.3, 1.68, 72, _THAI),
    _p("4405092", "KOWALSKA^Małgorzata", "F", 59.6, 1.64, 70, _LATIN2),
    _p("3926671", "SHEVCHENKO^Oksana=Шевченко^Оксана", "F", 46.8, 1.67, 63, _CYRILLIC),
    _p("5061937", "TREMBLAY^Amélie^Rose", "F", 33.9, 1.66, 58, _LATIN1),
    _p("3558204", "PATEL^Harish", "M", 64.9, 1.70, 78),
    _p("4847715", "HANSEN^Søren^Bjørn", "M", 42.7, 1.86, 90, _LATIN1),
    _p("2790148", "TAKAHASHI^Fumiko=高橋^富美子=たかはし^ふみこ", "F", 82.5, 1.49, 44, _JAPANESE),
    _p("5190886", "TRẦN^Văn Minh", "M", 36.0, 1.65, 60),
    _p("4614403", "MBEKI^Thandiwe", "F", 51.1, 1.62, 73),
    _p("3402579", "ZHANG^Wei=张^伟", "M", 56.4, 1.71, 75, _CHINESE),
    _p("4300871", "LEVI^Rachel=לוי^רחל", "F", 54.2, 1.63, 65, _HEBREW),
)

PHYSICIANS: tuple[str, ...] = (
    "LINDQVIST^Maria^^Dr",
    "SATO^Emi^^Dr",
    "MENDES^Rui^^Dr",
    "HOLM^Anders^^Dr",
    "FAROUK^Nadia^^Dr",
    "BECKER^Thomas^^Dr",
    "IYER^Priya^^Dr",
    "DONNELLY^Kate^^Dr",
)


def person(patient_id: str) -> Person:
    """The patient with this ID; KeyError when there is none."""
    for candidate in PEOPLE:
        if candidate.patient_id == patient_id:
            return candidate
    raise KeyError(patient_id)
