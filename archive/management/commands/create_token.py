"""`manage.py create_token NAME --scope …`: a bearer token for a machine, printed on the last line."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime

from archive.access.accounts import issue_token
from archive.access.policy import SCOPES


class Command(BaseCommand):
    help = "Makes a bearer token; the same NAME again adds a token. Only its digest is kept, so copy it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--scope", action="append", required=True, choices=sorted(SCOPES))
        parser.add_argument("--department", default="", help="default department of what this machine sends")
        parser.add_argument("--source", default="", help="source with Patient ID domain and time zone (default: NAME)")
        parser.add_argument("--expires", default="", help="date (2027-01-31) or time (2027-01-31T12:00:00+00:00)")

    def handle(self, *args: Any, **options: Any) -> None:
        expires = None
        if text := options["expires"]:
            day = parse_date(text)
            expires = parse_datetime(f"{day}T23:59:59+00:00" if day else text)
            if expires is None or expires.tzinfo is None:
                raise CommandError("--expires: give a date, or a time with its offset")
        secret = issue_token(
            name=options["name"],
            scopes=options["scope"],
            department=options["department"],
            source=options["source"] or options["name"],
            expires_at=expires,
        )
        self.stdout.write(secret)
