"""The walk over a data set, element by element, to the exact end of the object (PS3.5 §7).

It keeps its own stack, so nesting costs no recursion; it believes no length that reaches beyond what encloses it;
and it reads only headers: a value that nobody cuts is never touched. pydicom can't stand here: it accepts every
truncated file and dies of nesting. What the events mean is up to whoever iterates.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeAlias

from archive.dicom.dictionary import LONG_VRS, SHORT_VRS, VR_BY_TAG, is_private_creator, private_vr, public_vr
from archive.dicom.findings import Findings, tag_text
from archive.dicom.limits import Limits
from archive.dicom.part10 import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from archive.dicom.source import Source
from archive.errors import CannotUnderstand, TooLarge

# Kinds of event. Each event is (kind, tag, vr, start, value, end): offsets of the element's header, of its value and
# of what follows it. At the opening of a Sequence or an Item of undefined length the end is -1.
ELEMENT: Final = 0
ENCAPSULATED: Final = 1  # undefined length and not a Sequence; its fragments are in `Walk.fragments`
SEQUENCE: Final = 2
SEQUENCE_END: Final = 3
ITEM: Final = 4
ITEM_END: Final = 5

Event: TypeAlias = tuple[int, int, str, int, int, int]

UNDEFINED: Final = 0xFFFFFFFF
ITEM_TAG: Final = 0xFFFEE000
ITEM_DELIMITER: Final = 0xFFFEE00D
SEQUENCE_DELIMITER: Final = 0xFFFEE0DD
PIXEL_DATA: Final = 0x7FE00010

_SHORT_HEADER: Final = {True: struct.Struct("<HH2sH"), False: struct.Struct(">HH2sH")}
_IMPLICIT_HEADER: Final = {True: struct.Struct("<HHI"), False: struct.Struct(">HHI")}
_LENGTH: Final = {True: struct.Struct("<I"), False: struct.Struct(">I")}
_ENCAPSULATING_VRS: Final = frozenset({"OB", "OW", "OB or OW"})
IMPLICIT_BIG: Final = Encoding(explicit=False, little=False)  # no Transfer Syntax, but found inside UN


@dataclass(slots=True)
class Level:
    """What the walk is inside of: a data set (the top one or an Item's) or a Sequence between two Items."""

    in_sequence: bool
    tag: int
    vr: str
    start: int
    stop: int  # nothing inside reaches beyond; its very end when `defined`
    defined: bool
    encoding: Encoding
    creators: dict[int, str] = field(default_factory=dict)


class Walk:
    """One pass over the data set between `start` and the end of the source.

    Raises, while iterating:
        CannotUnderstand: cut off, or not a well-formed data set.
        TooLarge: more nesting, Items or elements than the limits allow.
    """

    def __init__(
        self, source: Source, start: int, encoding: Encoding, limits: Limits, findings: Findings | None = None
    ) -> None:
        self.source = source
        self.limits = limits
        self.findings = findings if findings is not None else Findings()
        self.fragments: list[tuple[int, int]] = []  # (offset, length) of the latest encapsulated value
        self._levels = [Level(False, 0, "", start, source.size, True, encoding)]
        self._position = start
        self._elements = limits.elements
        self._items = limits.items

    @property
    def encoding(self) -> Encoding:
        """How the innermost open data set is encoded: an Item may differ from what encloses it."""
        return self._levels[-1].encoding

    @property
    def creators(self) -> dict[int, str]:
        """Private creators of the innermost open data set, by (group << 8 | block)."""
        return self._levels[-1].creators

    @property
    def allowance(self) -> tuple[int, int]:
        """Items and elements that may still come."""
        return self._items, self._elements

    def skip(self, end: int, depth: int = 1, items: int = 0, elements: int = 0) -> bool:
        """Right after a SEQUENCE event: go on behind it, no further event of it is told.

        Whoever knows what is in it tells how deep it nests and what it holds, so that limits hold as if it were
        walked. False, and nothing done, when it does not fit in what encloses it or in the limits.
        """
        fits = end <= self._levels[-2].stop and len(self._levels) // 2 - 1 + depth <= self.limits.depth
        if not fits or items > self._items or elements > self._elements:
            return False
        self._levels.pop()
        self._position, self._items, self._elements = end, self._items - items, self._elements - elements
        return True

    def __iter__(self) -> Iterator[Event]:
        while self._levels:
            level = self._levels[-1]
            if level.in_sequence:
                event = self._in_sequence(level)
            else:
                yield from self._explicit_run(level) if level.encoding.explicit else self._implicit_run(level)
                event = self._in_data_set(level)
            if event is not None:
                yield event

    # The two runs are the fast lane, for nearly all elements are plain; they stop before whatever is not.

    def _explicit_run(self, level: Level) -> Iterator[Event]:
        """Elements with a 16-bit length."""
        raw, short_vrs, stop, position = self.source.raw, SHORT_VRS, level.stop, self._position
        unpack, last, left = _SHORT_HEADER[level.encoding.little].unpack_from, stop - 8, self._elements
        while position <= last:
            group, element, code, length = unpack(raw, position)
            vr = short_vrs.get(code)
            if vr is None or group == 0xFFFE or not left:
                break
            value = position + 8
            end = value + length
            if end > stop:
                self._cut_off(group << 16 | element, length, stop - value)
            if group & 1 and element < 0x100:
                self._note_creator(level, group << 16 | element, value, end)
            left -= 1
            yield 0, group << 16 | element, vr, position, value, end
            position = end
        self._position, self._elements = position, left

    def _implicit_run(self, level: Level) -> Iterator[Event]:
        """Elements that are no Sequences, of the standard or private."""
        raw, vr_by_tag, stop, position = self.source.raw, VR_BY_TAG, level.stop, self._position
        unpack, last, left = _IMPLICIT_HEADER[level.encoding.little].unpack_from, stop - 8, self._elements
        while position <= last:
            group, element, length = unpack(raw, position)
            tag = group << 16 | element
            vr = vr_by_tag.get(tag)
            value = position + 8
            end = value + length
            if vr is None and group & 1:
                vr = self._unstated_vr(level, tag)
            if vr is None or vr == "SQ" or end > stop or not left:
                break
            if group & 1 and element < 0x100:
                self._note_creator(level, tag, value, end)
            left -= 1
            yield 0, tag, vr, position, value, end
            position = end
        self._position, self._elements = position, left

    # -- between the elements of a data set ---------------------------------------------------------------------

    def _in_data_set(self, level: Level) -> Event | None:
        position, stop = self._position, level.stop
        if position == stop and level.defined:
            return self._close_data_set(level, position)
        if position + 8 > stop:
            return self._rest(level)
        if len(self._levels) == 1 and self.source.cut[position : position + 4] == b"\0\0\0\0":
            return self._rest(level)
        tag, vr, value, length = self._header(level, position)
        if tag >> 16 == 0xFFFE:
            return self._delimiter_in_data_set(level, tag, value, length)
        self._count_element()
        if length == UNDEFINED:
            return self._undefined(level, tag, vr, position, value)
        end = value + length
        if end > stop:
            self._cut_off(tag, length, stop - value)
        if is_private_creator(tag):
            self._note_creator(level, tag, value, end)
        if vr == "SQ":
            return self._open_sequence(level, tag, vr, position, value, end)
        self._position = end
        return ELEMENT, tag, vr, position, value, end

    def _header(self, level: Level, position: int) -> tuple[int, str, int, int]:
        """(tag, VR, offset of the value, length) of the element at `position`; eight bytes are there."""
        raw, encoding = self.source.raw, level.encoding
        group, element, length = _IMPLICIT_HEADER[encoding.little].unpack_from(raw, position)
        tag: int = group << 16 | element
        if not encoding.explicit or group == 0xFFFE:
            return tag, VR_BY_TAG.get(tag) or self._unstated_vr(level, tag), position + 8, length
        code = self.source.cut[position + 4 : position + 6]
        vr = SHORT_VRS.get(code)
        if vr is not None:
            return tag, vr, position + 8, self._length16(level, position)
        vr = LONG_VRS.get(code)
        if vr is None:
            return self._odd_header(level, tag, code, position, length)
        if position + 12 > level.stop:
            self._cut_off(tag, 12, level.stop - position)
        length = _LENGTH[encoding.little].unpack_from(raw, position + 8)[0]
        # UN may hide what is known meanwhile, or what is too long for its VR's 16-bit length (PS3.5 §6.2.2).
        if vr == "UN":
            vr = self._unstated_vr(level, tag)
        return tag, vr, position + 12, length

    def _odd_header(self, level: Level, tag: int, code: bytes, position: int, length: int) -> tuple[int, str, int, int]:
        """A header whose VR is none of the standard's."""
        vr = self._unstated_vr(level, tag)
        if not (code.isalpha() and code.isupper()) and (length == UNDEFINED or position + 8 + length <= level.stop):
            self.findings.note(tag, "Implicit VR within an Explicit VR data set")
            return tag, vr, position + 8, length
        self.findings.note(tag, "unknown VR")
        # A VR yet to come has two reserved bytes and a 32-bit length (PS3.5 §7.1.2); older odd ones have 16 bits.
        if position + 12 <= level.stop and self.source.cut[position + 6 : position + 8] == b"\0\0":
            long_length: int = _LENGTH[level.encoding.little].unpack_from(self.source.raw, position + 8)[0]
            if position + 12 + long_length <= level.stop:
                return tag, vr, position + 12, long_length
        return tag, vr, position + 8, self._length16(level, position)

    def _length16(self, level: Level, position: int) -> int:
        length: int = _SHORT_HEADER[level.encoding.little].unpack_from(self.source.raw, position)[3]
        return length

    def _unstated_vr(self, level: Level, tag: int) -> str:
        """The VR that the dictionaries give for a tag, or UN (PS3.5 §6.2.2)."""
        if not tag & 0x10000:
            return public_vr(tag) or ("UL" if not tag & 0xFFFF else "UN")
        if is_private_creator(tag):
            return "LO"
        creator = level.creators.get(tag >> 8)
        return (creator and private_vr(tag, creator)) or "UN"

    def _note_creator(self, level: Level, tag: int, value: int, end: int) -> None:
        if tag & 0xFFFF >= 0x10 and end - value <= 64:
            level.creators[tag >> 16 << 8 | tag & 0xFF] = self.source.cut[value:end].decode("latin-1").strip(" \0")

    def _undefined(self, level: Level, tag: int, vr: str, position: int, value: int) -> Event:
        if vr == "UN" or (vr == "SQ" and tag & 0x10000):
            return self._open_sequence(level, tag, "SQ", position, value, -1)
        if vr == "SQ":
            return self._open_sequence(level, tag, vr, position, value, -1)
        if vr not in _ENCAPSULATING_VRS:
            raise CannotUnderstand(f"{tag_text(tag)} has an undefined length, which its VR {vr} can't have")
        end = self._gather_fragments(level, tag, value)
        self._position = end
        return ENCAPSULATED, tag, "OB", position, value, end

    def _gather_fragments(self, level: Level, tag: int, value: int) -> int:
        """Lists the fragments of an encapsulated value (PS3.5 §A.4); the end of its delimiter."""
        unpack, raw, stop = _IMPLICIT_HEADER[level.encoding.little].unpack_from, self.source.raw, level.stop
        self.fragments = fragments = []
        position = value
        while position + 8 <= stop:
            group, element, length = unpack(raw, position)
            if group << 16 | element == SEQUENCE_DELIMITER:
                return position + 8
            if group << 16 | element != ITEM_TAG:
                raise CannotUnderstand(f"{tag_text(tag)}: neither a fragment nor the delimiter follows a fragment")
            position += 8
            if length > stop - position:
                self._cut_off(tag, length, stop - position)
            fragments.append((position, length))
            position += length
            self._count_element()
        raise CannotUnderstand(f"{tag_text(tag)}: the object ends before the delimiter of its fragments")

    def _delimiter_in_data_set(self, level: Level, tag: int, value: int, length: int) -> Event | None:
        self._position = value
        if tag == ITEM_DELIMITER and len(self._levels) > 1:
            if level.defined and value != level.stop:
                self.findings.note(level.tag, "an Item of defined length ends early, by a delimiter")
            return self._close_data_set(level, value)
        if tag == ITEM_TAG or length:
            raise CannotUnderstand(f"{tag_text(tag)} stands where a Data Element is due")
        self.findings.note(tag, "a delimiter stands where a Data Element is due")
        self._count_element()
        return None

    def _rest(self, level: Level) -> Event | None:
        """What is left is no element: padding with zeros, or the stump of a cut."""
        position, stop = self._position, level.stop
        if len(self._levels) == 1 and not self._any_set(position, stop) and stop - position > 1:
            self.findings.note(0, "zeros follow the data set")
            return self._close_data_set(level, stop)
        if not level.defined:
            raise CannotUnderstand(f"{tag_text(level.tag)}: what encloses an Item ends before the Item does")
        raise CannotUnderstand(f"{stop - position} bytes at the end are no Data Element: truncated")

    def _any_set(self, position: int, stop: int) -> bool:
        return any(self.source.cut[at : min(at + 65536, stop)].strip(b"\0") for at in range(position, stop, 65536))

    def _close_data_set(self, level: Level, end: int) -> Event | None:
        self._levels.pop()
        if not self._levels:
            return None
        self._position = end
        return ITEM_END, level.tag, level.vr, level.start, level.start, end

    # -- between the Items of a Sequence ------------------------------------------------------------------------

    def _open_sequence(self, level: Level, tag: int, vr: str, position: int, value: int, end: int) -> Event:
        if len(self._levels) >= 2 * self.limits.depth:
            raise TooLarge(f"Sequences are nested deeper than {self.limits.depth}")
        encoding = level.encoding
        head = self.source.cut[value : value + 4]
        if not encoding.little and head == b"\xfe\xff\x00\xe0":
            encoding = IMPLICIT_LITTLE  # the value of an UN is little endian whatever surrounds it (PS3.5 §6.2.2)
        self._levels.append(Level(True, tag, vr, position, level.stop if end < 0 else end, end >= 0, encoding))
        self._position = value
        return SEQUENCE, tag, vr, position, value, end

    def _in_sequence(self, level: Level) -> Event | None:
        position, stop = self._position, level.stop
        if position == stop and level.defined:
            return self._close_sequence(level, position)
        if position + 8 > stop:
            raise CannotUnderstand(f"{tag_text(level.tag)}: what encloses this Sequence ends before it does")
        group, element, length = _IMPLICIT_HEADER[level.encoding.little].unpack_from(self.source.raw, position)
        tag = group << 16 | element
        value = position + 8
        if tag == ITEM_TAG:
            return self._open_item(level, position, value, length)
        if tag == SEQUENCE_DELIMITER:
            if level.defined and value != stop:
                raise CannotUnderstand(f"{tag_text(level.tag)}: a delimiter inside a Sequence of defined length")
            return self._close_sequence(level, value)
        if tag == ITEM_DELIMITER and not length:
            self.findings.note(level.tag, "a delimiter without its Item")
            self._position = value
            self._count_element()
            return None
        raise CannotUnderstand(f"{tag_text(level.tag)}: no Item where one is due")

    def _open_item(self, level: Level, position: int, value: int, length: int) -> Event:
        self._items -= 1
        if self._items < 0:
            raise TooLarge(f"More than {self.limits.items} Items")
        defined = length != UNDEFINED
        stop = value + length if defined else level.stop
        if stop > level.stop:
            self._cut_off(level.tag, length, level.stop - value)
        encoding = level.encoding
        if encoding.explicit:
            if not self._shows_vr(value, stop):
                encoding = IMPLICIT_LITTLE if encoding.little else IMPLICIT_BIG
        elif self._hides_vr(value, stop, encoding.little):
            self.findings.note(level.tag, "an Item in Explicit VR within an Implicit VR data set")
            encoding = EXPLICIT_LITTLE if encoding.little else EXPLICIT_BIG
        self._levels.append(Level(False, level.tag, level.vr, position, stop, defined, encoding))
        self._position = value
        return ITEM, level.tag, level.vr, position, value, stop if defined else -1

    def _shows_vr(self, position: int, stop: int) -> bool:
        """True unless the first element of an Item is in Implicit VR, as inside an UN (PS3.5 §6.2.2 note 2)."""
        if position + 8 > stop:
            return True
        head = self.source.cut[position : position + 6]
        return head[:2] in (b"\xfe\xff", b"\xff\xfe") or (head[4:6].isalpha() and head[4:6].isupper())

    def _hides_vr(self, position: int, stop: int, little: bool) -> bool:
        """True if the first element of an Item can't be in Implicit VR but well in Explicit VR, as some MR write."""
        if position + 8 > stop:
            return False
        length = _LENGTH[little].unpack_from(self.source.raw, position + 4)[0]
        if length <= stop - position - 8:
            return False
        code = self.source.cut[position + 4 : position + 6]
        return code in SHORT_VRS or code in LONG_VRS

    def _close_sequence(self, level: Level, end: int) -> Event:
        self._levels.pop()
        self._position = end
        return SEQUENCE_END, level.tag, level.vr, level.start, level.start, end

    # -- limits -------------------------------------------------------------------------------------------------

    def _count_element(self) -> None:
        self._elements -= 1
        if self._elements < 0:
            raise TooLarge(f"More than {self.limits.elements} Data Elements")

    def _cut_off(self, tag: int, length: int, left: int) -> NoReturn:
        raise CannotUnderstand(f"truncated: {tag_text(tag)} tells {length} bytes, {max(left, 0)} are left")
