"""The one pass over a header: DICOM JSON, index texts and where the pixels are, from the walker's events.

JSON is written as bytes, fragment by fragment, in the order of tags per data set (PS3.18 §F.2.2); no Python object
stands for the data set at any time, which is what makes it fast and its memory small.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from archive.dicom import walker
from archive.dicom.charset import DEFAULT_CHARSET, Charset, charset_of
from archive.dicom.dictionary import AMBIGUOUS_VRS, BINARY_VRS
from archive.dicom.findings import tag_text
from archive.dicom.index_attributes import CONCEPT_NAME_SEQUENCE, REQUEST_ATTRIBUTES_SEQUENCE, TEXT_TAGS
from archive.dicom.limits import Limits
from archive.dicom.memory import ELEMENT_BYTES, SEQUENCE_BYTES, KnownSequence, memory_for
from archive.dicom.part10 import Encoding, PartTen
from archive.dicom.settled_vr import LUT_DESCRIPTOR, PIXEL_REPRESENTATION, SettledVrs
from archive.dicom.values import encode_value
from archive.errors import CannotUnderstand, TooLarge

INLINE_BYTES: Final = 1024  # a longer binary value is bulk data

# Stands for the instance's bulk data path until all its UIDs are known. JSON never holds it unescaped.
PATH_MARK: Final = b"\x1e"

SPECIFIC_CHARACTER_SET: Final = 0x00080005
_UTF_8: Final = b'"00080005":{"vr":"CS","Value":["ISO_IR 192"]}'
PIXEL_DATA: Final = 0x7FE00010
FLOAT_PIXEL_DATA: Final = 0x7FE00008
DOUBLE_PIXEL_DATA: Final = 0x7FE00009
PIXEL_TAGS: Final = frozenset({PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA})
EXTENDED_OFFSETS: Final = 0x7FE00001
EXTENDED_LENGTHS: Final = 0x7FE00002

# VRs that PS3.18 §F.2.2 lets be bulk data beside the binary ones.
_BULK_VRS: Final = BINARY_VRS | frozenset(
    {"DS", "FD", "FL", "IS", "LT", "SL", "SS", "ST", "SV", "UC", "UL", "US", "UT", "UV"}
)
# Values that change how others are read, or that the frame table needs: looked at every time.
_SPECIAL: Final = PIXEL_TAGS | {SPECIFIC_CHARACTER_SET, PIXEL_REPRESENTATION, EXTENDED_OFFSETS, EXTENDED_LENGTHS}
# Groups 0000 and 0002 are of messages and of the File Meta Information.
_FOREIGN_GROUPS: Final = frozenset({0x0000, 0x0002})
_TEXT_SEQUENCES: Final = frozenset({CONCEPT_NAME_SEQUENCE, REQUEST_ATTRIBUTES_SEQUENCE})


@lru_cache(maxsize=16384)
def _opening(tag: int, vr: str) -> bytes:
    return f'"{tag:08X}":{{"vr":"{vr}"'.encode()


class DataSetLevel:
    """An open data set: the top one, or an Item's."""

    __slots__ = ("charset", "encoding", "fragments", "little", "memory", "path", "pixel_representation", "texts")

    def __init__(self, encoding: Encoding, charset: Charset, path: str, texts: dict[int, str] | None) -> None:
        self.encoding = encoding
        self.little = encoding.little
        self.charset = charset
        self.memory = memory_for(encoding, charset.codecs)
        self.path = path  # of the Item, as in "54000100/0/"
        self.texts = texts
        self.fragments: dict[int, bytes] = {}
        self.pixel_representation: int | None = None

    def joined(self) -> bytes:
        fragments = self.fragments
        return b"{" + b",".join([fragments[tag] for tag in sorted(fragments)]) + b"}"


class SequenceLevel:
    """An open Sequence with the JSON of the Items that are closed."""

    __slots__ = ("allowance", "depth", "doubts", "items")

    def __init__(self, doubts: int, allowance: tuple[int, int]) -> None:
        self.doubts = doubts
        self.allowance = allowance
        self.depth = 1
        self.items: list[bytes] = []


