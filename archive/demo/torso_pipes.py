"""Vessels, airways and bones of the torso as tubes, and the lung trees."""

from dataclasses import dataclass

import numpy as np

from archive.demo.solids import Tube
from archive.demo.texture import Array
from archive.demo.torso import _CAVITY, Build, Torso
from archive.demo.vessel_tree import Points, Tree, grow, scatter

_VERTEBRA_T1 = 92.0


def arteries() -> list[Tube]:
    """Aorta with arch branches and the pulmonary trunk; points (z, y, x) in mm."""
    aorta = Tube.through(
        [
            (-34, -18, 4),
            (-12, -28, -12),
            (12, -30, -20),
            (34, -22, -14),
            (44, -4, 2),
            (40, 18, 16),
            (26, 34, 22),
            (0, 38, 23),
            (-40, 40, 22),
            (-90, 44, 17),
            (-130, 46, 11),
            (-180, 44, 6),
            (-240, 38, 6),
            (-330, 32, 4),
        ],
        [15, 16, 15.5, 14.5, 13.5, 13, 12.5, 12.2, 12, 11.5, 11, 10, 9.5, 8.5],
    )
    branches = [
        Tube.through([(46, -14, -6), (66, -10, -16), (84, -4, -26), (110, 2, -34)], [6.5, 6, 5, 4]),
        Tube.through([(50, -2, 4), (72, 2, 16), (100, 6, 26), (140, 8, 30)], [4, 3.6, 3.4, 3.2]),
        Tube.through([(46, 10, 12), (70, 14, 24), (92, 16, 38), (98, 12, 76)], [5, 4.6, 4.2, 3.6]),
        Tube.through([(-330, 32, 4), (-372, 20, 30), (-430, 0, 58)], [8, 6, 5]),
        Tube.through([(-330, 32, 4), (-372, 20, -24), (-430, 0, -56)], [8, 6, 5]),
        Tube.through([(-178, 40, 6), (-184, 22, 4), (-186, 16, 26), (-184, 26, 70)], [4.2, 4, 3.2, 2.6]),
        Tube.through([(-194, 40, 6), (-208, 24, 5), (-260, 14, 4)], [4.4, 4, 3]),
        Tube.through([(-216, 38, 6), (-224, 44, 40)], [3, 2.6]),
        Tube.through([(-218, 38, 4), (-230, 44, -40)], [3, 2.6]),
    ]
    return [aorta.smoothed(), *[b.smoothed(4) for b in branches]]


def pulmonary_trunk() -> list[Tube]:
    trunk = Tube.through([(-40, -48, 16), (-18, -44, 20), (2, -28, 20), (6, -12, 14)], [15, 14.5, 13.5, 12])
    right = Tube.through([(4, -12, 12), (-2, -4, -10), (-6, 2, -30), (-14, 8, -46)], [11, 10, 9.2, 8])
    left = Tube.through([(6, -12, 16), (12, 4, 30), (6, 20, 42), (-10, 28, 48)], [11, 10, 9.2, 8])
    return [trunk.smoothed(), right.smoothed(), left.smoothed()]


