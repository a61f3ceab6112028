from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import InvalidKey
from storage.keys import MAX_KEY_LENGTH, check_key, is_prefix


@given(st.text(max_size=60))
def test_a_key_that_passes_stays_inside_any_folder_and_needs_no_escaping(text: str) -> None:
    try:
        key = check_key(text)
    except InvalidKey:
        return
    assert key == text
    assert key.isascii()
    assert key.isprintable()
    assert not set(key) & set(" \\%?#:\"'")
    assert all(segment and not segment.startswith((".", "-")) for segment in key.split("/"))


def test_the_keys_the_archive_makes_pass() -> None:
    for key in ("packs/2026/11/20/0f3a.tar", "objects/ab/cd/abcd0123.dcm", "journal/000001.jsonl", "a" * 200):
        assert check_key(key) == key


def test_a_key_has_a_greatest_length() -> None:
    longest = "/".join(["k" * 100] * 10)[:MAX_KEY_LENGTH]
    assert check_key(longest) == longest
    with pytest.raises(InvalidKey):
        check_key(longest + "k")


@given(st.from_regex(r"[a-z0-9_][a-z.=]{0,5}(/[a-z0-9_][a-z.=]{0,5}){0,3}", fullmatch=True), st.data())
def test_every_beginning_of_a_key_is_a_prefix(key: str, data: st.DataObject) -> None:
    assert is_prefix(key[: data.draw(st.integers(0, len(key)))])


@pytest.mark.parametrize("text", ["/", "..", "a/..", "a//", "\0", "a/../b"])
def test_what_no_key_begins_with_is_no_prefix(text: str) -> None:
    assert not is_prefix(text)