class HeaderPass:
    """Runs once; afterwards its public attributes hold the outcome."""

    def __init__(self, opened: PartTen, limits: Limits) -> None:
        self._limits = limits
        self._cut = opened.dataset.cut
        self._findings = opened.findings
        self._walk = walker.Walk(opened.dataset, opened.start, opened.encoding, limits, opened.findings)
        self._vrs = SettledVrs(opened, limits)
        self.texts: dict[int, str] = {}
        self._root = DataSetLevel(opened.encoding, DEFAULT_CHARSET, "", self.texts)
        self._open: list[DataSetLevel] = [self._root]
        self._sequences: list[SequenceLevel] = []
        self._doubts = 0  # counts what keeps a Sequence from being remembered
        self._json_bytes = 0
        self.sequence_texts: dict[int, list[dict[int, str]]] = {tag: [] for tag in _TEXT_SEQUENCES}
        self.pixel_data: tuple[int, int, int] | None = None  # tag, offset, length of a native value
        self.fragments: list[tuple[int, int]] | None = None
        self.extended_offsets = b""
        self.extended_lengths = b""

    def run(self) -> bytes:
        """The data set as DICOM JSON, bulk data paths still marked."""
        level = self._root
        cut, fragments, texts, recall = self._cut, level.fragments, level.texts, level.memory.get
        for kind, tag, vr, start, value, end in self._walk:
            if kind == walker.ELEMENT:
                if end - start <= ELEMENT_BYTES:
                    whole = cut[start:end]
                    known = recall(whole)
                    if known is not None and known[2] == vr:
                        fragments[tag] = known[0]
                        if known[1] is not None and texts is not None:
                            texts[tag] = known[1]
                        continue
                    self._element(level, tag, vr, value, end, whole)
                else:
                    self._element(level, tag, vr, value, end, None)
            else:
                level = self._structure(level, kind, tag, vr, start, value, end)
                fragments, texts = level.fragments, level.texts
            recall = level.memory.get
        told = self._root.joined()
        if SPECIFIC_CHARACTER_SET not in fragments and not told.isascii():
            fragments[SPECIFIC_CHARACTER_SET] = _UTF_8
            told = self._root.joined()
        return told

    # -- elements -----------------------------------------------------------------------------------------------

    def _element(self, level: DataSetLevel, tag: int, vr: str, value: int, end: int, whole: bytes | None) -> None:
        """Encodes an element; `whole` are its bytes with the header if they are few enough to be remembered."""
        if not tag & 0xFFFF:
            return  # group lengths are no part of DICOM JSON (PS3.18 §F.2.2)
        if tag >> 16 in _FOREIGN_GROUPS:
            raise CannotUnderstand(f"{tag_text(tag)} is of a group that a data set does not have (PS3.5 §7.1)")
        special = tag in _SPECIAL
        if special and self._special(level, tag, vr, value, end):
            return
        stated = vr
        if vr in AMBIGUOUS_VRS:
            self._doubts += 1
            known = [open_level.pixel_representation for open_level in self._open]
            vr = self._vrs.settle(tag, vr, known, level.fragments.get(LUT_DESCRIPTOR, b""))
        if (special or end - value > INLINE_BYTES) and self._is_bulk(tag, vr, end - value):
            self._add_bulk(level, tag, vr)
            return
        json, text, comment, other_vr = encode_value(vr, self._cut[value:end], level.charset, level.little)
        if comment:
            self._findings.note(tag, comment)
        fragment = _opening(tag, other_vr or vr) + (b"," + json + b"}" if json else b"}")
        level.fragments[tag] = fragment
        told = text.replace("\0", "") if tag in TEXT_TAGS else None
        if told is not None and level.texts is not None:
            level.texts[tag] = told
        if whole is not None and not special and not comment and stated == vr:
            level.memory.put(whole, (fragment, told, vr))

    def _special(self, level: DataSetLevel, tag: int, vr: str, value: int, end: int) -> bool:
        """Takes note of the value; True when the element is done with."""
        cut = self._cut
        if tag == SPECIFIC_CHARACTER_SET:
            self._change_charset(level, cut[value:end] if end - value <= 1024 else b"")
            return True
        if tag == PIXEL_REPRESENTATION:
            if end - value == 2:
                level.pixel_representation = int.from_bytes(cut[value:end], "little" if level.little else "big")
        elif level is self._root:
            if tag in PIXEL_TAGS:
                self.pixel_data = (tag, value, end - value)
            elif tag == EXTENDED_OFFSETS:
                self.extended_offsets = cut[value:end]
            else:
                self.extended_lengths = cut[value:end]
        return False

    def _change_charset(self, level: DataSetLevel, raw: bytes) -> None:
        charset = level.charset = charset_of(raw.rstrip(b" \0"))
        level.memory = memory_for(level.encoding, charset.codecs)
        if charset.comment:
            self._findings.note(SPECIFIC_CHARACTER_SET, charset.comment)
        # The text told from here on is UTF-8, and says so (PS3.18 §F.2.1).
        empty = not raw.strip(b" \0")
        level.fragments[SPECIFIC_CHARACTER_SET] = b'"00080005":{"vr":"CS"}' if empty else _UTF_8
        if level.texts is not None:
            level.texts[SPECIFIC_CHARACTER_SET] = raw.decode("latin-1").replace("\0", "").strip(" ")

    def _is_bulk(self, tag: int, vr: str, length: int) -> bool:
        if tag in PIXEL_TAGS:
            return length > 0
        if vr in BINARY_VRS:
            return length > INLINE_BYTES
        if length <= self._limits.value_bytes:
            return False
        if vr not in _BULK_VRS:
            raise TooLarge(f"{tag_text(tag)} has {length} bytes, more than a value of VR {vr} may have")
        return True

    def _add_bulk(self, level: DataSetLevel, tag: int, vr: str) -> None:
        self._doubts += 1
        path = f"{level.path}{tag:08X}".encode()
        level.fragments[tag] = _opening(tag, vr) + b',"BulkDataURI":"' + PATH_MARK + path + b'"}'

    # -- Sequences and encapsulated values ----------------------------------------------------------------------

    def _structure(
        self, level: DataSetLevel, kind: int, tag: int, vr: str, start: int, value: int, end: int
    ) -> DataSetLevel:
        """Follows an opening or closing; the data set that is innermost from here on."""
        if kind == walker.SEQUENCE:
            self._sequence(level, tag, start)
        elif kind == walker.ITEM:
            return self._item(level, tag)
        elif kind == walker.ITEM_END:
            self._sequences[-1].items.append(level.joined())
            self._open.pop()
            return self._open[-1]
        elif kind == walker.SEQUENCE_END:
            self._sequence_end(level, tag, start, end)
        else:
            if level is self._root and tag in PIXEL_TAGS:
                self.fragments = self._walk.fragments
            self._add_bulk(level, tag, vr)
        return level

    def _sequence(self, level: DataSetLevel, tag: int, start: int) -> None:
        known = level.memory.sequences.get(tag)
        if known is not None and (level is not self._root or tag not in _TEXT_SEQUENCES):
            end = start + len(known.raw)
            # The bytes end the Sequence by themselves, so equal bytes are the same Sequence.
            if self._cut[start:end] == known.raw and self._walk.skip(end, known.depth, known.items, known.elements):
                level.fragments[tag] = known.fragment
                self._nests(known.depth)
                return
        self._sequences.append(SequenceLevel(self._doubts + len(self._findings.seen), self._walk.allowance))

    def _nests(self, depth: int) -> None:
        if self._sequences:
            outer = self._sequences[-1]
            outer.depth = max(outer.depth, depth + 1)

    def _item(self, parent: DataSetLevel, tag: int) -> DataSetLevel:
        texts: dict[int, str] | None = None
        if parent is self._root and tag in _TEXT_SEQUENCES:
            texts = {}
            self.sequence_texts[tag].append(texts)
        path = f"{parent.path}{tag:08X}/{len(self._sequences[-1].items)}/"
        level = DataSetLevel(self._walk.encoding, parent.charset, path, texts)
        self._open.append(level)
        return level

    def _sequence_end(self, level: DataSetLevel, tag: int, start: int, end: int) -> None:
        sequence = self._sequences.pop()
        fragment = _opening(tag, "SQ")
        if sequence.items:
            fragment += b',"Value":[' + b",".join(sequence.items) + b"]"
        fragment += b"}"
        level.fragments[tag] = fragment
        self._nests(sequence.depth)
        if end - start <= SEQUENCE_BYTES and sequence.doubts == self._doubts + len(self._findings.seen):
            items, elements = self._walk.allowance
            spent = (sequence.allowance[0] - items, sequence.allowance[1] - elements)
            level.memory.put_sequence(tag, KnownSequence(self._cut[start:end], fragment, sequence.depth, *spent))
        if level is self._root:
            self._json_bytes += len(fragment)
            if self._json_bytes > self._limits.json_bytes:
                raise TooLarge(f"The header is more than {self._limits.json_bytes} bytes as DICOM JSON")
