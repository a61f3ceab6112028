"""`manage.py sign_in_link`: a link that signs one person in, once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from archive.access.accounts import one_time_sign_in


class Command(BaseCommand):
    help = "Prints a link that signs a person in once; the account is made when it is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", default="admin")
        parser.add_argument("--minutes", type=int, default=60)
        parser.add_argument(
            "--base-url", default="", help="where the server is reached (default: http://127.0.0.1:PORT)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["base_url"].rstrip("/") or f"http://127.0.0.1:{settings.ATRIUM_PORT}"
        secret = one_time_sign_in(username=options["user"], valid=timedelta(minutes=options["minutes"]))
        self.stdout.write(f"{root}/sign-in/once/{secret}")
