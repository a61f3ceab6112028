"""The folder of real DICOM files: what is in it, and the same files with UIDs that nobody else has."""

from __future__ import annotations

import csv
import re
import secrets
import warnings
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

DEFLATED = "1.2.840.10008.1.2.1.99"
IDENTIFYING = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
UID = re.compile(r"[0-9]+(\.[0-9]+)*")  # components with leading zeros are wrong but common, and are taken


@dataclass
class RealFile:
    """One file of the set; `data` is what tests send."""

    name: str
    data: bytes = field(repr=False)
    note: str = ""

    @cached_property
    def dataset(self) -> Dataset | None:
        """As pydicom reads it, None when it does not."""
        return read(self.data)

    def uid(self, keyword: str) -> str:
        return str(self.dataset.get(keyword, "") or "") if self.dataset is not None else ""

    @property
    def lacks(self) -> str:
        """The first identifying attribute that is missing or is no UID: such an object cannot be filed."""
        for keyword in IDENTIFYING:
            if not UID.fullmatch(self.uid(keyword)) or len(self.uid(keyword)) > 64:
                return keyword
        return ""

    @property
    def path(self) -> str:
        """Below the service root."""
        study, series, sop = (self.uid(f"{level}InstanceUID") for level in ("Study", "Series", "SOP"))
        return f"/studies/{study}/series/{series}/instances/{sop}"


def read(data: bytes) -> Dataset | None:
    """pydicom's reading, preamble or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(BytesIO(data), force=True)
            return dataset if len(dataset) else None
        except (InvalidDicomError, OSError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError):
            return None
        except (zlib.error, RecursionError):
            return None


def real_files(folder: Path) -> list[RealFile]:
    """Every file of the manifest; where several share a SOP Instance UID, all but the first get one of their own."""
    with (folder / "MANIFEST.csv").open(newline="") as manifest:
        rows = [(row["relative_path"], row["note"]) for row in csv.DictReader(manifest)]
    found, seen = [], set()
    for name, note in sorted(rows):
        file = RealFile(name, (folder / name).read_bytes(), note)
        uid = file.uid("SOPInstanceUID")
        if uid and uid in seen:
            file = RealFile(name, restamped(file.data, uid), note)
        seen.add(file.uid("SOPInstanceUID"))
        found.append(file)
    return found


def restamped(data: bytes, uid: str) -> bytes:
    """The same object under another SOP Instance UID of the same length, every other byte as it was."""
    fresh = ("1.9." + str(secrets.randbelow(9 * 10**60) + 10**60))[: len(uid)].encode()
    old = uid.encode()
    position = data.find(DEFLATED.encode(), 132, 1024)
    if data[128:132] != b"DICM" or position < 0:
        return data.replace(old, fresh)
    # Deflated: the data set begins after group 0002, whose length stands in its first element.
    start = 144 + int.from_bytes(data[140:144], "little")
    inner = zlib.decompress(data[start:], -zlib.MAX_WBITS).replace(old, fresh)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(inner) + packer.flush()
    return data[:start].replace(old, fresh) + packed + b"\0" * (len(packed) % 2)
