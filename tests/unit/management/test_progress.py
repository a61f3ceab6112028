"""The progress bar."""

from __future__ import annotations

import io

from archive.management.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_tells_share_count_rate_and_time_left() -> None:
    progress = Progress(200, "instances", stream=io.StringIO())
    progress.advance(50)
    text = progress.text(elapsed_s=10)
    assert text.endswith(" 25%  50/200 instances, 5/s, 30 s left")
    assert text.count("█") == 7
    assert text.count("░") == 21


def test_nothing_to_do_is_done() -> None:
    assert "100%  0/0 files" in Progress(0, "files", stream=io.StringIO()).text(elapsed_s=0)


def test_a_log_gets_whole_lines_without_control_characters() -> None:
    stream = io.StringIO()
    with Progress(2, "files", stream=stream) as progress:
        progress.advance()
        progress.note("one was refused")
        progress.advance()
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().splitlines()[0] == "one was refused"
    assert "2/2 files" in stream.getvalue().splitlines()[-1]


def test_a_terminal_gets_one_moving_line_and_a_last_line_end() -> None:
    stream = Terminal()
    with Progress(2, "files", stream=stream) as progress:
        progress.advance(2)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("\n")
    assert stream.getvalue().startswith("\r\x1b[K")
