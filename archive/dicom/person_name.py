"""Person names (VR PN) for matching: folded so that case, accents and trailing `^` do not matter (PS3.5 §6.2.1).

The stored name itself is never changed. What is folded is kept beside it, one line per component group, so that a
pattern can match one whole group and never runs from one group into the next.
"""

from __future__ import annotations

import unicodedata

# Only marks that readers take for accents. Thai and Indic vowel signs and the Japanese voicing marks are combining
# characters too, but they make another name.
_ACCENTS = (
    *range(0x0300, 0x0370),
    *range(0x0591, 0x05C8),  # Hebrew points
    *range(0x0610, 0x061B),  # Arabic signs
    *range(0x064B, 0x0660),
    0x0640,  # Arabic tatweel, which only stretches a word
    0x0670,
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
    *range(0x20D0, 0x2100),
    *range(0xFE20, 0xFE30),
)
_WITHOUT_ACCENTS: dict[int, str | None] = dict.fromkeys(_ACCENTS)
# Letters whose stroke or ligature Unicode does not decompose.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)

GROUPS = 3


def fold(text: str) -> str:
    """The text without case, accents, compatibility forms and repeated spaces; `*`, `?` and `^` stay."""
    if not text.isascii():
        # Accents go before and after: casefold of "İ" leaves a new combining dot.
        plain = unicodedata.normalize("NFKD", text).translate(_WITHOUT_ACCENTS)
        plain = unicodedata.normalize("NFKD", plain.casefold()).translate(_WITHOUT_ACCENTS)
        text = unicodedata.normalize("NFC", plain.translate(_PLAIN_LETTERS))
    return " ".join(text.casefold().split())


def fold_group(group: str) -> str:
    """One folded component group: no spaces around components, no trailing empty components."""
    return "^".join(component.strip() for component in fold(group).split("^")).rstrip("^")


def search_text(name: str) -> str:
    """What the index keeps of a name: every group folded and between line feeds, or "" when there is no name.

    "YAMADA^TAROU=山田^太郎" gives "\\nyamada^tarou\\n山田^太郎\\n\\n"; further values of a (wrongly) multi-valued
    name follow as further groups of three.
    """
    lines: list[str] = []
    for value in name.split("\\"):
        groups = [fold_group(group) for group in value.split("=")][:GROUPS]
        if any(groups):
            lines += groups + [""] * (GROUPS - len(groups))
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def component_groups(name: str) -> tuple[str, str, str]:
    """(alphabetic, ideographic, phonetic) of the first value, as stored but for padding."""
    groups = [group.strip(" ") for group in name.split("\\")[0].split("=")][:GROUPS]
    alphabetic, ideographic, phonetic = groups + [""] * (GROUPS - len(groups))
    return alphabetic, ideographic, phonetic
