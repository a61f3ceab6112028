"""The query parameters of the Search transaction → one checked value (PS3.18 §8.3.4, §10.6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archive.dicom.matching import Match, matches_of
from archive.dicom.matching_attributes import BY_TAG, Attribute, Level, tag_path
from archive.errors import InvalidRequest

DEFAULT_LIMIT: Final = 1000
HARD_LIMIT: Final = 5000
MAX_KEYS: Final = 64
MAX_INCLUDED: Final = 512
_FURTHEST: Final = 1 << 40

# Search options that the standard offers and this archive does not, with what is said instead.
_UNSUPPORTED_OPTIONS: Final = {
    "fuzzymatching": "The fuzzymatching parameter is not supported. Only literal matching has been performed.",
    "emptyvaluematching": "The emptyvaluematching parameter is not supported.",
    "multiplevaluematching": "The multiplevaluematching parameter is not supported.",
}
# Parameters of content negotiation, which the door reads (PS3.18 §8.3.3).
_NOT_OURS: Final = frozenset({"accept", "charset"})


@dataclass(frozen=True, slots=True)
class Key:
    """An attribute that must match one of `alternatives`; without any it matches everything (universal)."""

    attribute: Attribute
    alternatives: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class MatchingQuery:
    """What is asked. `included` are paths of tags beyond the required return attributes."""

    level: Level
    keys: tuple[Key, ...] = ()
    included: frozenset[str] = frozenset()
    include_all: bool = False
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    warnings: tuple[str, ...] = ()


def parse_query(level: Level, parameters: Iterable[tuple[str, str]]) -> MatchingQuery:
    """The checked query of decoded (name, value) pairs, in which a repeated key adds alternatives.

    Raises:
        InvalidRequest: a parameter is malformed. A well-formed key that is not indexed at this level is ignored
            with a warning instead (PS3.18 §8.3.4.1).
    """
    builder = _Builder(level)
    for name, value in parameters:
        builder.add(name, value)
    return builder.query()


class _Builder:
    def __init__(self, level: Level) -> None:
        self.level = level
        self.keys: dict[str, list[tuple[Match, ...]]] = {}
        self.included: set[str] = set()
        self.include_all = False
        self.pages: dict[str, int] = {}
        self.warnings: dict[str, None] = {}

    def add(self, name: str, value: str) -> None:
        if name == "includefield":
            self._include(value)
        elif name in ("limit", "offset"):
            self._page(name, value)
        elif name in _UNSUPPORTED_OPTIONS:
            self._option(name, value)
        elif name not in _NOT_OURS:
            self._key(name, value)

    def query(self) -> MatchingQuery:
        keys = []
        for path, given in self.keys.items():
            alternatives = tuple(match for matches in given for match in matches)
            # Of repeated keys a universal one takes all, since they are alternatives.
            keys.append(Key(BY_TAG[path], alternatives if all(given) else ()))
        return MatchingQuery(
            level=self.level,
            keys=tuple(keys),
            included=frozenset(self.included),
            include_all=self.include_all,
            limit=min(self.pages.get("limit", DEFAULT_LIMIT), HARD_LIMIT),
            offset=min(self.pages.get("offset", 0), _FURTHEST),
            warnings=tuple(self.warnings),
        )

    def _key(self, name: str, value: str) -> None:
        path = tag_path(name)
        attribute = BY_TAG.get(path)
        if attribute is None or attribute.level > self.level:
            self.included.add(path)
            if value:
                self.warnings[f"The attribute {path} is not supported for matching at this level and was ignored."] = (
                    None
                )
            return
        if attribute.vr == "SQ":
            if value:
                raise InvalidRequest("a sequence is matched by its items' attributes, as in 00400275.00400009")
            self.included.add(path)
            return
        self.keys.setdefault(path, []).append(matches_of(attribute.vr, value))
        if len(self.keys) > MAX_KEYS:
            raise InvalidRequest(f"a query has more than {MAX_KEYS} keys")

    def _include(self, value: str) -> None:
        for name in value.split(","):
            field = name.strip(" ")
            if field.lower() == "all":
                self.include_all = True
            else:
                self.included.add(tag_path(field))
        if len(self.included) > MAX_INCLUDED:
            raise InvalidRequest(f"more than {MAX_INCLUDED} attributes are to be included")

    def _page(self, name: str, value: str) -> None:
        if name in self.pages:
            raise InvalidRequest(f"{name} is given twice")
        if not (value.isascii() and value.isdigit()) or len(value) > 18:
            raise InvalidRequest(f"{name} is not a whole number from 0")
        self.pages[name] = int(value)

    def _option(self, name: str, value: str) -> None:
        if value not in ("true", "false"):
            raise InvalidRequest(f"{name} is neither true nor false")
        if value == "true":
            self.warnings[_UNSUPPORTED_OPTIONS[name]] = None