def veins() -> list[Tube]:
    cava = Tube.through([(66, -18, -22), (30, -16, -26), (0, -14, -27), (-34, -14, -27)], [8, 9, 9.5, 10])
    lower = Tube.through(
        [(-84, 2, -24), (-110, 12, -24), (-150, 26, -22), (-260, 30, -18), (-335, 30, -16)], [11, 11, 11, 10, 9.5]
    )
    brachio = Tube.through([(64, -16, -20), (74, -22, 6), (82, -18, 34), (88, -8, 70)], [7, 6, 5.5, 5])
    azygos = Tube.through([(4, 26, -14), (-10, 46, -8), (-80, 50, -5), (-170, 50, -5)], [3.6, 3.4, 3, 2.6])
    portal = Tube.through([(-196, 0, 0), (-182, -2, -24), (-170, -4, -44), (-160, -16, -60)], [6, 6, 5.6, 4])
    left_liver = Tube.through([(-172, -4, -42), (-160, -24, -24), (-150, -40, -4)], [5, 4, 2.8])
    right_liver = Tube.through([(-168, -6, -50), (-156, 16, -76), (-148, 26, -92)], [4.6, 3.6, 2.4])
    hepatic = [
        Tube.through([(-118, 8, -24), (-132, 6, -54), (-150, 4, -84)], [5, 4, 2.6]),
        Tube.through([(-116, 6, -24), (-128, -16, -42), (-146, -40, -56)], [5, 3.8, 2.4]),
        Tube.through([(-114, 4, -22), (-124, -22, -12), (-134, -46, 8)], [4.6, 3.4, 2.2]),
    ]
    pulmonary = [
        Tube.through([(-26, 16, -20), (-28, 12, -44), (-30, 4, -58)], [7, 6.2, 5]),
        Tube.through([(-40, 24, -22), (-50, 30, -42), (-60, 34, -56)], [7, 6.4, 5]),
        Tube.through([(-24, 18, 28), (-22, 6, 46), (-18, -6, 58)], [6.6, 6, 5]),
        Tube.through([(-40, 26, 28), (-52, 34, 46), (-62, 38, 58)], [6.6, 6, 5]),
    ]
    return [
        t.smoothed(5) for t in (cava, lower, brachio, azygos, portal, left_liver, right_liver, *hepatic, *pulmonary)
    ]


def airways() -> list[Tube]:
    """Trachea and main bronchi, outer radius; the lumen is 1.4 mm thinner."""
    return [
        t.smoothed(5)
        for t in (
            Tube.through([(150, -4, 0), (100, 2, 0), (50, 12, 1), (4, 18, 1)], [10.2, 10.2, 10, 9.8]),
            Tube.through(
                [(4, 18, -1), (-10, 20, -16), (-22, 22, -32), (-40, 24, -44), (-64, 32, -54)], [8.6, 7.8, 7.0, 5.4, 4.2]
            ),
            Tube.through(
                [(4, 18, 3), (-12, 22, 22), (-26, 26, 40), (-44, 30, 50), (-66, 38, 56)], [8.0, 7.0, 6.2, 5.0, 4.0]
            ),
            Tube.through([(-12, 20, -22), (0, 14, -42), (16, 8, -54)], [5.6, 4.6, 3.6]),
            Tube.through([(-20, 26, 38), (-4, 14, 50), (12, 4, 58)], [5.4, 4.4, 3.4]),
            Tube.through([(-36, 24, -42), (-46, 6, -54), (-56, -18, -62)], [4.2, 3.6, 2.8]),
            Tube.through([(-34, 28, 44), (-46, 8, 60), (-56, -12, 70)], [4.0, 3.4, 2.6]),
        )
    ]


def bowel(seed: int) -> list[tuple[Tube, float]]:
    """Colon and small bowel as tubes, each with the share of its inside that is gas."""
    random = np.random.default_rng([seed, 29])
    colon = [
        ([(-404, 0, -92), (-340, 2, -104), (-268, 4, -100), (-226, -12, -86)], 21.0, 0.45),
        ([(-226, -12, -86), (-222, -44, -50), (-236, -62, 0), (-214, -48, 56), (-186, -8, 98)], 18.0, 0.75),
        ([(-186, -8, 98), (-240, 14, 108), (-320, 12, 110), (-396, -4, 100)], 15.0, 0.35),
        ([(-396, -4, 100), (-424, -26, 62), (-432, -14, 22), (-416, 24, 14), (-450, 58, 4), (-520, 62, 0)], 14.0, 0.25),
    ]
    out: list[tuple[Tube, float]] = []
    for points, radius, gas in colon:
        path = Tube.through(points, radius).smoothed(9)
        sacs = 1 + 0.16 * np.sin(np.arange(len(path.radii)) * 1.9) + 0.05 * random.standard_normal(len(path.radii))
        out.append((Tube(path.points, path.radii * sacs), gas))
    for row in range(9):
        z = -236.0 - 21 * row
        swing = 1 if row % 2 else -1
        turns = [
            (z + random.normal(0, 7), random.uniform(-58, 14), swing * x + random.normal(0, 7))
            for x in (-74, -44, -14, 16, 46, 74)
        ]
        out.append((Tube.through(turns, 10.5).smoothed(7), 0.08 if row % 3 else 0.3))
    return out


