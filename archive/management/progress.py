"""A progress bar for long commands: a line that moves on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

WIDTH = 28
REDRAW_S = 0.1
LOG_EVERY_S = 10.0
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Counts `total` of `unit` ("instances"); written to standard error, so that results stay alone on the other."""

    def __init__(self, total: int, unit: str, *, stream: TextIO | None = None) -> None:
        self._total = total
        self._unit = unit
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._done = 0
        self._started = self._shown = time.monotonic()

    def __enter__(self) -> Progress:
        if self._terminal:
            self._show()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show()
        if self._terminal:
            self._stream.write("\n")
        self._stream.flush()

    def advance(self, count: int = 1) -> None:
        """`count` more are done."""
        self._done += count
        if time.monotonic() - self._shown >= (REDRAW_S if self._terminal else LOG_EVERY_S):
            self._show()

    def note(self, line: str) -> None:
        """Writes a line of its own above the bar."""
        self._stream.write(f"{CLEAR_LINE if self._terminal else ''}{line}\n")
        if self._terminal:
            self._show()

    def _show(self) -> None:
        self._shown = time.monotonic()
        text = self.text(self._shown - self._started)
        self._stream.write(f"{CLEAR_LINE}{text}" if self._terminal else f"{text}\n")
        self._stream.flush()

    def text(self, elapsed_s: float) -> str:
        """What is shown after `elapsed_s` seconds."""
        share = min(self._done / self._total, 1.0) if self._total else 1.0
        filled = round(share * WIDTH)
        rate = self._done / elapsed_s if elapsed_s > 0 else 0.0
        left = f", {_duration((self._total - self._done) / rate)} left" if 0 < self._done < self._total and rate else ""
        bar = "█" * filled + "░" * (WIDTH - filled)
        return f"{bar} {share:4.0%}  {self._done}/{self._total} {self._unit}, {rate:.0f}/s{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
