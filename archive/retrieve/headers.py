"""The header of one instance as a mapping, for what depends on it: decoding and rendering."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from archive.catalog import reader
from archive.catalog.reader import InstanceLocation
from archive.catalog.scope import StudyScope
from archive.dicom.scanner import ROOT_MARK
from archive.retrieve.resource import ResourcePath

# An enhanced multi-frame header takes milliseconds to parse, and its frames are asked for one by one.
WORTH_KEEPING = range(64 << 10, 2 << 20)

Header = dict[str, dict[str, Any]]


def parsed_header(scope: StudyScope, location: InstanceLocation) -> Header:
    """The data set in the DICOM JSON model; BulkDataURIs are paths below the service root. Not to be changed.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    path = ResourcePath(location.study_instance_uid, location.series_instance_uid, location.sop_instance_uid)
    template = reader.header(scope, path)
    return _kept(location.sha256, template) if len(template) in WORTH_KEEPING else _parsed(template)


@lru_cache(maxsize=4)
def _kept(_sha256: str, template: bytes) -> Header:
    return _parsed(template)


def _parsed(template: bytes) -> Header:
    header: Header = orjson.loads(template.replace(ROOT_MARK, b""))
    return header
