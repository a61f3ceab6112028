"""`manage.py load_demo`: fills the archive with a synthetic hospital, through the one ingest service."""

from __future__ import annotations

import multiprocessing
import os
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import lru_cache
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from archive.access.policy import system_actor
from archive.demo.hospital import DEFAULT_SEED, DemoStudy, demo_studies
from archive.ingest.store import Part, store_instances, whole
from archive.management.progress import Progress

ACTOR = system_actor("load_demo")


class Command(BaseCommand):
    help = "Loads about 300 synthetic studies of 40 patients; loading them again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument(
            "--anchor", default="", help="the day that counts as today (default: that of the first load)"
        )
        parser.add_argument("--studies", type=int, default=0, help="only the first N studies")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        seed, anchor = options["seed"], _anchor(options["anchor"])
        studies = _studies(seed, anchor)[: options["studies"] or None]
        refused = 0
        # Fresh processes: a forked one would share this one's database connection.
        context = multiprocessing.get_context("spawn")
        with (
            Progress(sum(len(study) for study in studies), "demo images") as progress,
            ProcessPoolExecutor(options["processes"], mp_context=context, initializer=django.setup) as pool,
        ):
            jobs = {pool.submit(_load, seed, anchor, number): study for number, study in enumerate(studies)}
            for job in as_completed(jobs):
                refused += job.result()
                progress.advance(len(jobs[job]))
        if refused:
            raise CommandError(f"{refused} of the demo's instances were refused; the log says why")


def _load(seed: int, anchor: date, number: int) -> int:
    """Stores one study; gives the number of its instances that were refused."""
    study = _studies(seed, anchor)[number]
    report = store_instances(actor=ACTOR, parts=(Part(whole(instance)) for instance in study))
    return len(report.failed)


@lru_cache(maxsize=1)
def _studies(seed: int, anchor: date) -> list[DemoStudy]:
    return list(demo_studies(seed, anchor=anchor))


def _anchor(given: str) -> date:
    """Dates count back from the day of the first load, so that a second load finds the very same bytes."""
    path = settings.ATRIUM_DATA_DIR / "demo_anchor"
    if not given and path.exists():
        given = path.read_text().strip()
    anchor = date.fromisoformat(given) if given else date.today()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(anchor.isoformat())
    return anchor
