"""The one pass over a header: DICOM JSON, index texts and where the pixels are, from the walker's events.

JSON is written as bytes, fragment by fragment, in the order of tags per data set (PS3.18 §F.2.2); no Python object
stands for the data set at any time, which is what makes it fast and its memory small.
"""

from __future__ import annotations

from typing import Final

from archive.dicom import walker
from archive.dicom.charset import DEFAULT_CHARSET, Charset, charset_of
from archive.dicom.dictionary import AMBIGUOUS_VRS, BINARY_VRS
from archive.dicom.findings import tag_text
from archive.dicom.index_attributes import CONCEPT_NAME_SEQUENCE, REQUEST_ATTRIBUTES_SEQUENCE, TEXT_TAGS
from archive.dicom.limits import Limits
from archive.dicom.memory import ELEMENT_BYTES, SEQUENCE_BYTES, Memory, memory_for
from archive.dicom.part10 import PartTen
from archive.dicom.settled_vr import LUT_DESCRIPTOR, PIXEL_REPRESENTATION, SettledVrs
from archive.dicom.values import encode_value
from archive.errors import TooLarge

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
_TEXT_SEQUENCES: Final = frozenset({CONCEPT_NAME_SEQUENCE, REQUEST_ATTRIBUTES_SEQUENCE})


class DataSetLevel:
    """An open data set: the top one, or an Item's."""

    __slots__ = ("charset", "fragments", "memory", "path", "pixel_representation", "texts")

    def __init__(self, charset: Charset, memory: Memory, path: str, texts: dict[int, str] | None) -> None:
        self.charset = charset
        self.memory = memory
        self.path = path  # of the Item, as in "54000100/0/"
        self.texts = texts
        self.fragments: dict[int, bytes] = {}
        self.pixel_representation: int | None = None

    def joined(self) -> bytes:
        fragments = self.fragments
        return b"{" + b",".join([fragments[tag] for tag in sorted(fragments)]) + b"}"


class SequenceLevel:
    """An open Sequence with the JSON of the Items that are closed."""

    __slots__ = ("doubts", "items", "start")

    def __init__(self, start: int, doubts: int) -> None:
        self.start = start
        self.doubts = doubts
        self.items: list[bytes] = []