def cavity_edge(z: float, angle: float, build: Build, outwards: float) -> tuple[float, float]:
    """(y, x) on the chest wall at height ``z``; ``angle`` 0 is the back, pi the front, positive to the left."""
    order = np.argsort(_CAVITY[:, 0])
    half_x, half_y, centre = (np.interp(z, _CAVITY[order, 0], _CAVITY[order, i]) for i in (1, 2, 3))
    half_x, half_y = half_x * build.width + outwards, half_y * build.depth + outwards
    c, s = np.cos(angle), np.sin(angle)
    k = (abs(s / half_x) ** 2.3 + abs(c / half_y) ** 2.3) ** (-1 / 2.3)
    return float(centre + k * c), float(k * s)


def ribs(build: Build) -> tuple[list[Tube], list[Tube]]:
    """Twelve pairs of bony ribs, and the cartilage of the upper seven."""
    bone, cartilage = [], []
    for number in range(1, 13):
        start = _VERTEBRA_T1 - 23.6 * (number - 1) + 6
        drop = 26 + 8.5 * min(number, 7)
        end = np.pi * (0.80 if number <= 7 else 0.72 - 0.09 * (number - 8))
        if number >= 11:
            end = np.pi * (0.42 if number == 11 else 0.28)
        for side in (-1, 1):
            angles = np.linspace(0.20, end, 15)
            path = []
            for angle in angles:
                height = start - drop * (angle / np.pi / 0.8) ** 1.25
                outwards = 5.5 if number > 1 else 3.0
                edge_y, edge_x = cavity_edge(height, side * angle, build, outwards)
                path.append((height, edge_y, edge_x))
            head = (start, 56.0 if number < 11 else 60.0, side * 17.0)
            neck = (start + 2, 82.0 * build.depth, side * 30.0)
            path = [head, neck, *path[2:]]
            radius = 3.7 if number in (1, 11, 12) else 4.3
            bone.append(Tube.through(path, radius, squeeze=0.72).smoothed(3))
            if number <= 7:
                last = path[-1]
                rise = 8.0 + 7.5 * max(0, number - 3)
                front = (62.0 - 17 * number + 12, -84 * build.depth, side * 16.0)
                middle = (last[0] - 4, last[1] - 4, last[2] * 0.66)
                cartilage.append(
                    Tube.through(
                        [last, middle, (front[0] + rise * 0.2, front[1], front[2])], 4.6, squeeze=0.8
                    ).smoothed(3)
                )
    return bone, cartilage


def shoulder_bones(build: Build) -> list[Tube]:
    """Clavicles, shoulder blades, and the heads of the raised arms."""
    out = []
    for side in (-1, 1):
        w = side * build.width
        out.append(
            Tube.through(
                [(66, -62, w * 22), (74, -66, w * 60), (92, -34, w * 100), (104, -6, w * 132)], [7, 5.5, 5.5, 6]
            ).smoothed(5)
        )
        for row in range(7):
            t = row / 6
            medial = (88 - 118 * t, 92 + 10 * t, w * (66 + 8 * t))
            lateral = (88 - 108 * t, 62 + 22 * t, w * (128 - 30 * t))
            out.append(Tube.through([medial, lateral], [2.6, 3.4]))
            if row:
                above = (88 - 118 * (t - 1 / 12), 92 + 10 * t, w * (66 + 8 * t))
                beside = (88 - 108 * (t - 1 / 12), 62 + 22 * t, w * (128 - 30 * t))
                out.append(Tube.through([above, beside], [2.2, 3.0]))
        out.append(Tube.through([(66, 104, w * 76), (84, 100, w * 108), (104, 70, w * 138)], [4, 5, 7]).smoothed(4))
        out.append(Tube.through([(98, 36, w * 136), (116, 26, w * 146)], [22, 24]))
        out.append(Tube.through([(116, 26, w * 148), (190, 10, w * 168)], [13, 12]))
    return out


