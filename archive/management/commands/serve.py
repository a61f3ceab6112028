"""`manage.py serve`: the web server and the embedded worker in the foreground."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Serves the archive and does its background work until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--welcome", action="store_true", help="load the demo and print a sign-in link")

    def handle(self, *args: Any, **options: Any) -> None:
        """Becomes the supervisor, so that this process keeps nothing of Django."""
        welcome = ["--welcome"] if options["welcome"] else []
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "archive.config.serve", *welcome])  # noqa: S606 - no shell
