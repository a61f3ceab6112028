"""`manage.py import_dicom PATH…`: loads folders, zips and DICOMDIR media through the one way in."""

from __future__ import annotations

import csv
import logging
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from archive.access.policy import system_actor
from archive.errors import StoreUnavailable
from archive.ingest.outcome import Outcome
from archive.ingest.store import Part, store_instances
from archive.management.media import MediaFile, count_files, media_files
from archive.management.progress import Progress

BATCH = 500  # one transaction each; what is interrupted is simply imported again
SHOWN_PER_REASON = 5


class Command(BaseCommand):
    help = "Imports every DICOM instance found in the given folders, zips and DICOMDIR files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--report", type=Path, help="write every refused file with its reason here, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("archive.ingest").setLevel(logging.ERROR)  # refusals are told by the report below
        paths: list[Path] = options["paths"]
        refused: list[tuple[str, Outcome]] = []
        stored = 0
        with Progress(sum(count_files(path) for path in paths), "files") as progress:
            files = (file for path in paths for file in media_files(path, limit=settings.ATRIUM_MAX_INSTANCE_BYTES))
            while batch := self._store(files, progress):
                stored += sum(outcome.stored for _, outcome in batch)
                refused += [(name, outcome) for name, outcome in batch if not outcome.stored]
        self._tell(stored, refused)
        if options["report"]:
            _write_report(options["report"], refused)
        if refused and not stored:
            raise CommandError("nothing was imported")

    def _store(self, files: Iterator[MediaFile], progress: Progress) -> list[tuple[str, Outcome]]:
        """The next batch with what became of each file; empty at the end."""
        names: list[str] = []

        def parts() -> Iterator[Part]:
            for file in islice(files, BATCH):
                names.append(file.name)
                yield Part(file.chunks(), file.fault)
                progress.advance()

        try:
            report = store_instances(actor=system_actor("import_dicom"), parts=parts())
        except StoreUnavailable as error:
            raise CommandError(f"{error}; run it again: what is stored already is skipped") from error
        return list(zip(names, report.outcomes, strict=True))

    def _tell(self, stored: int, refused: list[tuple[str, Outcome]]) -> None:
        self.stdout.write(f"{stored} stored, {len(refused)} refused")
        reasons: dict[str, list[str]] = defaultdict(list)
        for name, outcome in refused:
            reasons[_reason(outcome)].append(name)
        for reason, names in sorted(reasons.items(), key=lambda entry: -len(entry[1])):
            self.stdout.write(f"\n{len(names)} × {reason}")
            for name in names[:SHOWN_PER_REASON]:
                self.stdout.write(f"    {name}")
            if len(names) > SHOWN_PER_REASON:
                self.stdout.write(f"    … and {len(names) - SHOWN_PER_REASON} more (--report FILE lists all)")


def _reason(outcome: Outcome) -> str:
    return f"{outcome.comment} (0x{outcome.failure:04X})"


def _write_report(path: Path, refused: list[tuple[str, Outcome]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "failure_reason", "comment", "sop_instance_uid", "study_instance_uid"])
        for name, outcome in refused:
            code = f"0x{outcome.failure:04X}"
            writer.writerow([_plain(name), code, outcome.comment, outcome.sop_instance_uid, outcome.study_instance_uid])


def _plain(text: str) -> str:
    """A spreadsheet must not take a file's name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
