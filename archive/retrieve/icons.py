"""Neutral icons for what has no picture: drawn here, so that they need no file and fit any size."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from archive.dicom.transfer_syntax import transfer_syntax

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

GROUND, INK = (24, 28, 34), (138, 148, 162)
CANVAS = 512
"""Drawn large and made small, which smooths the lines."""

_STORAGE = "1.2.840.10008.5.1.4.1.1."
# By the beginning of the SOP Class UID (PS3.4 Table B.5-1); the longest that fits decides.
_KINDS = {
    _STORAGE + "9.": "waveform",
    _STORAGE + "104.": "document",
    _STORAGE + "88.": "report",
    _STORAGE + "11.": "presentation",
    _STORAGE + "66": "overlay",
    _STORAGE + "481.": "overlay",
}


def icon_kind(sop_class_uid: str, transfer_syntax_uid: str) -> str:
    """waveform, document, report, presentation, overlay, video or other."""
    syntax = transfer_syntax(transfer_syntax_uid)
    if syntax is not None and syntax.video:
        return "video"
    return next((kind for prefix, kind in _KINDS.items() if sop_class_uid.startswith(prefix)), "other")


@lru_cache(maxsize=64)
def icon(kind: str, side: int, media_type: str) -> bytes:
    """A square icon of `side` rows and columns, image/jpeg or image/png."""
    from PIL import Image, ImageDraw  # seldom needed: kept out of the web worker until then

    image = Image.new("RGB", (CANVAS, CANVAS), GROUND)
    _DRAWINGS[kind](ImageDraw.Draw(image))
    image = image.resize((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG" if media_type == "image/png" else "JPEG", quality=90)
    return out.getvalue()


def _page(draw: ImageDraw) -> None:
    draw.line([(166, 116), (296, 116), (346, 166), (346, 396), (166, 396), (166, 116)], INK, 10, joint="curve")
    draw.line([(296, 116), (296, 166), (346, 166)], INK, 10, joint="curve")


def _document(draw: ImageDraw) -> None:
    _page(draw)
    for row in range(216, 361, 36):
        draw.line([(200, row), (312 if row < 340 else 264, row)], INK, 10)


def _report(draw: ImageDraw) -> None:
    _page(draw)
    for row in range(216, 361, 48):
        draw.ellipse([(196, row - 9), (214, row + 9)], INK)
        draw.line([(236, row), (312, row)], INK, 10)


def _waveform(draw: ImageDraw) -> None:
    beat = [(96, 270), (176, 270), (200, 246), (224, 270), (240, 300), (262, 150), (286, 340), (304, 270), (416, 270)]
    draw.line(beat, INK, 12, joint="curve")


def _video(draw: ImageDraw) -> None:
    draw.rounded_rectangle([(106, 146), (406, 366)], 28, outline=INK, width=10)
    draw.polygon([(226, 206), (226, 306), (310, 256)], INK)


def _overlay(draw: ImageDraw) -> None:
    draw.rounded_rectangle([(126, 126), (326, 326)], 20, outline=INK, width=10)
    draw.rounded_rectangle([(186, 186), (386, 386)], 20, outline=INK, width=10)


def _presentation(draw: ImageDraw) -> None:
    draw.rounded_rectangle([(116, 136), (396, 336)], 20, outline=INK, width=10)
    draw.line([(256, 336), (256, 396)], INK, 10)
    draw.line([(196, 396), (316, 396)], INK, 10)


def _other(draw: ImageDraw) -> None:
    draw.rounded_rectangle([(126, 126), (386, 386)], 28, outline=INK, width=10)
    draw.line([(160, 352), (352, 160)], INK, 10)


_DRAWINGS: dict[str, Callable[[ImageDraw], None]] = {
    "document": _document,
    "report": _report,
    "waveform": _waveform,
    "video": _video,
    "overlay": _overlay,
    "presentation": _presentation,
    "other": _other,
}
