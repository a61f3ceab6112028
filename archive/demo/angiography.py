"""Coronary angiography: contrast fills a beating vessel tree over the spine and the diaphragm, then washes out."""

import itertools
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import XRayAngiographicImageStorage

from archive.demo import part10
from archive.demo.header import Series, image_header
from archive.demo.orders import Builder, StudyOrder
from archive.demo.texture import Array, blur, power_law_tile, rolled, smooth_noise, smoothstep
from archive.demo.vessel_tree import Points, Tree, grow

SIZE, FRAMES, FRAME_MS, MM = 512, 48, 66.7, 0.30
# Main courses in the picture, mm from its centre (y, x): a left coronary seen from right and below, a right one.
_COURSES: dict[str, list[list[tuple[float, float]]]] = {
    "left": [
        [(-52, -34), (-50, -22), (-46, -12), (-34, 4), (-16, 18), (6, 28), (32, 34), (52, 32)],
        [(-46, -12), (-36, -18), (-18, -30), (4, -42), (28, -46), (46, -40)],
    ],
    "right": [[(-46, 26), (-52, 8), (-44, -14), (-24, -30), (2, -36), (28, -28), (42, -8), (44, 16), (36, 34)]],
}


@lru_cache(maxsize=2)
def _tree(side: str) -> tuple[Tree, ...]:
    """The trunk courses with side branches."""
    random = np.random.default_rng([131, len(side)])
    trees = []
    for course in _COURSES[side]:
        points = np.array(course, dtype=float)
        dense = _dense(points, 40)
        targets = random.uniform(-60, 60, size=(260, 2))
        distance = np.min(np.linalg.norm(targets[:, None] - dense[None], axis=2), axis=1)
        targets = targets[(distance > 4) & (distance < 20)][:34]
        trees.append(grow(dense, targets, twig=0.34, exponent=2.35, way_back=0.25))
    return tuple(trees)


def _dense(points: Points, count: int) -> Points:
    at = np.linspace(0, len(points) - 1, count)
    line = np.column_stack([np.interp(at, np.arange(len(points)), points[:, i]) for i in range(2)])
    for _ in range(6):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return np.asarray(line)


def _background(side: str, random: np.random.Generator) -> Array:
    """Path length through everything that does not fill: ribs, spine, lung, diaphragm. Arbitrary units."""
    y, x = np.mgrid[-0.5 : 0.5 : SIZE * 1j, -0.5 : 0.5 : SIZE * 1j].astype(np.float32)
    out = 0.55 + 0.16 * smooth_noise((SIZE, SIZE), (4, 4), random, 3) * 0.6
    spine_x = 0.30 if side == "left" else -0.28
    spine = smoothstep(0.13, 0.09, np.abs(x - spine_x + 0.05 * y))
    discs = 0.06 * np.cos(2 * np.pi * (y * 4.2))
    out += spine * (0.34 + discs + 0.05 * smooth_noise((SIZE, SIZE), (30, 10), random))
    for number in range(5):
        rib = np.abs(
            y - (-0.42 + 0.21 * number) - 0.45 * (x - 0.1) ** 2 - 0.22 * (x - spine_x) * (1 if side == "left" else -1)
        )
        out += 0.11 * smoothstep(0.028, 0.016, rib) + 0.06 * np.exp(-(((rib - 0.022) / 0.005) ** 2))
    dome = y - (0.26 + 0.5 * (x + 0.1) ** 2)
    out += 0.42 * smoothstep(-0.01, 0.02, dome)
    heart = np.hypot(x / 0.40, (y + 0.02) / 0.42)
    return np.asarray(out + 0.22 * smoothstep(1.05, 0.8, heart))


def _vessels(trees: tuple[Tree, ...], beat: float, filled: float, narrowing: float) -> Array:
    """Contrast thickness in mm at heart phase ``beat`` (0..1) when the front has come ``filled`` mm."""
    squeeze = np.sin(np.pi * min(beat / 0.45, 1.0)) ** 2 if beat < 0.45 else 0.0
    out = np.zeros((SIZE, SIZE), dtype=np.float32)
    axis = ((np.arange(SIZE) - SIZE / 2) * MM).astype(np.float32)
    for number, tree in enumerate(trees):
        path = _path(tree)
        centre = np.array([8.0, 2.0])
        moved = centre + (tree.points - centre) * (1 - 0.085 * squeeze)
        moved = moved + np.array([3.2, -1.5]) * squeeze
        for parent, child in tree.edges():
            if path[child] > filled:
                continue
            radius = float(min(tree.radii[child], 1.9))
            if number == 0 and narrowing:
                radius *= 1 - narrowing * float(np.exp(-(((path[child] - 46) / 5.0) ** 2)))
            _segment(out, axis, moved[parent], moved[child], radius)
    return out


def _path(tree: Tree) -> Points:
    length = np.zeros(len(tree.points))
    for i, parent in enumerate(tree.parent):
        if parent >= 0:
            length[i] = length[parent] + float(np.linalg.norm(tree.points[i] - tree.points[parent]))
    return length


