from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from archive.dicom.render_parameters import RenderParameters
from archive.dicom.rendering import render_frame
from archive.dicom.viewport import pixel_height_over_width
from archive.errors import InvalidRequest
from tests.unit.dicom.test_rendering import EXPLICIT, header_for

QUADRANTS = np.kron(np.array([[10, 80], [160, 240]], np.uint8), np.ones((50, 100), np.uint8))
"""100 rows, 200 columns; four plain quarters."""


def picture(viewport: str, pixels: NDArray[np.uint8] = QUADRANTS, **attributes: Any) -> NDArray[np.uint8]:
    parameters = RenderParameters.parse(viewport=viewport, media_type="image/png")
    made = render_frame(pixels.tobytes(), header_for(pixels, **attributes), parameters, transfer_syntax_uid=EXPLICIT)
    return np.asarray(Image.open(io.BytesIO(made)))


def quarters(found: NDArray[np.uint8]) -> list[int]:
    rows, columns = found.shape[0] // 4, found.shape[1] // 4
    return [int(found[y, x]) for y in (rows, 3 * rows) for x in (columns, 3 * columns)]


@pytest.mark.parametrize(
    ("viewport", "shape"),
    [("200,100", (100, 200)), ("100,100", (50, 100)), ("1000,50", (50, 100)), ("400,400", (200, 400)), ("1,1", (1, 1))],
)
def test_the_frame_fits_and_keeps_its_shape(viewport: str, shape: tuple[int, int]) -> None:
    found = picture(viewport)
    assert found.shape == shape
    if shape[0] > 1:
        assert quarters(found) == [10, 80, 160, 240]


def test_a_region_is_cut_out_and_fitted() -> None:
    assert (picture("50,50,100,50,100,50") == 240).all()
    assert picture("50,50,100,50,100,50").shape == (25, 50)
    assert quarters(picture("100,100,50,25,100,50")) == [10, 80, 160, 240]


def test_negative_sizes_mirror() -> None:
    """PS3.18 §8.3.5.1.3."""
    assert quarters(picture("200,100,0,0,-200,100")) == [80, 10, 240, 160]
    assert quarters(picture("200,100,0,0,200,-100")) == [160, 240, 10, 80]


def test_a_region_over_the_edge_shows_what_is_there() -> None:
    assert picture("100,100,100,0,9999,50").shape == (50, 100)
    assert picture("200,100,,,,").shape == (100, 200)


@pytest.mark.parametrize("region", ["200,0,10,10", "0,100,10,10", "5000,5000,1,1"])
def test_a_region_outside_is_refused(region: str) -> None:
    with pytest.raises(InvalidRequest, match="outside"):
        picture(f"100,100,{region}")


@pytest.mark.parametrize(
    ("attributes", "shape"),
    [
        ({"x00280030": [2.0, 1.0]}, (200, 200)),
        ({"x00280034": [1, 2]}, (50, 200)),
        ({"x00181164": [0.5, 0.25]}, (200, 200)),
        ({"x00280034": [2, 1], "x00280030": [1, 1]}, (200, 200)),
        ({"x00280030": [0.7031, 0.70312]}, (100, 200)),
        ({"x00280030": [0, 1]}, (100, 200)),
        ({"x00280030": [1000, 0.001]}, (100, 200)),
        ({"x00280030": ["a"]}, (100, 200)),
    ],
)
def test_pixels_that_are_not_square_are_stretched(attributes: dict[str, Any], shape: tuple[int, int]) -> None:
    """PS3.3 §C.7.6.3.1.7: row spacing over column spacing, or the ratio written out."""
    assert picture("200,200", **attributes).shape == shape


def test_without_a_viewport_every_pixel_stays() -> None:
    header = header_for(QUADRANTS, x00280030=[2.0, 1.0])
    made = render_frame(QUADRANTS.tobytes(), header, RenderParameters.parse(), transfer_syntax_uid=EXPLICIT)
    assert Image.open(io.BytesIO(made)).size == (200, 100)


def test_a_thumbnail_is_an_average() -> None:
    checks = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)
    found = picture("16,16", checks)
    assert np.abs(found.astype(int) - 128).max() <= 3


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 300),
    st.integers(1, 300),
    st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)),
)
def test_any_viewport_is_filled_and_never_exceeded(
    rows: int, columns: int, wide: int, high: int, spacing: tuple[float, float]
) -> None:
    pixels = np.zeros((rows, columns), np.uint8)
    attributes = {"x00280030": list(spacing)}
    found = picture(f"{wide},{high}", pixels, **attributes)
    assert found.shape[0] <= high
    assert found.shape[1] <= wide
    assert found.shape[0] == high or found.shape[1] == wide
    true_ratio = rows * pixel_height_over_width(header_for(pixels, **attributes)) / columns
    assert found.shape[0] == pytest.approx(true_ratio * found.shape[1], abs=max(1.0, true_ratio))


def test_quality_changes_the_size_of_a_jpeg() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (64, 64)).astype(np.uint8)

    def size(quality: str) -> int:
        parameters = RenderParameters.parse(quality=quality)
        return len(render_frame(noise.tobytes(), header_for(noise), parameters, transfer_syntax_uid=EXPLICIT))

    assert size("5") < size("50") < size("100")
