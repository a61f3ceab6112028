"""A head as tissue layers: which share of every voxel is scalp, bone, fluid, grey or white matter.

MR and CT of the head are both made from it. Arrays are (z, y, x) on ``GRID``; z = 0 is the plane of the commissures.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.demo.solids import Grid, Tube, ellipsoid, frame_along, smooth_union, tube_coverage
from archive.demo.texture import Array, smooth_noise, smoothstep

PLANES, THICKNESS, PIXEL = 26, 5.0, 0.9
GRID = Grid((-46.0, -115.2, -115.2), (THICKNESS, PIXEL, PIXEL), (PLANES, 256, 256))


@dataclass(frozen=True)
class Lesion:
    """A ball of disease: ``centre`` (x, y, z) mm, ``diameter`` mm; ``kind`` tumour, plaque or blood."""

    kind: str
    centre: tuple[float, float, float]
    diameter: float
    oedema: float = 0.0

    def volume_ml(self) -> float:
        return float(np.pi / 6 * self.diameter**3 / 1000)


@dataclass
class Head:
    """Layers in the order they are laid over each other; each is (tissue, share of the voxel)."""

    layers: list[tuple[str, NDArray[np.float16]]] = field(default_factory=list)

    def add(self, tissue: str, share: Array) -> None:
        self.layers.append((tissue, np.asarray(share, dtype=np.float16)))

    def compose(self, value: dict[str, float]) -> Array:
        """One number per tissue turned into a volume, partial volumes included."""
        out = np.full(GRID.shape, value["air"], dtype=np.float32)
        for tissue, share in self.layers:
            out += share * (np.float32(value[tissue]) - out)
        return out


def _share(distance: Array, width: float = 1.1) -> Array:
    return np.asarray(np.clip(0.5 - distance / np.float32(width), 0, 1))


@lru_cache(maxsize=1)
def head(seed: int) -> Head:
    """The healthy head of one person."""
    random = np.random.default_rng([seed, 157])
    z, y, x = GRID.open_axes()
    shape = GRID.shape
    warp_y, warp_x = (1.1 * smooth_noise(shape, (2, 3, 3), random) for _ in range(2))
    y, x = y + warp_y, x + warp_x
    z = np.broadcast_to(z, shape)
    size = 1 + 0.03 * random.standard_normal()
    out = Head()
    scalp = ellipsoid(z, y, x, (8, 0, 0), (91 * size, 100 * size, 80 * size))
    jaw = ellipsoid(z, y, x, (-60, -28, 0), (62, 68, 66))
    scalp = np.where(z < 0, smooth_union(scalp, jaw, 20), scalp)
    brain = ellipsoid(z, y, x, (13, 2, 0), (63 * size, 85 * size, 66.5 * size))
    brain = np.maximum(brain, -z * 0.9 - 20 - 0.10 * y)
    for side in (-1, 1):
        temporal = ellipsoid(z, y, x, (-18, -16, side * 40), (25, 36, 23))
        brain = smooth_union(brain, temporal, 8)
    out.add("skin", _share(scalp))
    out.add("fat", _share(scalp + 2.2))
    fossa = ellipsoid(z, y, x, (-30, 42, 0), (30, 42, 54))
    inner = smooth_union(brain - 3.2, fossa - 2.5, 10)
    skull = inner - 6.8 - 1.2 * smooth_noise(shape, (3, 5, 5), random)
    out.add("muscle", _share(np.maximum(scalp + 5.5, np.maximum(skull - 1.0, z + 22))))
    out.add("cortical bone", _share(skull))
    out.add("marrow", _share(skull + 1.7) * _share(-(inner - 1.7)))
    _base(out, z, y, x, inner)
    out.add("fluid", _share(inner))
    out.add("vessel", _sinuses(z, y, x, inner))
    _brain(out, z, y, x, brain, fossa, random)
    return out


def _base(out: Head, z: Array, y: Array, x: Array, inner: Array) -> None:
    """Eyes, the air of the sinuses and the mastoids, below the brain."""
    for side in (-1, 1):
        fat = ellipsoid(z, y, x, (-30, -66, side * 31), (19, 27, 19))
        out.add("fat", _share(fat))
        globe = ellipsoid(z, y, x, (-30, -78, side * 31), (12, 12, 12))
        nerve = np.hypot(z + 30, x - side * (31 - 0.32 * (y + 66))) - 2.2
        out.add("muscle", _share(np.maximum(nerve, np.maximum(-66 - y, y + 34))))
        for dz, dx in ((9.5, 0), (-9.5, 0), (0, 9.5), (0, -9.5)):
            strap = np.hypot((z + 30 - dz * (1 - (y + 78) / 60)) / 1.4, x - side * 31 - dx * (1 - (y + 78) / 60)) - 1.8
            out.add("muscle", _share(np.maximum(strap, np.maximum(-74 - y, y + 42))))
        out.add("vitreous", _share(globe))
        out.add("muscle", _share(ellipsoid(z, y, x, (-30, -87, side * 31), (4, 2.2, 4))))
        cells = ellipsoid(z, y, x, (-38, 24, side * 52), (12, 12, 9))
        grain = np.sin(x * 0.9) * np.sin(y * 1.1 + side) * np.sin(z * 0.8)
        out.add("air", _share(cells) * smoothstep(-0.1, 0.3, grain))
    ethmoid = np.maximum(np.abs(x) - 11 - 0.05 * y, np.maximum(-y - 86, np.maximum(y + 40, z + 21)))
    walls = smoothstep(0.55, 0.9, np.abs(np.sin(x * 0.55) * np.cos(y * 0.4)))
    out.add("cortical bone", _share(ethmoid - 1.5) * 0.7)
    out.add("air", _share(ethmoid) * (1 - 0.8 * walls))
    frontal = np.maximum(np.abs(inner - 4.2) - 2.2, np.maximum(np.hypot(x / 1.2, z - 2) - 15, y + 60))
    out.add("air", _share(frontal))
    out.add("air", _share(ellipsoid(z, y, x, (-36, -30, 0), (9, 12, 13))))


def _sinuses(z: Array, y: Array, x: Array, inner: Array) -> Array:
    sagittal = np.hypot(x, (inner + 2.2) * 1.0) - 3.6
    sagittal = np.maximum(sagittal, -y - 30 + 0.4 * z)
    return _share(np.maximum(sagittal, inner))


def _brain(out: Head, z: Array, y: Array, x: Array, brain: Array, fossa: Array, random: np.random.Generator) -> None:
    shape = GRID.shape
    depth = -brain
    # Sulci: the folded zero-surfaces of two noises, fading with depth; the ribbon on both sides is grey.
    fold_a = smooth_noise(shape, (11, 20, 18), random) + 0.35 * smooth_noise(shape, (15, 34, 30), random)
    fold_b = smooth_noise(shape, (10, 17, 16), random)
    ridge = np.minimum(np.abs(fold_a), 0.9 * np.abs(fold_b) + 0.10)
    reach = smoothstep(24, 6, depth)
    middle = np.abs(x + 0.8 * np.sin(y / 14)) - 1.3
    middle = np.where((z > 22) | (np.abs(y - 4) > 52), middle, 9.0)
    cleft = y + 8 + 0.55 * (np.abs(x) - 50) - 0.5 * (z - 6) + 2.5 * fold_a
    insula = np.abs(np.abs(x) - 39 - 0.004 * (y + 6) ** 2) - 1.0 + np.maximum(np.abs(y + 6) - 15, 0)
    sylvian = np.maximum(np.minimum(np.abs(cleft) - 1.2 + np.maximum(38 - np.abs(x), 0), insula), np.abs(z - 5) - 15)
    gap = np.minimum(middle, sylvian)
    sulcus = smoothstep(0.13, 0.03, ridge / np.maximum(reach, 0.05)) * (reach > 0.08)
    ribbon = smoothstep(0.72, 0.55, ridge / np.maximum(reach, 0.05)) * (reach > 0.12)
    grey = np.maximum(np.maximum(ribbon, smoothstep(4.4, 3.2, depth)), smoothstep(4.2, 3.0, gap))
    inside = _share(brain)
    out.add("white", inside)
    out.add("grey", inside * grey)
    out.add("fluid", inside * np.maximum(sulcus, _share(gap)))
    for side in (-1, 1):
        for centre, radii, turn in (
            ((8, 6, side * 26), (14, 24, 5.5), 0.16),  # putamen
            ((20, -10, side * 13.5), (11, 17, 5), 0.10),  # head of the caudate
            ((9, 14, side * 11), (10, 15, 8.5), 0.35),  # thalamus
        ):
            axis = frame_along((0.0, 1.0, side * turn))
            nucleus = ellipsoid(z, y, x, centre, (radii[1], radii[0], radii[2]), axis)
            out.add("deep grey", inside * _share(nucleus, 2.0))
    _ventricles(out, inside)
    folia = np.sin(1.35 * np.hypot(y - 18, 0.55 * x) + 1.2 * np.sin(x / 9) + 0.4 * z)
    cerebellum = np.maximum(fossa, z + 10 - 0.25 * np.abs(y - 40))
    share = _share(cerebellum)
    out.add("fluid", _share(cerebellum - 2.2) * (z < -6))
    out.add("grey", share)
    out.add("white", share * smoothstep(-5, -13, cerebellum) * smoothstep(-0.2, 0.5, folia) * 0.9)
    out.add("fluid", share * smoothstep(0.80, 1.0, folia) * smoothstep(-12, -3, cerebellum) * 0.6)
    stem = np.hypot(x / 1.15, (y - 12 - 0.10 * (-z)) / 0.95) - 12.5 - 4 * np.exp(-(((z + 26) / 12) ** 2))
    stem = np.maximum(stem, z + 4)
    out.add("fluid", _share(stem - 4.5) * (z < -14))
    out.add("white", _share(stem))
    fourth = np.hypot(x / 1.5, (y - 30) / 0.8) - 6.5 + 0.15 * np.abs(z + 28)
    out.add("fluid", _share(np.maximum(fourth, np.abs(z + 28) - 13)))


def _ventricles(out: Head, inside: Array) -> None:
    cover = np.zeros(GRID.shape, dtype=np.float32)
    for side in (-1, 1):
        body = Tube.through(
            [(10, -32, side * 13), (22, -22, side * 9), (28, 0, side * 10), (24, 24, side * 15), (10, 38, side * 25)],
            [3.5, 6.2, 5.6, 6.2, 6.4],
        ).smoothed(6)
        occipital = Tube.through(
            [(10, 38, side * 25), (8, 54, side * 25), (8, 66, side * 22)], [6.0, 4.4, 2.0]
        ).smoothed(5)
        temporal = Tube.through(
            [(10, 38, side * 26), (-8, 24, side * 33), (-14, -2, side * 31)], [5.4, 2.8, 1.6]
        ).smoothed(5)
        for tube in (body, occipital, temporal):
            tube_coverage(GRID, tube, cover, 1.4)
    z, y, x = GRID.open_axes()
    third = np.maximum(np.abs(x) - 2.0, np.maximum(np.abs(y - 4) - 15, np.abs(z - 6) - 10))
    np.maximum(cover, _share(third), out=cover)
    plexus = np.exp(-(((y - 34) / 8) ** 2) - ((np.abs(x) - 24) / 3) ** 2 - ((z - 11) / 7) ** 2)
    out.add("fluid", inside * cover)
    out.add("vessel", inside * cover * np.broadcast_to(plexus, GRID.shape) * 0.8)


def with_lesions(base: Head, lesions: tuple[Lesion, ...], seed: int) -> Head:
    """The same head with disease laid on top."""
    out = Head(list(base.layers))
    z, y, x = GRID.open_axes()
    for number, lesion in enumerate(lesions):
        random = np.random.default_rng([seed, 163, number])
        x0, y0, z0 = lesion.centre
        rough = smooth_noise(GRID.shape, (9, 20, 20), random, 2)
        distance = np.sqrt((x - x0) ** 2 + (y - y0) ** 2 + ((z - z0) / 0.95) ** 2) - lesion.diameter / 2
        if lesion.oedema:
            white = _white(base)
            out.add("oedema", _share(distance - lesion.oedema + 4.5 * rough, 5.0) * white * 0.9)
        uneven = distance + (0.05 * lesion.diameter) * rough
        out.add(lesion.kind, _share(uneven, 1.6))
        if lesion.kind == "tumour":
            out.add("necrosis", _share(uneven + 0.24 * lesion.diameter, 2.4))
    return out


def _white(base: Head) -> Array:
    value = dict.fromkeys([tissue for tissue, _ in base.layers] + ["air"], 0.0)
    value["white"] = 1.0
    return base.compose(value)
