from __future__ import annotations

import pytest

from archive.dicom.matching import OneOf, Wild
from archive.dicom.matching_attributes import BY_KEYWORD, BY_TAG, Level, tag_path
from archive.dicom.matching_query import DEFAULT_LIMIT, HARD_LIMIT, MatchingQuery, parse_query
from archive.errors import InvalidRequest


def keys(query: MatchingQuery) -> dict[str, object]:
    return {key.attribute.keyword: key.alternatives for key in query.keys}


# PS3.18 Table 10.6.1-5
REQUIRED = {
    Level.STUDY: "StudyDate StudyTime AccessionNumber ModalitiesInStudy ReferringPhysicianName PatientName PatientID "
    "StudyInstanceUID StudyID",
    Level.SERIES: "Modality SeriesInstanceUID SeriesNumber PerformedProcedureStepStartDate "
    "PerformedProcedureStepStartTime RequestAttributesSequence.ScheduledProcedureStepID "
    "RequestAttributesSequence.RequestedProcedureID",
    Level.INSTANCE: "SOPClassUID SOPInstanceUID InstanceNumber",
}


@pytest.mark.parametrize("level", Level)
def test_every_required_key_is_matched_at_its_level_and_below(level: Level) -> None:
    for owner, names in REQUIRED.items():
        for name in names.split():
            assert BY_KEYWORD[name].level == owner
            query = parse_query(level, [(name, "")])
            assert (name in keys(query)) == (owner <= level)


def test_keywords_tags_and_paths_name_the_same_key() -> None:
    for name in ("PatientName", "00100010"):
        assert keys(parse_query(Level.STUDY, [(name, "Doe*")])).keys() == {"PatientName"}
    for name in (
        "00400275.00400009",
        "RequestAttributesSequence.ScheduledProcedureStepID",
        "00400275.ScheduledProcedureStepID",
    ):
        assert tag_path(name) == "00400275.00400009"
    assert tag_path("0020000d") == "0020000D"


@pytest.mark.parametrize(
    "name",
    [
        "foo",
        "patientname",
        "0010001",
        "001000100",
        "00100010.",
        ".",
        "",
        "Patient Name",
        "0010,0010",
        ".".join(["00400275"] * 9),
    ],
)
def test_what_names_no_attribute_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        parse_query(Level.STUDY, [(name, "x")])
    assert not name.strip(".") or name not in str(error.value)


@pytest.mark.parametrize("name", ["PatientWeight", "00091001", "Modality", "00400275.00321064", "PixelData"])
def test_a_key_that_is_not_indexed_here_is_ignored_with_a_warning(name: str) -> None:
    query = parse_query(Level.STUDY, [(name, "1")])
    assert not query.keys
    assert tag_path(name) in query.warnings[0]
    assert not parse_query(Level.STUDY, [(name, "")]).warnings


def test_repeated_keys_are_alternatives() -> None:
    query = parse_query(Level.STUDY, [("PatientID", "A"), ("00100020", "B*"), ("StudyID", "1"), ("StudyID", "")])
    assert keys(query) == {"PatientID": (OneOf(("A",)), Wild("B*")), "StudyID": ()}


def test_includefield_takes_lists_repetition_tags_paths_and_all() -> None:
    given = [
        ("includefield", "StudyDescription,00100040"),
        ("includefield", "00400275.00400009"),
        ("includefield", "all"),
    ]
    query = parse_query(Level.SERIES, given)
    assert query.included == {"00081030", "00100040", "00400275.00400009"}
    assert query.include_all


def test_limit_and_offset_are_bounded() -> None:
    assert parse_query(Level.STUDY, []).limit == DEFAULT_LIMIT
    assert parse_query(Level.STUDY, [("limit", "10"), ("offset", "20")]).limit == 10
    assert parse_query(Level.STUDY, [("limit", "999999")]).limit == HARD_LIMIT
    assert parse_query(Level.STUDY, [("offset", "9" * 18)]).offset < 1 << 62


@pytest.mark.parametrize("value", ["-1", "1.5", "", "ten", "+1", "١", "9" * 19])
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_page_that_is_no_number_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_query(Level.STUDY, [(name, value)])


def test_a_page_given_twice_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        parse_query(Level.STUDY, [("limit", "1"), ("limit", "2")])


def test_options_that_are_not_offered_are_said_to_be_so() -> None:
    query = parse_query(Level.STUDY, [("fuzzymatching", "true"), ("emptyvaluematching", "false")])
    assert query.warnings == (
        "The fuzzymatching parameter is not supported. Only literal matching has been performed.",
    )
    with pytest.raises(InvalidRequest):
        parse_query(Level.STUDY, [("fuzzymatching", "maybe")])


def test_a_sequence_itself_has_no_value_to_match() -> None:
    assert parse_query(Level.SERIES, [("RequestAttributesSequence", "")]).included == {"00400275"}
    with pytest.raises(InvalidRequest):
        parse_query(Level.SERIES, [("RequestAttributesSequence", "x")])


def test_the_table_has_the_dictionarys_own_representations() -> None:
    assert BY_TAG["00100010"].vr == "PN"
    assert BY_TAG["00280010"].vr == "US"
    assert BY_TAG["00400275.00400009"].vr == "SH"
