"""What a caller may ask of a rendered image (PS3.18 §8.3.5.1), read strictly: nonsense is refused, not guessed at.

Standard library only: doors parse requests with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from archive.errors import InvalidRequest

MAX_VIEWPORT: Final = 8192
"""Rows and columns a rendered image may have at most; a bigger wish is refused."""

DEFAULT_QUALITY: Final = 90

VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]
RenderedMediaType = Literal["image/jpeg", "image/png"]

_FUNCTIONS: Final[dict[str, VoiFunction]] = {
    "linear": "LINEAR",
    "linear-exact": "LINEAR_EXACT",
    "linear_exact": "LINEAR_EXACT",
    "sigmoid": "SIGMOID",
}


@dataclass(frozen=True, slots=True)
class Window:
    """Window Center and Width in the units after the Modality LUT, and VOI LUT Function (PS3.3 §C.11.2.1)."""

    center: float
    width: float
    function: VoiFunction = "LINEAR"

    @property
    def valid(self) -> bool:
        """LINEAR needs a width of at least 1, the other functions more than 0 (PS3.3 §C.11.2.1.2)."""
        least_met = self.width >= 1 if self.function == "LINEAR" else self.width > 0
        return least_met and math.isfinite(self.center) and math.isfinite(self.width)


@dataclass(frozen=True, slots=True)
class Viewport:
    """Size to fit into, and which part of the frame to show, in its pixels (PS3.18 §8.3.5.1.3)."""

    columns: int
    rows: int
    left: float = 0.0
    top: float = 0.0
    source_columns: float | None = None
    """None: up to the right edge. Negative: mirrored left to right."""
    source_rows: float | None = None
    """None: down to the lower edge. Negative: mirrored top to bottom."""


@dataclass(frozen=True, slots=True)
class RenderParameters:
    """One checked request for a rendered image."""

    media_type: RenderedMediaType = "image/jpeg"
    window: Window | None = None
    viewport: Viewport | None = None
    quality: int = DEFAULT_QUALITY

    @classmethod
    def parse(
        cls,
        *,
        window: str | None = None,
        viewport: str | None = None,
        quality: str | None = None,
        media_type: str = "image/jpeg",
    ) -> RenderParameters:
        """Read the query parameters of PS3.18 §8.3.5.1, already percent-decoded; None stands for an absent one.

        Raises:
            InvalidRequest: wrong syntax, a value out of range, or a media type that is not rendered here.
        """
        if media_type not in ("image/jpeg", "image/png"):
            raise InvalidRequest("rendered images are image/jpeg or image/png")
        return cls(
            media_type="image/png" if media_type == "image/png" else "image/jpeg",
            window=None if window is None else _window(window),
            viewport=None if viewport is None else _viewport(viewport),
            quality=DEFAULT_QUALITY if quality is None else _quality(quality),
        )


def _window(value: str) -> Window:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 3:
        raise InvalidRequest("window is center,width,function")
    function = _FUNCTIONS.get(parts[2].lower())
    if function is None:
        raise InvalidRequest("window function is linear, linear-exact or sigmoid")
    window = Window(_number(parts[0], "window center"), _number(parts[1], "window width"), function)
    if not window.valid:
        raise InvalidRequest("window width is at least 1 for linear, and above 0 for linear-exact and sigmoid")
    return window


def _viewport(value: str) -> Viewport:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) not in (2, 6):
        raise InvalidRequest("viewport is vw,vh or vw,vh,sx,sy,sw,sh")
    columns, rows = (_length(part) for part in parts[:2])
    if len(parts) == 2:
        return Viewport(columns, rows)
    left, top = (_number(part, "viewport source") if part else 0.0 for part in parts[2:4])
    source_columns, source_rows = (_number(part, "viewport source") if part else None for part in parts[4:6])
    if left < 0 or top < 0:
        raise InvalidRequest("viewport sx and sy are not negative")
    if source_columns == 0 or source_rows == 0:
        raise InvalidRequest("viewport sw and sh are not zero")
    return Viewport(columns, rows, left, top, source_columns, source_rows)


def _quality(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= 100):
        raise InvalidRequest("quality is a whole number from 1 to 100")
    return int(value)


def _length(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= MAX_VIEWPORT):
        raise InvalidRequest(f"viewport vw and vh are whole numbers from 1 to {MAX_VIEWPORT}")
    return int(value)


def _number(value: str, name: str) -> float:
    """Decimal number as DS writes it; Python's own extras (nan, inf, 1_000) are refused."""
    if len(value) > 32 or not value or value.strip("+-.0123456789eE"):
        raise InvalidRequest(f"{name} is not a decimal number")
    try:
        number = float(value)
    except ValueError:
        raise InvalidRequest(f"{name} is not a decimal number") from None
    if not math.isfinite(number):
        raise InvalidRequest(f"{name} is too large")
    return number
