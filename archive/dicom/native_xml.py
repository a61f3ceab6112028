"""DICOM JSON Model → Native DICOM Model, the XML form of the same data set (PS3.19 §A.1, PS3.18 §F.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from archive.dicom.dictionary import keyword

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">'
)
_TAIL = "</NativeDicomModel>"
_COMPONENTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
# XML 1.0 §2.2 has no way to write these, not even as references.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def native_xml(dataset: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The XML document of one data set, UTF-8."""
    return (_HEAD + _attributes(dataset) + _TAIL).encode()


def _attributes(dataset: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(_attribute(tag, element, _creator(dataset, tag)) for tag, element in dataset.items())


def _creator(dataset: Mapping[str, Mapping[str, Any]], tag: str) -> str:
    """The Private Creator that owns a private element (PS3.5 §7.8.1)."""
    if int(tag[3], 16) % 2 == 0 or tag[4:6] == "00":
        return ""
    values = dataset.get(f"{tag[:4]}00{tag[4:6]}", {}).get("Value") or [""]
    return str(values[0])


def _attribute(tag: str, element: Mapping[str, Any], creator: str) -> str:
    head = f'<DicomAttribute tag="{tag}" vr={quoteattr(str(element["vr"]))}'
    if name := keyword(int(tag, 16)):
        head += f' keyword="{name}"'
    if creator:
        head += f" privateCreator={quoteattr(_text(creator))}"
    return f"{head}>{_content(element)}</DicomAttribute>"


def _content(element: Mapping[str, Any]) -> str:
    if "BulkDataURI" in element:
        return f"<BulkData uri={quoteattr(_text(element['BulkDataURI']))}/>"
    if "InlineBinary" in element:
        return f"<InlineBinary>{escape(_text(element['InlineBinary']))}</InlineBinary>"
    return _values(element["vr"], element.get("Value", ()))


def _values(vr: str, values: Sequence[Any]) -> str:
    written = []
    for number, value in enumerate(values, start=1):
        if vr == "SQ":
            written.append(f'<Item number="{number}">{_attributes(value or {})}</Item>')
        elif value is None:
            continue  # an empty value is told by the gap in the numbers
        elif vr == "PN":
            written.append(f'<PersonName number="{number}">{_name(value)}</PersonName>')
        else:
            written.append(f'<Value number="{number}">{escape(_text(value))}</Value>')
    return "".join(written)


def _name(groups: Mapping[str, str]) -> str:
    written = ""
    for group in ("Alphabetic", "Ideographic", "Phonetic"):
        if text := groups.get(group, ""):
            # A component is at most the fifth: whatever follows stays with the last one.
            parts = zip(_COMPONENTS, text.split("^", len(_COMPONENTS) - 1), strict=False)
            inner = "".join(f"<{name}>{escape(_text(part))}</{name}>" for name, part in parts if part)
            written += f"<{group}>{inner}</{group}>"
    return written


def _text(value: Any) -> str:
    return _NOT_XML.sub("", str(value))