class HeaderPass:
    """Runs once; afterwards its public attributes hold the outcome."""

    def __init__(self, opened: PartTen, limits: Limits) -> None:
        self._opened = opened
        self._limits = limits
        self._findings = opened.findings
        self._walk = walker.Walk(opened.dataset, opened.start, opened.encoding, limits, opened.findings)
        self._vrs = SettledVrs(opened, limits)
        memory = memory_for(opened.encoding, DEFAULT_CHARSET.codecs)
        self._root = DataSetLevel(DEFAULT_CHARSET, memory, "", {})
        self._open: list[DataSetLevel] = [self._root]
        self._sequences: list[SequenceLevel] = []
        self._doubts = 0  # counts what keeps a Sequence from being remembered
        self._json_bytes = 0
        self.texts: dict[int, str] = self._root.texts or {}
        self.sequence_texts: dict[int, list[dict[int, str]]] = {tag: [] for tag in _TEXT_SEQUENCES}
        self.pixel_data: tuple[int, int, int] | None = None  # tag, offset, length of a native value
        self.fragments: list[tuple[int, int]] | None = None
        self.extended_offsets = b""
        self.extended_lengths = b""

    def run(self) -> bytes:
        """The data set as DICOM JSON, bulk data paths still marked."""
        self._root.texts = self.texts
        level = self._root
        cut, walk = self._opened.dataset.cut, self._walk
        fragments, recall = level.fragments, level.memory.get
        for kind, tag, vr, start, value, end in walk:
            if kind == walker.ELEMENT:
                if end - start <= ELEMENT_BYTES:
                    known = recall(cut[start:end])
                    if known is not None and known[2] == vr:
                        fragments[tag] = known[0]
                        if known[1] is not None and level.texts is not None:
                            level.texts[tag] = known[1]
                        continue
                self._element(level, tag, vr, start, value, end)
                recall = level.memory.get
            else:
                level = self._structure(level, kind, tag, vr, start, value, end)
                fragments, recall = level.fragments, level.memory.get
        told = self._root.joined()
        if SPECIFIC_CHARACTER_SET not in fragments and not told.isascii():
            fragments[SPECIFIC_CHARACTER_SET] = _UTF_8
            told = self._root.joined()
        return told

    # -- elements -----------------------------------------------------------------------------------------------

    def _element(self, level: DataSetLevel, tag: int, vr: str, start: int, value: int, end: int) -> None:
        if not tag & 0xFFFF:
            return  # group lengths are no part of DICOM JSON (PS3.18 §F.2.2)
        if tag in _SPECIAL and self._special(level, tag, vr, value, end):
            return
        stated = vr
        if vr in AMBIGUOUS_VRS:
            self._doubts += 1
            known = [open_level.pixel_representation for open_level in self._open]
            vr = self._vrs.settle(tag, vr, known, level.fragments.get(LUT_DESCRIPTOR, b""))
        if self._is_bulk(tag, vr, end - value):
            self._add_bulk(level, tag, vr)
            return
        raw = self._opened.dataset.cut[value:end]
        encoded = encode_value(vr, raw, level.charset, self._walk.encoding.little)
        if encoded.comment:
            self._findings.note(tag, encoded.comment)
        vr = encoded.vr or vr
        fragment = b'"%08X":{"vr":"%b"%b%b}' % (tag, vr.encode(), b"," if encoded.json else b"", encoded.json)
        level.fragments[tag] = fragment
        text = encoded.text.replace("\0", "") if tag in TEXT_TAGS else None
        if text is not None and level.texts is not None:
            level.texts[tag] = text
        if end - start <= ELEMENT_BYTES and stated == vr and not encoded.comment and tag not in _SPECIAL:
            level.memory.put(self._opened.dataset.cut[start:end], (fragment, text, vr))

    def _special(self, level: DataSetLevel, tag: int, vr: str, value: int, end: int) -> bool:
        """Takes note of the value; True when the element is done with."""
        cut = self._opened.dataset.cut
        if tag == SPECIFIC_CHARACTER_SET:
            self._change_charset(level, cut[value:end] if end - value <= 1024 else b"")
            return True
        if tag == PIXEL_REPRESENTATION:
            if end - value == 2:
                little = self._walk.encoding.little
                level.pixel_representation = int.from_bytes(cut[value:end], "little" if little else "big")
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
        level.memory = memory_for(self._walk.encoding, charset.codecs)
        if charset.comment:
            self._findings.note(SPECIFIC_CHARACTER_SET, charset.comment)
        # The text told from here on is UTF-8, and says so (PS3.18 §F.2.1).
        empty = not raw.strip(b" \0")
        level.fragments[SPECIFIC_CHARACTER_SET] = b'"00080005":{"vr":"CS"}' if empty else _UTF_8
        if level.texts is not None:
            level.texts[SPECIFIC_CHARACTER_SET] = raw.decode("latin-1").strip(" \0")

    def _is_bulk(self, tag: int, vr: str, length: int) -> bool:
        if tag in PIXEL_TAGS:
            return length > 0
        if length <= INLINE_BYTES:
            return False
        if vr in BINARY_VRS:
            return True
        if length <= self._limits.value_bytes:
            return False
        if vr not in _BULK_VRS:
            raise TooLarge(f"{tag_text(tag)} has {length} bytes, more than a value of VR {vr} may have")
        return True

    def _add_bulk(self, level: DataSetLevel, tag: int, vr: str) -> None:
        self._doubts += 1
        path = f"{level.path}{tag:08X}".encode()
        level.fragments[tag] = b'"%08X":{"vr":"%b","BulkDataURI":"%b%b"}' % (tag, vr.encode(), PATH_MARK, path)

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
            raw, fragment = known
            end = start + len(raw)
            if self._opened.dataset.cut[start:end] == raw and self._walk.skip(end):
                level.fragments[tag] = fragment
                return
        self._sequences.append(SequenceLevel(start, self._doubts + len(self._findings.seen)))

    def _item(self, parent: DataSetLevel, tag: int) -> DataSetLevel:
        texts: dict[int, str] | None = None
        if parent is self._root and tag in _TEXT_SEQUENCES:
            texts = {}
            self.sequence_texts[tag].append(texts)
        path = f"{parent.path}{tag:08X}/{len(self._sequences[-1].items)}/"
        level = DataSetLevel(parent.charset, memory_for(self._walk.encoding, parent.charset.codecs), path, texts)
        self._open.append(level)
        return level

    def _sequence_end(self, level: DataSetLevel, tag: int, start: int, end: int) -> None:
        sequence = self._sequences.pop()
        fragment = b'"%08X":{"vr":"SQ"' % tag
        if sequence.items:
            fragment += b',"Value":[' + b",".join(sequence.items) + b"]"
        fragment += b"}"
        level.fragments[tag] = fragment
        if end - start <= SEQUENCE_BYTES and sequence.doubts == self._doubts + len(self._findings.seen):
            level.memory.put_sequence(tag, self._opened.dataset.cut[start:end], fragment)
        if level is self._root:
            self._json_bytes += len(fragment)
            if self._json_bytes > self._limits.json_bytes:
                raise TooLarge(f"The header is more than {self._limits.json_bytes} bytes as DICOM JSON")
