"""Text out of bytes: Specific Character Set (0008,0005) with ISO 2022 code extensions (PS3.3 §C.12.1.1.2, PS3.5 §6.1).

What can't be decoded is decoded with replacement characters and noted: a name shown with one odd letter is better
than an instance refused. Unknown and misspelt character sets fall back as pydicom's do, so that both show the same.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_DEFAULT: Final = "iso8859_1"  # the default repertoire is ASCII; bytes above it are read as Latin-1, as pydicom does

_SINGLE: Final = {
    "6": _DEFAULT,
    "13": "shift_jis",
    "100": "latin_1",
    "101": "iso8859_2",
    "109": "iso8859_3",
    "110": "iso8859_4",
    "126": "iso_ir_126",
    "127": "iso_ir_127",
    "138": "iso_ir_138",
    "144": "iso_ir_144",
    "148": "iso_ir_148",
    "166": "iso_ir_166",
    "203": "iso8859_15",
}
_CODECS: Final[dict[str, str]] = {
    "": _DEFAULT,
    **{f"ISO_IR {number}": codec for number, codec in _SINGLE.items()},
    **{f"ISO 2022 IR {number}": codec for number, codec in _SINGLE.items()},
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO 2022 IR 159": "iso2022_jp_2",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 58": "iso_ir_58",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 GBK": "gbk",
    "ISO 2022 58": "gb2312",
}
_STAND_ALONE: Final = frozenset({"ISO_IR 192", "GB18030", "GBK"})

# Escape sequences of PS3.3 Tables C.12-3 and C.12-4.
_ESCAPES: Final[dict[bytes, str]] = {
    b"\x1b(B": _DEFAULT,
    b"\x1b-A": "latin_1",
    b"\x1b)I": "shift_jis",
    b"\x1b(J": "shift_jis",
    b"\x1b$B": "iso2022_jp",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso_ir_126",
    b"\x1b-G": "iso_ir_127",
    b"\x1b-H": "iso_ir_138",
    b"\x1b-L": "iso_ir_144",
    b"\x1b-M": "iso_ir_148",
    b"\x1b-T": "iso_ir_166",
    b"\x1b-b": "iso8859_15",
    b"\x1b$)C": "euc_kr",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b$)A": "iso_ir_58",
}
# The codecs of these understand their own escape sequence, which therefore stays in the bytes.
_ESCAPE_AWARE: Final = frozenset({"iso2022_jp", "iso2022_jp_2"})
_FRAGMENTS: Final = re.compile(rb"(^[^\x1b]+|\x1b[^\x1b]*)")
_RESETS: Final = re.compile(rb"[\t\n\x0c\r]")

# Names of encodings that writers put here instead of a Defined Term. A closed list: Python knows codecs, such as
# "unicode_escape", that must not be reached by naming them in an object.
_FOREIGN_NAMES: Final = re.compile(
    r"(?i)ascii|us-ascii|utf-?8|latin-?1|iso-?8859-?\d{1,2}|(windows-?|cp)\d{3,4}|shift_?jis|euc[-_](jp|kr)|big5|gb2312|koi8[-_][ru]"
)


@dataclass(frozen=True, slots=True)
class Charset:
    """The character sets in force for a data set: the first is the initial one, others are reached by escapes."""

    codecs: tuple[str, ...]
    comment: str = ""  # what was odd about (0008,0005)

    def decode(self, raw: bytes) -> tuple[str, bool]:
        """The text, and whether every byte could be decoded."""
        if b"\x1b" not in raw:
            return _decode(raw, self.codecs[0])
        parts = [self._fragment(part) for part in _FRAGMENTS.findall(raw)]
        return "".join(text for text, _ in parts), all(sound for _, sound in parts)

    def _fragment(self, raw: bytes) -> tuple[str, bool]:
        """Text of what stands between two escape sequences."""
        if not raw.startswith(b"\x1b"):
            return _decode(raw, self.codecs[0])
        length = 4 if raw.startswith((b"\x1b$(", b"\x1b$)")) else 3
        codec = _ESCAPES.get(raw[:length])
        if codec is None or (codec not in self.codecs and codec != _DEFAULT):
            return _decode(raw, self.codecs[0])[0], False
        if codec in _ESCAPE_AWARE:
            text, sound = _decode(raw, codec)
            return (text, True) if sound else (_decode(raw, self.codecs[0])[0], False)
        raw = raw[length:]
        reset = _RESETS.search(raw)  # a control character returns to the initial set (PS3.5 §6.1.2.5.3)
        if reset is None:
            return self._or_initial(raw, codec)
        head, head_sound = self._or_initial(raw[: reset.start()], codec)
        tail, tail_sound = _decode(raw[reset.start() :], self.codecs[0])
        return head + tail, head_sound and tail_sound

    def _or_initial(self, raw: bytes, codec: str) -> tuple[str, bool]:
        text, sound = _decode(raw, codec)
        return (text, True) if sound else (_decode(raw, self.codecs[0])[0], False)


def _decode(raw: bytes, codec: str) -> tuple[str, bool]:
    try:
        return raw.decode(codec), True
    except UnicodeError:
        return raw.decode(codec, "replace"), False


DEFAULT_CHARSET: Final = Charset((_DEFAULT,))


@lru_cache(maxsize=1024)
def charset_of(value: bytes) -> Charset:
    """The character sets that the value of (0008,0005) names."""
    terms = [term.strip(" \0") for term in value.decode("latin-1").split("\\")]
    comments: list[str] = []
    chosen = [_codec(term, comments) for term in terms[:16]]
    if len(terms) > 1:
        if terms[0] in _STAND_ALONE:
            comments.append("a character set without code extensions is followed by others, which are ignored")
            chosen = chosen[:1]
        elif any(term in _STAND_ALONE for term in terms[1:]):
            comments.append("a character set without code extensions is used as one, and ignored")
            chosen = [codec for term, codec in zip(terms, chosen, strict=False) if term not in _STAND_ALONE]
    # A character set said twice is one; what is left identifies the memory of encoded fragments.
    return Charset(tuple(dict.fromkeys(chosen)), "; ".join(dict.fromkeys(comments)))


def _codec(term: str, comments: list[str]) -> str:
    known = _CODECS.get(term)
    if known is not None:
        return known
    spelt = re.sub(r"^ISO[^_]IR.", "ISO_IR ", term)
    spelt = re.sub(r"^ISO.2022.IR.", "ISO 2022 IR ", spelt)
    known = _CODECS.get(spelt) or _CODECS.get(spelt.upper())
    if known is not None:
        comments.append("misspelt character set")
        return known
    if _FOREIGN_NAMES.fullmatch(term):
        try:
            comments.append("the character set is not a Defined Term")
            return codecs.lookup(term).name
        except LookupError:
            pass
    comments.append("unknown character set, read as Latin-1")
    return _DEFAULT
