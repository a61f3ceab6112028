from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.processing import _expand_segmented_lut, convert_color_space

from archive.dicom.colour import expand_segments
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.rendering import render_frame
from archive.errors import CannotUnderstand
from tests.unit.dicom.test_rendering import EXPLICIT, header_for, shown

PNG = RenderParameters.parse(media_type="image/png")


def random_rgb(rows: int = 8, columns: int = 8) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (rows, columns, 3)).astype(np.uint8)


def test_rgb_is_shown_as_it_is_and_not_windowed() -> None:
    pixels = random_rgb()
    assert np.array_equal(shown(pixels), pixels)
    assert np.array_equal(shown(pixels, "40,10,linear"), pixels)


def test_planes_are_woven_together() -> None:
    pixels = random_rgb()
    header = header_for(pixels, x00280006=1)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()
    found = render_frame(planes, header, PNG, transfer_syntax_uid=EXPLICIT)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(found))), pixels)


def test_deep_colour_keeps_its_highest_bits() -> None:
    pixels = random_rgb().astype(np.uint16) << 8 | 0x5A
    assert np.array_equal(shown(pixels), random_rgb())


def test_ybr_full_is_turned_into_rgb() -> None:
    """PS3.3 §C.7.6.3.1.2, against pydicom's matrix."""
    pixels = random_rgb(64, 64)
    expected = convert_color_space(pixels.copy(), "YBR_FULL", "RGB")
    found = shown(pixels, x00280004="YBR_FULL")
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_ybr_full_422_shares_chroma_between_two_pixels() -> None:
    pairs = np.random.default_rng(4).integers(0, 256, (4, 6, 4)).astype(np.uint8)
    header = header_for(np.zeros((4, 12, 3), np.uint8), x00280004="YBR_FULL_422")
    found = np.asarray(Image.open(io.BytesIO(render_frame(pairs.tobytes(), header, PNG, transfer_syntax_uid=EXPLICIT))))
    full = np.empty((4, 12, 3), np.uint8)
    full[:, 0::2, 0], full[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    for offset in (0, 1):
        full[:, offset::2, 1], full[:, offset::2, 2] = pairs[..., 2], pairs[..., 3]
    assert np.array_equal(found, shown(full, x00280004="YBR_FULL"))


def test_ybr_partial_puts_video_black_and_white_at_the_ends() -> None:
    pixels = np.array([[[16, 128, 128], [235, 128, 128], [126, 128, 128]]], np.uint8)
    header = header_for(pixels, x00280004="YBR_PARTIAL_420")
    found = np.asarray(
        Image.open(io.BytesIO(render_frame(pixels.tobytes(), header, PNG, transfer_syntax_uid=EXPLICIT)))
    )
    assert found[0, :, 0].tolist() == [0, 255, 128]


@pytest.mark.parametrize("space", ["HSV", "ARGB", "CMYK"])
def test_retired_spaces_are_refused(space: str) -> None:
    with pytest.raises(CannotUnderstand, match=space):
        shown(random_rgb(), x00280004=space)


def palette(entries: NDArray[Any], first: int, bits: int) -> dict[str, Any]:
    """Palette attributes for (entries, 3) values."""
    raw = entries.astype("<u2") if bits == 16 else entries.astype(np.uint8)
    attributes: dict[str, Any] = {}
    for index, colour in enumerate("123"):
        attributes[f"x0028110{colour}"] = [len(entries) % 65536, first, bits]
        data = base64.b64encode(raw[:, index].tobytes()).decode()
        attributes[f"x0028120{colour}"] = {"vr": "OW", "InlineBinary": data}
    return attributes


@pytest.mark.parametrize(("bits", "shift"), [(8, 0), (16, 8)])
def test_palettes_colour_each_index(bits: int, shift: int) -> None:
    """PS3.3 §C.7.6.3.1.5 and .6."""
    entries = np.random.default_rng(5).integers(0, 1 << bits, (200, 3))
    entries[0] = (1 << bits) - 1
    pixels = np.random.default_rng(6).integers(0, 256, (16, 16)).astype(np.uint8)
    found = shown(pixels, x00280004="PALETTE COLOR", **palette(entries, 20, bits))
    assert np.array_equal(found, entries[np.clip(pixels.astype(int) - 20, 0, 199)] >> shift)


def test_palettes_of_16_bits_that_fill_only_8_are_believed() -> None:
    entries = np.stack([np.arange(256)] * 3, axis=1)
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = shown(pixels, x00280004="PALETTE COLOR", **palette(entries, 0, 16))
    assert np.array_equal(found[..., 1], pixels)


def test_palette_colour_without_a_palette_is_refused() -> None:
    with pytest.raises(CannotUnderstand, match="without its lookup tables"):
        shown(np.zeros((2, 2), np.uint8), x00280004="PALETTE COLOR")


SEGMENTS = [
    [0, 3, 10, 20, 300],
    [0, 1, 0, 1, 256, 65280],
    [0, 2, 100, 112, 1, 4, 500, 0, 1, 7],
    [0, 2, 100, 112, 1, 5, 0, 2, 2, 0, 0, 0, 1, 9],
]


@pytest.mark.parametrize("segments", SEGMENTS)
def test_segmented_palettes_unfold_as_in_pydicom(segments: list[int]) -> None:
    """PS3.3 §C.7.9.2; linear segments are compared within one, for the standard leaves the rounding open."""
    raw = np.array(segments, "<u2").tobytes()
    found = np.frombuffer(expand_segments(raw, 16), "<u2").astype(int)
    expected = np.array(_expand_segmented_lut(tuple(segments), "<H"))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1


def test_a_segmented_palette_colours_a_frame() -> None:
    ramp = np.array([0, 1, 0, 1, 255, 65280], "<u2").tobytes()
    attributes: dict[str, Any] = {}
    for colour in "123":
        attributes[f"x0028110{colour}"] = [256, 0, 16]
        attributes[f"x0028122{colour}"] = {"vr": "OW", "InlineBinary": base64.b64encode(ramp).decode()}
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = shown(pixels, x00280004="PALETTE COLOR", **attributes)
    assert np.abs(found[..., 0].astype(int) - pixels).max() <= 1


@pytest.mark.parametrize(
    "segments",
    [
        [1, 5, 7],
        [0, 500, 1],
        [7, 1, 1],
        [0, 1, 5, 2, 1, 9999, 0],
        [0, 1, 5, 2, 65535, 0, 0],
        [0, 1, 1] + [1, 65535, 9] * 3,
    ],
)
def test_broken_segments_are_refused(segments: list[int]) -> None:
    with pytest.raises(CannotUnderstand, match="segmented palette"):
        expand_segments(np.array(segments, "<u2").tobytes(), 16)
