"""Helpers of the scanner's tests: instances built of raw elements, and their JSON as Python objects."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.dicom.explicit import element, header
from archive.dicom.header_pass import PATH_MARK, HeaderPass
from archive.dicom.limits import DEFAULT
from archive.dicom.part10 import open_part10
from archive.dicom.scanner import ROOT_MARK, ScannedInstance, scan
from tests import factories

ROOT = b"http://archive.example/dicom-web"

ITEM = b"\xfe\xff\x00\xe0"
ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"
SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
UNDEFINED = b"\xff\xff\xff\xff"


def metadata(scanned: ScannedInstance) -> dict[str, Any]:
    """The DICOM JSON as a client would get it."""
    told: dict[str, Any] = json.loads(scanned.json_template.replace(ROOT_MARK, ROOT), parse_constant=_refuse_constant)
    return told


def _refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def data_set_json(data: bytes) -> dict[str, Any]:
    """The JSON of a data set that need not be an instance: it may lack the UIDs that the archive asks for."""
    told = HeaderPass(open_part10(data, DEFAULT), DEFAULT).run()
    converted: dict[str, Any] = json.loads(told.replace(PATH_MARK, b"bulk:"), parse_constant=_refuse_constant)
    return converted


def with_elements(*elements: bytes) -> bytes:
    """A small complete instance in Explicit VR Little Endian with raw elements appended (tags above 0020,0013)."""
    return factories.part10_bytes(factories.instance()) + b"".join(elements)


def told(*elements: bytes) -> dict[str, Any]:
    """The JSON of `with_elements`."""
    return metadata(scan(with_elements(*elements)))


def sequence(tag: int, *items: bytes) -> bytes:
    """A Sequence of undefined length with Items of undefined length."""
    body = b"".join(ITEM + UNDEFINED + item + ITEM_END for item in items)
    return header(tag, "SQ", None) + body + SEQUENCE_END


def implicit(tag: int, value: bytes) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value)) + value


def real_files(folder: Path) -> Iterator[Path]:
    """All DICOM files of the data set in a stable order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("MANIFEST.csv", "README.md") and "LICENSES" not in path.parts:
            yield path


__all__ = ["data_set_json", "element", "header", "implicit", "metadata", "real_files", "sequence", "told"]
