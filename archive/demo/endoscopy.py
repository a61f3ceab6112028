"""Endoscopy: a colonoscopy clip (H.264) and still photographs."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import VideoEndoscopicImageStorage, VLEndoscopicImageStorage

from archive.demo import part10
from archive.demo.colon import View, paint
from archive.demo.header import Series, code, image_header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.photo import photograph

CLIP = Path(__file__).parent / "assets" / "endoscopy.mp4"
CLIP_FRAMES, CLIP_ROWS, CLIP_COLUMNS, CLIP_RATE = 150, 720, 1280, 25
_ROWS, _COLUMNS = 540, 720
_VIEWS = (
    View(2.3, 0.10, -0.10, 0.0, (2.98, 0.75, 0.24)),
    View(1.2, -0.20, 0.10, 0.4),
    View(4.0, -0.10, 0.20, 1.9, inflamed=0.8),
    View(2.9, 0.05, 0.00, 2.6),
    View(5.4, 0.22, -0.16, 0.9, (6.05, -2.1, 0.20)),
    View(6.6, -0.15, -0.20, 3.3, inflamed=0.35),
)
_SITES = ("Caecum", "Ascending colon", "Transverse colon", "Descending colon", "Sigmoid colon", "Rectum")


@lru_cache(maxsize=8)
def _still(number: int) -> NDArray[np.uint8]:
    return paint(_VIEWS[number], _ROWS, _COLUMNS, 1 + number % 3)


def count(order: StudyOrder) -> int:
    return int(order.options.get("stills", "4")) + (1 if order.options.get("video") == "1" else 0)


def build(order: StudyOrder) -> Iterator[bytes]:
    """The stills of one examination, and the video when the order says so."""
    stills = Series(1, "ES", "Stills", "Atrium Scope HD", "ENDO1", "COLON", protocol="Colonoscopy")
    first = int(order.options.get("first", "0"))
    for number in range(1, int(order.options.get("stills", "4")) + 1):
        which = (first + number - 1) % len(_VIEWS)
        pixels = _still(which)
        if first % 2:
            pixels = np.ascontiguousarray(pixels[:, ::-1])
        ds, syntax = photograph(order, stills, number, VLEndoscopicImageStorage, pixels, part10.JPEG, 90)
        ds.AnatomicRegionSequence = items(code("71854001", "SCT", "Colon"))
        ds.ImageComments = f"{ds.ImageComments}; {_SITES[which]}"
        yield part10.part10(ds, syntax)
    if order.options.get("video") == "1":
        yield _video(order)


def _video(order: StudyOrder) -> bytes:
    """The clip as it is, one fragment (PS3.5 §8.2.7)."""
    series = Series(2, "ES", "Video", "Atrium Scope HD", "ENDO1", "COLON", protocol="Colonoscopy", minutes=2)
    ds = image_header(order, series, 1, VideoEndoscopicImageStorage, "ORIGINAL\\PRIMARY")
    clip = CLIP.read_bytes()
    ds.PatientOrientation = ""
    ds.AcquisitionContextSequence = []
    ds.AnatomicRegionSequence = items(code("71854001", "SCT", "Colon"))
    ds.CineRate, ds.RecommendedDisplayFrameRate = CLIP_RATE, CLIP_RATE
    ds.FrameTime = f"{1000 / CLIP_RATE:g}"
    ds.FrameIncrementPointer = 0x00181063
    ds.NumberOfFrames = CLIP_FRAMES
    ds.EffectiveDuration = CLIP_FRAMES / CLIP_RATE
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_PARTIAL_420", 0
    ds.Rows, ds.Columns = CLIP_ROWS, CLIP_COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    part10.mark_lossy(ds, CLIP_FRAMES * CLIP_ROWS * CLIP_COLUMNS * 3, len(clip), "ISO_14496_10")
    ds.PixelData = encapsulate([clip], has_bot=False)
    ds["PixelData"].VR = "OB"
    return part10.part10(ds, part10.H264)


BUILDER = Builder(count, build)