def _segment(out: Array, axis: Array, a: Points, b: Points, radius: float) -> None:
    reach = radius + MM
    rows = slice(*np.searchsorted(axis, [min(a[0], b[0]) - reach, max(a[0], b[0]) + reach]))
    columns = slice(*np.searchsorted(axis, [min(a[1], b[1]) - reach, max(a[1], b[1]) + reach]))
    y, x = axis[rows][:, None], axis[columns][None, :]
    d = b - a
    t = np.clip(((y - a[0]) * d[0] + (x - a[1]) * d[1]) / max(float(d @ d), 1e-9), 0, 1)
    distance2 = (y - a[0] - t * d[0]) ** 2 + (x - a[1] - t * d[1]) ** 2
    chord = 2 * np.sqrt(np.maximum(radius * radius - distance2, 0))
    np.maximum(out[rows, columns], chord, out=out[rows, columns])


@lru_cache(maxsize=3)
def _run(side: str, narrowing: float) -> NDArray[np.uint8]:
    """The whole acquisition, (FRAMES, SIZE, SIZE)."""
    random = np.random.default_rng([137, len(side)])
    still, trees = _background(side, random), _tree(side)
    grain = power_law_tile(1024, 0.25, random, 60)
    catheter = np.zeros((SIZE, SIZE), dtype=np.float32)
    axis = ((np.arange(SIZE) - SIZE / 2) * MM).astype(np.float32)
    root = trees[0].points[0]
    line = _dense(
        np.array([[-77, root[1] - 26], [-66, root[1] - 20], [-60, root[1] - 8], [root[0] - 2, root[1] + 2], root]), 30
    )
    for a, b in itertools.pairwise(line):
        _segment(catheter, axis, a, b, 1.0)
    frames = np.empty((FRAMES, SIZE, SIZE), dtype=np.uint8)
    rows = np.arange(SIZE)
    cache: dict[tuple[int, int], Array] = {}
    for frame in range(FRAMES):
        beat = (frame * FRAME_MS / 850) % 1
        filled = max(0.0, (frame - 6) * 13.0)
        key = (round(beat * 13), min(round(filled / 13), 14))
        if key not in cache:
            cache[key] = blur(_vessels(trees, key[0] / 13, key[1] * 13.0, narrowing), 0.8)
        dye = float(np.interp(frame, [5, 12, 27, 46], [0, 1, 1, 0]))
        shift = round(2 * np.sin(2 * np.pi * beat))
        path = still[np.clip(rows + shift, 0, SIZE - 1)] + 0.085 * catheter + 0.30 * dye * cache[key]
        signal = 205 * np.exp(-1.05 * (path - 0.35))
        noise = rolled(grain, (SIZE, SIZE), random) * np.sqrt(np.maximum(signal, 4)) * 0.42
        frames[frame] = np.clip(signal + noise, 0, 255).astype(np.uint8)
    return _collimated(frames)


def _collimated(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    outside = np.maximum(np.abs(x), np.abs(y)) + 0.30 * np.minimum(np.abs(x), np.abs(y)) > 1.22
    frames[:, outside] = 6
    return frames


def count(order: StudyOrder) -> int:
    return int(order.options.get("runs", "2"))


def build(order: StudyOrder) -> Iterator[bytes]:
    """The left and then the right coronary artery, one series with one cine each."""
    narrowing = float(order.options.get("stenosis", "0"))
    for number in range(1, count(order) + 1):
        side = "left" if number == 1 else "right"
        frames = _run(side, narrowing if side == "left" else 0.0)
        series = Series(
            number,
            "XA",
            f"Coronary {side}",
            "Atrium Angio 30",
            "CATH1",
            "HEART",
            protocol="Coro 15 f/s",
            minutes=4.0 * number,
        )
        ds = image_header(order, series, 1, XRayAngiographicImageStorage, "ORIGINAL\\PRIMARY\\SINGLE PLANE")
        _describe(ds, side)
        part10.describe_pixels(ds, frames[0], 8, "MONOCHROME2")
        part10.put_frames(ds, list(frames), part10.JPEG_LS)
        yield part10.part10(ds, part10.JPEG_LS)


def truth(order: StudyOrder) -> dict[str, float]:
    """Diameter stenosis of the left anterior descending artery, 46 mm from the ostium, 0 to 1."""
    return {"stenosis": float(order.options.get("stenosis", "0"))}


def _describe(ds: Dataset, side: str) -> None:
    """X-Ray Acquisition, Cine, Positioner and Mask modules (PS3.3 §C.8.7)."""
    ds.NumberOfFrames = FRAMES
    ds.FrameTime, ds.FrameIncrementPointer = f"{FRAME_MS:g}", 0x00181063
    ds.CineRate, ds.RecommendedDisplayFrameRate = 15, 15
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LIN", 1
    ds.RadiationSetting = "GR"
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime, ds.Exposure = "78", 640, 7, 215
    ds.ImagerPixelSpacing = [f"{MM:g}", f"{MM:g}"]
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = "1060", "760"
    ds.PositionerMotion = "STATIC"
    primary, secondary = ("-30", "-22") if side == "left" else ("32", "0")
    ds.PositionerPrimaryAngle, ds.PositionerSecondaryAngle = primary, secondary
    ds.PatientOrientation = ""
    ds.WindowCenter, ds.WindowWidth = "128", "256"


BUILDER = Builder(count, build)