def pelvis() -> list[Tube]:
    """Sacrum, iliac wings, pubis, ischium and the upper thigh bones."""
    out = [Tube.through([(-376, 60, 0), (-400, 76, 0), (-438, 92, 0), (-462, 88, 0)], [27, 26, 16, 7]).smoothed(4)]
    for side in (-1, 1):
        for row in range(9):
            t = row / 8
            back = (-372 - 52 * t, 78 - 8 * t, side * (40 + 10 * t))
            middle = (-352 - 84 * t, 40 - 18 * t, side * (98 - 16 * t))
            front = (-378 - 84 * t, -22 + 12 * t, side * (120 - 30 * t))
            out.append(Tube.through([back, middle, front], [6.5, 4.0, 6.0], squeeze=0.7).smoothed(5))
        out.append(
            Tube.through([(-470, 8, side * 76), (-478, -20, side * 50), (-492, -40, side * 8)], [15, 9, 9]).smoothed(4)
        )
        out.append(
            Tube.through([(-470, 14, side * 78), (-505, 38, side * 62), (-520, 36, side * 52)], [15, 13, 13]).smoothed(
                4
            )
        )
        out.append(
            Tube.through([(-520, 36, side * 50), (-510, -10, side * 26), (-494, -38, side * 8)], [9, 7, 8]).smoothed(4)
        )
        out.append(Tube.through([(-470, 8, side * 90), (-470, 8, side * 91)], [24, 24]))
        out.append(Tube.through([(-474, 10, side * 98), (-490, 14, side * 126)], [16, 19]))
        out.append(
            Tube.through(
                [(-490, 14, side * 128), (-530, 12, side * 130), (-640, 4, side * 122)], [19, 15, 13.5]
            ).smoothed(4)
        )
    return out


def spine_levels() -> list[tuple[float, float, float, float]]:
    """(z, y of the body's centre, half-width, half-depth) of every vertebra from C6 to L5."""
    levels = []
    z, step, half, depth = 138.0, 18.0, 12.0, 9.0
    for number in range(19):  # C6 C7 T1..T12 L1..L5
        y = 62 - 18 * np.exp(-(((z - 150) / 70) ** 2)) - 12 * np.exp(-(((z + 300) / 110) ** 2))
        levels.append((z, float(y), half, depth))
        step = min(36.0, step + 1.05) if number < 13 else 33.0
        half, depth = min(25.0, half + 0.72), min(18.0, depth + 0.55)
        z -= step if number else 20.0
    return levels


@dataclass(frozen=True)
class LungTrees:
    arteries: list[Tree]
    veins: list[Tree]


def lung_trees(torso: Torso, targets: int) -> LungTrees:
    """Artery and vein trees of both lungs, grown into the lung surfaces of ``torso``."""
    random = np.random.default_rng([torso.build.seed, 23])
    roots = {
        "lung_right": ([(-14, 8, -46), (-22, 14, -54)], [(-34, 12, -52), (-44, 16, -60)]),
        "lung_left": ([(-10, 28, 48), (-20, 28, 56)], [(-30, 10, 54), (-44, 18, 62)]),
    }
    arterial: list[Tree] = []
    venous: list[Tree] = []
    for name, (artery, vein) in roots.items():
        surface = torso.organs[name]

        def inside(points: Points, surface: Array = surface) -> np.ndarray:
            grid = torso.grid
            index = [
                np.clip(((points[:, i] - grid.start[i]) / grid.step[i]).round().astype(int), 0, grid.shape[i] - 1)
                for i in range(3)
            ]
            return np.asarray(surface[index[0], index[1], index[2]] < -3.0)

        sign = -1 if name == "lung_right" else 1
        low = np.array([-175.0, -100.0, min(sign * 140.0, 0.0)])
        high = np.array([112.0, 100.0, max(sign * 140.0, 0.0)])
        for root, trees in ((artery, arterial), (vein, venous)):
            points = scatter(targets, low, high, inside, random)
            trees.append(grow(np.array(root, dtype=float), points, twig=0.42, exponent=2.75, way_back=0.35))
    return LungTrees(arterial, venous)
