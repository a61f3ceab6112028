"""Ultrasound: echocardiography cines with a beating heart of known ejection fraction, and abdominal and neck stills."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UltrasoundImageStorage, UltrasoundMultiFrameImageStorage

from archive.demo import part10
from archive.demo.echo import (
    COLUMNS,
    CURVED,
    LINEAR,
    PHASED,
    ROWS,
    Heart,
    Probe,
    four_chambers,
    liver_and_kidney,
    long_axis,
    plane,
    screen,
    thyroid,
)
from archive.demo.header import Series, code, image_header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.texture import Array, smooth_noise, smoothstep

FRAMES, FRAME_MS, HEART_RATE = 30, 27.8, 72
HEARTS = {"normal": Heart(), "weak": Heart(29.0, 46.0, 0.13, 0.07), "small": Heart(21.0, 38.0, 0.34, 0.17)}
_VIEWS = ("4 Apical 4-chamber", "5 Apical colour Doppler", "6 Parasternal long axis")


def truth(order: StudyOrder) -> dict[str, float]:
    """Volumes in ml and ejection fraction in percent the phantom was built with; nodule size in mm for the neck."""
    if order.options["view"] == "thyroid":
        return {"nodule_mm": float(order.options["nodule"])}
    heart = HEARTS[order.options.get("heart", "normal")]
    full, rest = heart.volumes()
    return {"edv_ml": full, "esv_ml": rest, "ef_percent": heart.ejection_fraction()}


def count(order: StudyOrder) -> int:
    return (
        int(order.options.get("clips", "2"))
        if order.options["view"] == "heart"
        else int(order.options.get("stills", "3"))
    )


def build(order: StudyOrder) -> Iterator[bytes]:
    """Cines of the heart, one series each; or a series of stills."""
    if order.options["view"] != "heart":
        yield from _stills(order)
        return
    name = order.options.get("heart", "normal")
    for number in range(int(order.options.get("clips", "2"))):
        series = Series(
            number + 1, "US", _VIEWS[number], "Atrium Echo 9", "ECHO1", "HEART", None, "TTE adult", 2.0 * number
        )
        ds = image_header(order, series, 1, UltrasoundMultiFrameImageStorage, "ORIGINAL\\PRIMARY\\\\0001")
        frames = _cine(name, number)
        _multi_frame(ds, len(frames))
        _screen_module(ds, PHASED)
        part10.mark_lossy(ds, len(frames) * ROWS * COLUMNS * 3, sum(map(len, frames)))
        ds.PixelData = encapsulate(list(frames), has_bot=True)
        ds["PixelData"].VR = "OB"
        yield part10.part10(ds, part10.JPEG)


@lru_cache(maxsize=9)
def _cine(name: str, view: int) -> tuple[bytes, ...]:
    """Encoded frames of one beat."""
    heart = HEARTS[name]
    out = []
    for frame in range(FRAMES):
        phase = frame / FRAMES
        echo, squeeze = (long_axis if view == 2 else four_chambers)(heart, phase)
        # Speckle moves with the muscle and flickers a little from frame to frame.
        grey = screen(echo, PHASED, (round(-9 * squeeze), round(3 * np.sin(6.28 * phase))), gain=1.15)
        picture = np.repeat(grey[..., None], 3, axis=2)
        if view == 1:
            _doppler(picture, phase)
        _trace(picture, phase)
        out.append(part10.jpeg(picture, 80))
    return tuple(out)


def _doppler(picture: NDArray[np.uint8], phase: float) -> None:
    """Mitral inflow towards the probe in red, outflow away from it in blue, inside the colour box."""
    mm = PHASED.mm_per_pixel
    y, x = np.mgrid[0:ROWS:2, 0:COLUMNS:2].astype(np.float32)
    x, y = (x - COLUMNS / 2) * mm, (y - 24) * mm
    inflow = max(0.0, float(np.sin(np.pi * np.clip((phase - 0.45) / 0.32, 0, 1))))
    kick = 0.6 * max(0.0, float(np.sin(np.pi * np.clip((phase - 0.82) / 0.16, 0, 1))))
    outflow = max(0.0, float(np.sin(np.pi * np.clip((phase - 0.04) / 0.32, 0, 1))))
    jet = np.exp(-(((x - 14) / 8.5) ** 2) - ((y - 92) / 27) ** 2) * (inflow + kick)
    out = np.exp(-(((x - 2) / 6.5) ** 2) - ((y - 96) / 20) ** 2) * outflow
    velocity = jet - out
    velocity *= 1 + 0.22 * smooth_noise(velocity.shape, (60, 80), np.random.default_rng([113, int(phase * 1000)]))
    velocity = np.repeat(np.repeat(velocity, 2, 0), 2, 1)
    shown = (np.abs(velocity) > 0.16) & (picture[..., 0] < 95)
    speed = np.clip(np.abs(velocity[shown]), 0, 1)
    towards = velocity[shown] > 0
    colour = np.stack(
        [
            np.where(towards, 120 + 135 * speed, 20 * speed),
            np.where(towards, 190 * smoothstep(0.35, 1, speed), 200 * smoothstep(0.35, 1, speed)),
            np.where(towards, 10, 120 + 135 * speed),
        ],
        axis=-1,
    )
    picture[shown] = colour.astype(np.uint8)


def _trace(picture: NDArray[np.uint8], phase: float) -> None:
    """The ECG along the lower edge with the moving cursor."""
    columns = np.arange(60, COLUMNS - 60)
    at = ((columns - 60) / (COLUMNS - 120) * 2) % 1
    wave = np.exp(-(((at - 0.02) / 0.012) ** 2)) * 1.0 - 0.25 * np.exp(-(((at - 0.05) / 0.012) ** 2))
    wave += 0.24 * np.exp(-(((at - 0.33) / 0.05) ** 2)) + 0.12 * np.exp(-(((at - 0.88) / 0.022) ** 2))
    rows = (ROWS - 22 - 26 * wave).astype(int)
    for offset in (0, 1):
        picture[rows + offset, columns] = (60, 210, 110)
    cursor = 60 + round((COLUMNS - 120) * phase / 2)
    picture[ROWS - 52 : ROWS - 8, cursor : cursor + 2] = (230, 190, 60)


def _multi_frame(ds: Dataset, frames: int) -> None:
    ds.NumberOfFrames = frames
    ds.FrameTime = f"{FRAME_MS:g}"
    ds.FrameIncrementPointer = 0x00181063
    ds.CineRate = round(1000 / FRAME_MS)
    ds.RecommendedDisplayFrameRate = round(1000 / FRAME_MS)
    ds.HeartRate = HEART_RATE
    ds.StartTrim, ds.StopTrim, ds.PreferredPlaybackSequencing = 1, frames, 0


def _screen_module(ds: Dataset, probe: Probe) -> None:
    """Image Pixel and US Region Calibration (PS3.3 §C.8.5.5): the whole picture is one 2D region in cm."""
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PatientOrientation = ""
    ds.TransducerType = {0.0: "SECTOR_PHASED", None: "LINEAR"}.get(probe.radius, "CURVED LINEAR")
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 40, 24
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = COLUMNS - 40, ROWS - 60
    region.ReferencePixelX0, region.ReferencePixelY0 = COLUMNS // 2 - 40, 0
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 3, 3
    region.ReferencePixelPhysicalValueX, region.ReferencePixelPhysicalValueY = 0.0, 0.0
    region.PhysicalDeltaX = region.PhysicalDeltaY = probe.mm_per_pixel / 10
    region.TransducerFrequency = 3500 if probe.radius is not None else 12000
    ds.SequenceOfUltrasoundRegions = items(region)


@lru_cache(maxsize=12)
def _still(view: str, nodule: float, number: int) -> NDArray[np.uint8]:
    echo: Array = thyroid(nodule) if view == "thyroid" else liver_and_kidney()
    probe = LINEAR if view == "thyroid" else CURVED
    x, _ = plane(probe)
    echo = echo * (1 + 0.25 * smooth_noise(x.shape, (5, 5), np.random.default_rng([127, number]), 2) * 0.6)
    grey = screen(np.clip(echo, 0.005, 1), probe, (number * 131, number * 57), gain=1.25)
    if number % 2:
        grey = grey[:, ::-1]
    return np.repeat(grey[..., None], 3, axis=2)


def _stills(order: StudyOrder) -> Iterator[bytes]:
    view, nodule = order.options["view"], float(order.options.get("nodule", "0"))
    probe, part = (LINEAR, "THYROID") if view == "thyroid" else (CURVED, "ABDOMEN")
    series = Series(1, "US", "Thyroid" if view == "thyroid" else "Upper abdomen", "Atrium Sono 5", "US1", part)
    for number in range(1, count(order) + 1):
        ds = image_header(order, series, number, UltrasoundImageStorage, "ORIGINAL\\PRIMARY", 25.0 * number)
        _screen_module(ds, probe)
        if view == "thyroid":
            ds.AnatomicRegionSequence = items(code("69748006", "SCT", "Thyroid"))
        picture = np.ascontiguousarray(_still(view, nodule, number))
        if order.options.get("rle") == "1":
            ds.PhotometricInterpretation = "RGB"
            part10.put_frames(ds, [picture], part10.RLE)
            yield part10.part10(ds, part10.RLE)
        else:
            part10.put_frames(ds, [picture], part10.JPEG, 84)
            yield part10.part10(ds, part10.JPEG)


BUILDER = Builder(count, build)
