from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dicom.decode_protocol import parameters_from_json, parameters_to_json
from archive.dicom.render_parameters import RenderParameters, Viewport, Window
from archive.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("40,400,linear", Window(40, 400, "LINEAR")),
        ("-600.5,1500,linear-exact", Window(-600.5, 1500, "LINEAR_EXACT")),
        (" 1e3 , 0.5 , SIGMOID ", Window(1000, 0.5, "SIGMOID")),
        ("0,1,linear", Window(0, 1, "LINEAR")),
    ],
)
def test_windows_are_read(text: str, window: Window) -> None:
    """PS3.18 §8.3.5.1.4."""
    assert RenderParameters.parse(window=text).window == window


@pytest.mark.parametrize(
    "text",
    [
        *("", "40", "40,400", "40,0,linear", "40,0.5,linear", "40,-1,sigmoid", "40,400,cubic", "a,400,linear"),
        *("nan,400,linear", "40,inf,linear", "1_0,400,linear", "40,1e999,linear", "40,400,linear,1", "0x10,4,linear"),
    ],
)
def test_senseless_windows_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="window"):
        RenderParameters.parse(window=text)


@pytest.mark.parametrize(
    ("text", "viewport"),
    [
        ("512,256", Viewport(columns=512, rows=256)),
        ("10,20,1,2,30,40", Viewport(10, 20, 1, 2, 30, 40)),
        ("10,20,0.5,,-30,", Viewport(10, 20, 0.5, 0, -30, None)),
    ],
)
def test_viewports_are_read(text: str, viewport: Viewport) -> None:
    """PS3.18 §8.3.5.1.3: an empty source value takes its default, a negative size mirrors."""
    assert RenderParameters.parse(viewport=text).viewport == viewport


@pytest.mark.parametrize(
    "text",
    [
        *("", "512", "0,0", "512,0", "-5,5", "5.5,5", "8193,1", "99999999999,1", "5,5,1", "5,5,1,1,1", "5,5,-1,0,1,1"),
        *("5,5,0,0,0,1", "5,5,0,0,1,nan", "５,5", "5,5,0,0,1,1,1", ","),
    ],
)
def test_senseless_viewports_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="viewport"):
        RenderParameters.parse(viewport=text)


@pytest.mark.parametrize("text", ["", "0", "101", "-1", "1.5", "high", "1000", "٥"])
def test_senseless_qualities_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="quality"):
        RenderParameters.parse(quality=text)


def test_defaults_are_jpeg_of_the_whole_frame() -> None:
    parameters = RenderParameters.parse()
    assert (parameters.media_type, parameters.window, parameters.viewport, parameters.quality) == (
        "image/jpeg",
        None,
        None,
        90,
    )
    with pytest.raises(InvalidRequest, match="image/jpeg or image/png"):
        RenderParameters.parse(media_type="image/gif")


@given(st.text(alphabet="0123456789.,-+eEnaif linearsgmod", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parameter in ("window", "viewport", "quality"):
        try:
            parameters = RenderParameters.parse(**{parameter: text})
        except InvalidRequest:
            continue
        assert parameters.window is None or parameters.window.valid


@given(
    st.builds(
        RenderParameters,
        media_type=st.sampled_from(["image/jpeg", "image/png"]),
        window=st.none() | st.builds(Window, st.floats(-1e6, 1e6), st.floats(1, 1e6)),
        viewport=st.none() | st.builds(Viewport, st.integers(1, 8192), st.integers(1, 8192), st.floats(0, 100)),
        quality=st.integers(1, 100),
    )
)
def test_parameters_reach_the_decoder_unchanged(parameters: RenderParameters) -> None:
    assert parameters_from_json(parameters_to_json(parameters)) == parameters
