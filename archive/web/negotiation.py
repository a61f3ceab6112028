"""What the caller accepts: the Accept header, or the `accept` query parameter, which beats it (PS3.18 §8.3.3, §8.7).

Knows media types and nothing of instances. Lists, q-values, quoted and bare `type=`, wildcards and several transfer
syntaxes are understood; what can't be read at all is the caller's mistake (400), what merely does not fit is a 406.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest

from archive.errors import InvalidRequest, NotAcceptable
from archive.retrieve.accepted import Accepted, Wanted

MAXIMUM_TEXT = 4096
MAXIMUM_RANGES = 64
MULTIPART = "multipart/related"
ANY = "*/*"

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110 §5.6.2
_MEDIA_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})|\*")
# A bare value may hold "/" too: `type=application/dicom` is no token, yet it is what many clients send.
_PARAMETER = re.compile(rf'\s*;\s*(?:({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+)))?')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?|\.[0-9]{1,3})")
_QUOTED_PAIR = re.compile(r"\\(.)")
# `?accept=application/dicom+json`: a query's plus sign arrives as a space.
_LOST_PLUS = re.compile(r"(?<=\w) (?=\w)")
_BLANK = " \t"


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One element of an Accept list, its parts in lower case."""

    media_type: str
    """`application/dicom`, `image/*`, `*/*` …"""
    part_type: str
    """The `type` of a multipart range, `*/*` when it has none; empty for other ranges."""
    transfer_syntax: str
    """A UID, `*`, or empty when not stated."""
    quality: float

    def specificity(self, offer: MediaRange) -> int | None:
        """How closely this range describes `offer`, 0 for `*/*`; None when it does not."""
        if self.media_type == ANY:
            return 0
        if self.media_type != offer.media_type:
            return 1 if _covers(self.media_type, offer.media_type) else None
        if not self.part_type or self.part_type == ANY:
            return 2
        if self.part_type == offer.part_type:
            return 4
        return 3 if _covers(self.part_type, offer.part_type) else None


def choose_media_type(request: HttpRequest, offered: Sequence[str]) -> str:
    """The one of `offered` (best first for us) that the caller likes most.

    Raises:
        InvalidRequest: the Accept header can't be read.
        NotAcceptable: nothing fits.
    """
    ranges = media_ranges(request)
    best: tuple[float, int] | None = None
    chosen = ""
    for offer in offered:
        liking = _liking(ranges, parse(offer)[0])
        if liking is not None and (best is None or liking < best):
            best, chosen = liking, offer
    if best is None:
        raise NotAcceptable(f"this resource comes as {', '.join(offered)}")
    return chosen


def accepted_parts(request: HttpRequest) -> Accepted:
    """What the caller takes of a resource that has a transfer syntax, best first.

    Raises:
        InvalidRequest: the Accept header can't be read.
    """
    ranges = media_ranges(request)
    return Accepted(
        wanted=tuple(_wanted(item) for item in ranges if item.quality > 0),
        refused=tuple(_wanted(item) for item in ranges if item.quality == 0),
    )


def media_ranges(request: HttpRequest) -> tuple[MediaRange, ...]:
    """The caller's ranges by falling quality, in their own order where equal; never empty.

    Raises:
        InvalidRequest: they can't be read.
    """
    asked = request.GET.getlist("accept") if "accept" in request.GET else None
    if asked:
        return parse(_LOST_PLUS.sub("+", ",".join(asked)))
    return parse(request.headers.get("Accept", ANY))


@lru_cache(maxsize=512)
def parse(text: str) -> tuple[MediaRange, ...]:
    """The elements of an Accept list by falling quality; an empty list accepts everything (RFC 9110 §12.5.1).

    Raises:
        InvalidRequest: it can't be read, or is unreasonably long.
    """
    if len(text) > MAXIMUM_TEXT:
        raise InvalidRequest("the Accept header is too long")
    ranges: list[MediaRange] = []
    at, end = 0, len(text)
    while True:
        while at < end and text[at] in ", \t":
            at += 1
        if at == end:
            break
        found, at = _element(text, at)
        ranges.append(found)
        if len(ranges) > MAXIMUM_RANGES:
            raise InvalidRequest("the Accept header has too many elements")
    if not ranges:
        return (MediaRange(ANY, "", "", 1.0),)
    return tuple(sorted(ranges, key=lambda item: -item.quality))


def _element(text: str, at: int) -> tuple[MediaRange, int]:
    """The element that begins at `at`, and where it ends: at a comma or at the end of the text."""
    found = _MEDIA_RANGE.match(text, at)
    if found is None:
        raise InvalidRequest("the Accept header is malformed")
    main, sub = (found[1] or "*").lower(), (found[2] or "*").lower()
    if main == "*" and sub != "*":
        raise InvalidRequest("the Accept header is malformed")
    media_type, at = f"{main}/{sub}", found.end()
    parameters: dict[str, str] = {}
    while parameter := _PARAMETER.match(text, at):
        at = parameter.end()
        if parameter[1]:
            value = parameter[3] if parameter[2] is None else _QUOTED_PAIR.sub(r"\1", parameter[2])
            parameters.setdefault(parameter[1].lower(), value)
    while at < len(text) and text[at] in _BLANK:
        at += 1
    if at < len(text) and text[at] != ",":
        raise InvalidRequest("the Accept header is malformed")
    part_type = parameters.get("type", ANY).strip().lower() if main == "multipart" else ""
    if part_type and not _MEDIA_RANGE.fullmatch(part_type):
        raise InvalidRequest("the Accept header has a malformed type")
    return MediaRange(media_type, part_type, parameters.get("transfer-syntax", "").strip(), _quality(parameters)), at


def _quality(parameters: dict[str, str]) -> float:
    text = parameters.get("q", "1")
    if not _QUALITY.fullmatch(text):
        raise InvalidRequest("the Accept header has a malformed q-value")
    return float(text)


def _covers(pattern: str, media_type: str) -> bool:
    """`image/*` covers `image/png`."""
    return pattern.endswith("/*") and media_type.startswith(pattern[:-1])


def _liking(ranges: Sequence[MediaRange], offer: MediaRange) -> tuple[float, int] | None:
    """A sort key for `offer` by the range that describes it best: quality first, then the caller's order."""
    closest, liking = -1, None
    for index, item in enumerate(ranges):
        specificity = item.specificity(offer)
        if specificity is not None and specificity > closest:
            closest = specificity
            liking = (-item.quality, index) if item.quality > 0 else None
    return liking


def _wanted(item: MediaRange) -> Wanted:
    """`*/*` means the resource's default form, which is multipart for everything that has a transfer syntax."""
    multipart = item.media_type in (ANY, MULTIPART, "multipart/*")
    media_type = (item.part_type or ANY) if multipart else item.media_type
    return Wanted(multipart, media_type, item.transfer_syntax, anything=item.media_type == ANY)
