from __future__ import annotations

import xml.etree.ElementTree as ET

from archive.dicom.native_xml import native_xml

NAMESPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"


def test_every_kind_of_value_has_its_element() -> None:
    """PS3.19 Table A.1.5-2."""
    root = ET.fromstring(
        native_xml(
            {
                "00080008": {"vr": "CS", "Value": ["ORIGINAL", None, "A&B"]},
                "00080050": {"vr": "SH"},
                "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}]},
                "00190010": {"vr": "LO", "Value": ['MAKER "1"']},
                "00191001": {"vr": "OB", "InlineBinary": "AAE="},
                "00400275": {"vr": "SQ", "Value": [{"00400009": {"vr": "SH", "Value": ["S1"]}}, {}]},
                "7FE00010": {"vr": "OW", "BulkDataURI": "https://host/a?b&c"},
            }
        )
    )
    found = {attribute.get("tag"): attribute for attribute in root}
    assert root.tag == f"{NAMESPACE}NativeDicomModel"
    image_type = found["00080008"]
    assert image_type.get("keyword") == "ImageType"
    assert [(value.get("number"), value.text) for value in image_type] == [("1", "ORIGINAL"), ("3", "A&B")]
    assert len(found["00080050"]) == 0
    name = found["00100010"][0]
    assert name.findtext(f"{NAMESPACE}Ideographic/{NAMESPACE}GivenName") == "太郎"
    assert found["00191001"].get("privateCreator") == 'MAKER "1"'
    assert found["00191001"].get("keyword") is None
    assert found["00191001"].findtext(f"{NAMESPACE}InlineBinary") == "AAE="
    items = found["00400275"].findall(f"{NAMESPACE}Item")
    assert [item.get("number") for item in items] == ["1", "2"]
    assert items[0][0].get("tag") == "00400009"
    assert found["7FE00010"][0].get("uri") == "https://host/a?b&c"


def test_what_xml_cannot_say_is_left_out() -> None:
    root = ET.fromstring(native_xml({"00081030": {"vr": "LO", "Value": ["a\x0bb\x1f<c>"]}}))
    assert root[0][0].text == "ab<c>"
