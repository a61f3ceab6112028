"""The hospital's plan: known before the first pixel, stable, and rich enough to look like a hospital."""

from collections import Counter
from datetime import date, timedelta

from archive.demo.hospital import demo_studies, plan
from archive.demo.people import PEOPLE
from archive.demo.registry import BUILDERS
from archive.demo.schedule import STUDIES, orders
from tests.unit.demo.conftest import ANCHOR


def test_three_hundred_studies_of_about_forty_patients() -> None:
    everything = plan()
    assert everything.studies == STUDIES == 300
    assert 40 <= everything.patients <= 45
    assert everything.instances > 3000


def test_plan_counts_what_the_studies_announce() -> None:
    studies = list(demo_studies(anchor=ANCHOR))
    assert len(studies) == plan().studies
    assert sum(len(study) for study in studies) == plan().instances


def test_uids_depend_on_the_seed_and_never_on_the_date() -> None:
    today, next_year = orders(20, ANCHOR), orders(20, ANCHOR + timedelta(days=365))
    assert [order.study_uid for order in today] == [order.study_uid for order in next_year]
    assert {order.study_uid for order in today}.isdisjoint(order.study_uid for order in orders(21, ANCHOR))
    assert len({order.study_uid for order in today}) == STUDIES


def test_uids_are_valid() -> None:
    for order in orders(20, ANCHOR):
        uid = order.uid("series", 3, "instance", 120)
        assert uid.startswith("2.25.")
        assert len(uid) <= 64
        assert not uid[5:].startswith("0")


def test_todays_list_and_ten_years_of_priors() -> None:
    days = Counter((ANCHOR - order.moment.date()).days for order in orders(20, ANCHOR))
    assert 24 <= days[0] <= 30
    assert max(days) > 9 * 365
    assert min(days) == 0


def test_every_kind_of_builder_is_used_and_all_departments_appear() -> None:
    everything = orders(20, ANCHOR)
    assert {order.kind for order in everything} == set(BUILDERS)
    assert {order.department for order in everything} >= {
        "Radiology", "Cardiology", "Nuclear Medicine", "Breast Imaging", "Pathology", "Ophthalmology", "Dermatology",
        "Endoscopy", "Ultrasound", "Medical Records",
    }  # fmt: skip


def test_the_first_studies_include_the_full_chest_ct() -> None:
    first = [order.options.get("case") for order in orders(20, ANCHOR)[:10] if order.kind == "chest_ct"]
    assert "a" in first


def test_nobody_is_examined_before_birth() -> None:
    for order in orders(20, ANCHOR):
        assert order.moment.date() >= order.patient.birth_date(ANCHOR)


def test_age_strings_follow_custom() -> None:
    infant = next(p for p in PEOPLE if p.patient_id == "5351231")
    born = infant.birth_date(date(2026, 1, 1))
    assert infant.age_string(date(2026, 1, 1), born + timedelta(days=20)) == "020D"
    assert infant.age_string(date(2026, 1, 1), born + timedelta(days=200)) == "006M"
    assert infant.age_string(date(2026, 1, 1), born + timedelta(days=2000)) == "005Y"


def test_names_survive_their_native_character_sets() -> None:
    from pydicom.charset import convert_encodings

    for person in PEOPLE:
        terms = person.native_charset.split("\\")
        for group in person.name.split("="):
            for component in group.split("^"):
                assert any(
                    component.encode(codec, "ignore").decode(codec) == component for codec in convert_encodings(terms)
                ), person.native_charset
