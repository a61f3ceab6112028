"""Wildcard matching in both databases: the same characters match in both, and case decides in both.

SQLite's LIKE ignores case, so GLOB is used there; PostgreSQL has LIKE. Both take the pattern as a parameter and both
give up early on hopeless patterns, so that 16 wildcards cost no more than one pass per wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    TextLookup = Lookup[str]
else:
    TextLookup = Lookup  # Django's own class takes no parameter at run time


@CharField.register_lookup
@TextField.register_lookup
class Wildcard(TextLookup):
    """`column` as a whole fits a DICOM pattern: `*` any run of characters, `?` any one, all else literal."""

    lookup_name = "wildcard"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} GLOB %s", [*parameters, glob_pattern(str(self.rhs))]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*parameters, like_pattern(str(self.rhs))]


@TextField.register_lookup
class NameLine(TextLookup):
    """Lines of `column` (see `person_name.search_text`) fit a pattern whose wildcards stay within their line.

    A pattern of one line may fit any line; one of three lines fits the three component groups in their order.
    The wildcard form comes first because an index can serve it; the regular expression only confirms.
    """

    lookup_name = "name_line"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        pattern = str(self.rhs)
        coarse = glob_pattern(f"*\n{pattern}\n*").replace("?", "[^\n]")
        if not _may_cross_lines(pattern):
            return f"{column} GLOB %s", [*parameters, coarse]
        first, *middle, last = (_piece(text, re.escape) for text in pattern.split("*"))
        # Python's own engine, so no backtracking into earlier pieces: the first fit of each is as good as any.
        exact = f"\n{first}" + "".join(f"(?>[^\n]*?{piece})" for piece in middle) + f"[^\n]*{last}\n"
        return f"({column} GLOB %s AND {column} REGEXP %s)", [*parameters, coarse, *parameters, exact]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        pattern = str(self.rhs)
        coarse = like_pattern(f"*\n{pattern}\n*")
        if not _may_cross_lines(pattern) and "?" not in pattern:
            return f"{column} LIKE %s", [*parameters, coarse]
        exact = "\n" + "[^\n]*".join(_piece(text, _escape_for_postgresql) for text in pattern.split("*")) + "\n"
        return f"({column} LIKE %s AND {column} ~ %s)", [*parameters, coarse, *parameters, exact]


@TextField.register_lookup
class NamePart(TextLookup):
    """`column` (see `person_name.search_text`) has a name part that begins with the folded text.

    In scripts without spaces between names a part may begin anywhere.
    """

    lookup_name = "name_part"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        text = glob_pattern(str(self.rhs)).replace("*", "[*]").replace("?", "[?]")
        before = f"[{_PART_ENDS}]" if _has_spaces_between_names(str(self.rhs)) else ""
        return f"{column} GLOB %s", [*parameters, f"*{before}{text}*"]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        before = f"[{_PART_ENDS}]" if _has_spaces_between_names(str(self.rhs)) else ""
        return f"{column} ~ %s", [*parameters, before + _escape_for_postgresql(str(self.rhs))]


_PART_ENDS = "\n ^.'-"  # "^" not first and "-" last, so that both engines take them literally


def _has_spaces_between_names(text: str) -> bool:
    """False for Han, kana and Hangul, and for what lies beyond them."""
    return all(sign < "\u2e80" for sign in text)


def glob_pattern(pattern: str) -> str:
    """For SQLite, where only `[` needs care besides the two wildcards."""
    return pattern.replace("[", "[[]")


def like_pattern(pattern: str) -> str:
    """For PostgreSQL, with its default escape character."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")


def _may_cross_lines(pattern: str) -> bool:
    """A `*` at either end of a single line stands beside that line's end anyway; one between two pieces does not."""
    return "*" in pattern.strip("*") or ("\n" in pattern and "*" in pattern)


def _piece(text: str, escape: Callable[[str], str]) -> str:
    return "[^\n]".join(escape(part) for part in text.split("?"))


def _escape_for_postgresql(text: str) -> str:
    """Every ASCII sign that is no letter, digit or space, taken literally (PostgreSQL manual §9.7.3.3)."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
