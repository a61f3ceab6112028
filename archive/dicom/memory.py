"""What was encoded before, to be reused: the headers of one series differ in a handful of elements.

Keyed by the very bytes of an element, header included, within one encoding and character set. Bounded twice: by the
number of entries (two generations; the older is dropped when the younger is full) and by the size of each.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from archive.dicom.part10 import Encoding

ELEMENT_BYTES: Final = 256
SEQUENCE_BYTES: Final = 4096
_ENTRIES: Final = 4096
_SEQUENCES: Final = 512
_CONTEXTS: Final = 24

# (fragment of JSON, text for the index or None, VR the fragment was made for)
Entry: TypeAlias = tuple[bytes, str | None, str]


class KnownSequence(NamedTuple):
    """A Sequence met before: its bytes, what was told of them, and what it costs against the limits."""

    raw: bytes
    fragment: bytes
    depth: int
    items: int
    elements: int


class Memory:
    """One context's memory. Safe to share between threads: every step is a single dictionary operation."""

    __slots__ = ("_old", "_young", "sequences")

    def __init__(self) -> None:
        self._young: dict[bytes, Entry] = {}
        self._old: dict[bytes, Entry] = {}
        self.sequences: dict[int, KnownSequence] = {}  # the latest one by tag

    def get(self, raw: bytes) -> Entry | None:
        entry = self._young.get(raw)
        if entry is None:
            entry = self._old.get(raw)
            if entry is not None:
                self.put(raw, entry)
        return entry

    def put(self, raw: bytes, entry: Entry) -> None:
        if len(self._young) >= _ENTRIES:
            self._old, self._young = self._young, {}
        self._young[raw] = entry

    def put_sequence(self, tag: int, known: KnownSequence) -> None:
        if len(self.sequences) >= _SEQUENCES:
            self.sequences = {}
        self.sequences[tag] = known


_contexts: dict[tuple[Encoding, tuple[str, ...]], Memory] = {}


def memory_for(encoding: Encoding, codecs: tuple[str, ...]) -> Memory:
    """The memory of this encoding and character set."""
    memory = _contexts.get((encoding, codecs))
    if memory is None:
        if len(_contexts) >= _CONTEXTS:
            _contexts.clear()
        memory = _contexts[encoding, codecs] = Memory()
    return memory


def forget() -> None:
    """Empties every memory: for measurements and tests."""
    _contexts.clear()
