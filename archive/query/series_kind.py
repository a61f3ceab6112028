"""SOP Classes → how a Series is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

KINDS: Final = ("stack", "cine", "video", "ecg", "slide", "document", "sr", "seg", "other")

_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
# Leaves of the storage SOP Class UIDs (PS3.4 §B.5); a leaf stands for everything below it, the longest one decides.
_KIND_BY_LEAF: Final = {
    "77.1.1.1": "video",
    "77.1.2.1": "video",
    "77.1.4.1": "video",
    "9.1.1": "ecg",
    "9.1.4": "ecg",
    "77.1.6": "slide",
    "104": "document",
    "104.3": "other",  # encapsulated STL, OBJ and MTL are models, not pages
    "104.4": "other",
    "104.5": "other",
    "88": "sr",
    "88.59": "other",  # Key Object Selection points at images and is no report
    "66.4": "seg",
    "66.7": "seg",
}
# Modalities whose multi-frame objects are moving pictures; elsewhere the frames of one object are slices.
_MOVING: Final = frozenset({"US", "XA", "RF", "ES", "IVUS", "XC", "DMS", "ECHO", "HD", "GM"})


def series_kind(sop_class_uids: Iterable[str], *, modality: str, instance_count: int, frame_count: int) -> str:
    """One of `KINDS`; of several SOP Classes in a Series the first with a kind of its own decides."""
    for uid in sop_class_uids:
        if kind := _kind(uid):
            return kind
    if not frame_count:
        return "other"
    return "cine" if modality in _MOVING and frame_count > instance_count else "stack"


def _kind(uid: str) -> str:
    if not uid.startswith(_STORAGE):
        return ""
    leaf = uid.removeprefix(_STORAGE)
    while leaf:
        if kind := _KIND_BY_LEAF.get(leaf):
            return kind
        leaf = leaf.rpartition(".")[0]
    return ""
