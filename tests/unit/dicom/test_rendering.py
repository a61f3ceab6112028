"""Rendered frames against the standard's formulas, computed here value by value in plain Python."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from archive.dicom.frame_header import frame_header
from archive.dicom.render_parameters import RenderParameters
from archive.dicom.rendering import render_frame
from archive.errors import CannotUnderstand, NotFound

EXPLICIT = "1.2.840.10008.1.2.1"
_SIGNED = {"i": 1, "u": 0, "f": 0}


def header_for(pixels: NDArray[Any], **attributes: Any) -> dict[str, Any]:
    """A header for (rows, columns[, 3]) pixels; `attributes` are x-prefixed tags with a value or a list of them."""
    bits = pixels.dtype.itemsize * 8
    values: dict[str, Any] = {
        "00280002": 1 if pixels.ndim == 2 else pixels.shape[2],
        "00280004": "MONOCHROME2" if pixels.ndim == 2 else "RGB",
        "00280010": pixels.shape[0],
        "00280011": pixels.shape[1],
        "00280100": bits,
        "00280101": bits,
        "00280102": bits - 1,
        "00280103": _SIGNED[pixels.dtype.kind],
    } | {tag.removeprefix("x"): value for tag, value in attributes.items()}
    header = {
        tag: value if isinstance(value, dict) else {"vr": "DS", "Value": value if isinstance(value, list) else [value]}
        for tag, value in values.items()
    }
    pixel_tag = {"f4": "7FE00008", "f8": "7FE00009"}.get(pixels.dtype.str[1:], "7FE00010")
    return header | {pixel_tag: {"vr": "OW"}}


def shown(pixels: NDArray[Any], window: str | None = None, **attributes: Any) -> NDArray[np.uint8]:
    """What a PNG of the frame shows."""
    parameters = RenderParameters.parse(window=window, media_type="image/png")
    header = header_for(pixels, **attributes)
    picture = render_frame(pixels.tobytes(), header, parameters, transfer_syntax_uid=EXPLICIT)
    return np.asarray(Image.open(io.BytesIO(picture)))


def by_the_standard(x: float, center: float, width: float, function: str) -> float:
    """PS3.3 §C.11.2.1.2 and §C.11.2.1.3 with the output range 0 to 255."""
    if function == "sigmoid":
        exponent = -4 * (x - center) / width
        return 255 / (1 + math.exp(exponent)) if exponent < 700 else 0.0
    if function == "linear-exact":
        if x <= center - width / 2:
            return 0.0
        return 255.0 if x > center + width / 2 else ((x - center) / width + 0.5) * 255
    if x <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if x > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((x - (center - 0.5)) / (width - 1) + 0.5) * 255


def ramp(kind: str = "i2", low: int = -1024, high: int = 3071) -> NDArray[Any]:
    return np.arange(low, high + 1).astype(kind).reshape(64, -1)


class TestWindow:
    @pytest.mark.parametrize("function", ["linear", "linear-exact", "sigmoid"])
    @pytest.mark.parametrize(("center", "width"), [(40, 400), (-600, 1500), (0.5, 1), (128, 256), (1e5, 10)])
    def test_each_function_is_the_standards(self, function: str, center: float, width: float) -> None:
        pixels = ramp()
        found = shown(pixels, f"{center},{width},{function}").ravel()
        for value, shade in zip(pixels.ravel().tolist(), found.tolist(), strict=True):
            assert abs(shade - by_the_standard(value, center, width, function)) <= 0.5 + 1e-9

    @given(
        st.floats(-5000, 5000),
        st.floats(1, 5000),
        st.sampled_from(["linear", "linear-exact", "sigmoid"]),
        st.sampled_from(["i2", "u2", "u1", "i1", "i4", "f4", "f8"]),
        st.integers(0, 2**32 - 1),
    )
    def test_any_window_on_any_pixels_is_the_standards(
        self, center: float, width: float, function: str, kind: str, seed: int
    ) -> None:
        random = np.random.default_rng(seed)
        pixels = random.integers(-2000, 2000, (4, 5)).astype("i4")
        pixels = pixels.astype(kind) if kind != "i1" else (pixels % 256 - 128).astype("i1")
        found = shown(pixels, f"{center},{width},{function}").ravel()
        for value, shade in zip(pixels.ravel().tolist(), found.tolist(), strict=True):
            assert abs(shade - by_the_standard(value, center, width, function)) <= 0.5 + 1e-6

    @given(st.floats(-3000, 3000), st.floats(1, 5000), st.sampled_from(["linear", "linear-exact", "sigmoid"]))
    def test_brighter_pixels_are_never_darker(self, center: float, width: float, function: str) -> None:
        found = shown(ramp(), f"{center},{width},{function}").ravel().astype(int)
        assert (np.diff(found) >= 0).all()

    def test_the_first_window_of_the_instance_is_the_default(self) -> None:
        pixels = ramp()
        found = shown(pixels, x00281050=[40, -600], x00281051=[400, 1500])
        assert np.array_equal(found, shown(pixels, "40,400,linear"))

    @pytest.mark.parametrize(("name", "function"), [("SIGMOID", "sigmoid"), ("LINEAR_EXACT", "linear-exact")])
    def test_voi_lut_function_is_followed(self, name: str, function: str) -> None:
        found = shown(ramp(), x00281050=40, x00281051=400, x00281056=name)
        assert np.array_equal(found, shown(ramp(), f"40,400,{function}"))

    def test_windows_count_in_rescaled_values(self) -> None:
        """PS3.4 §N.2: Modality LUT first."""
        pixels = ramp("u2", 0, 4095)
        found = shown(pixels, "40,400,linear", x00281052=-1024, x00281053=1)
        assert np.array_equal(found, shown(ramp("i2", -1024, 3071), "40,400,linear"))
        halved = shown(pixels, "40,400,linear", x00281052=-100, x00281053=0.5)
        for value, shade in zip(pixels.ravel().tolist(), halved.ravel().tolist(), strict=True):
            assert abs(shade - by_the_standard(value * 0.5 - 100, 40, 400, "linear")) <= 0.5 + 1e-9

    def test_monochrome1_is_inverted_after_the_window(self) -> None:
        assert np.array_equal(
            shown(ramp(), "40,400,linear", x00280004="MONOCHROME1"), 255 - shown(ramp(), "40,400,linear")
        )

    def test_a_width_below_one_in_a_header_is_a_plain_ramp(self) -> None:
        pixels = np.linspace(0, 1, 64, dtype="f4").reshape(8, 8)
        found = shown(pixels, x00281050=0.5, x00281051=1.0)
        assert np.array_equal(found, np.floor(pixels.astype(float) * 255 + 0.5).astype(np.uint8))

    def test_a_slope_of_zero_and_a_width_of_zero_are_ignored(self) -> None:
        found = shown(ramp(), x00281050=40, x00281051=0, x00281053=0)
        assert (found.min(), found.max()) == (0, 255)


class TestWithoutWindow:
    def test_eight_bits_are_shades_already(self) -> None:
        pixels = np.arange(256, dtype="u1").reshape(16, 16)
        assert np.array_equal(shown(pixels), pixels)

    def test_fewer_bits_are_spread(self) -> None:
        pixels = np.arange(128, dtype="u1").reshape(8, 16)
        found = shown(pixels, x00280101=7, x00280102=6)
        assert np.array_equal(found, np.floor(pixels * (255 / 127) + 0.5).astype("u1"))

    @pytest.mark.parametrize("kind", ["i2", "u2", "i4", "f4"])
    def test_deep_pixels_are_spread_over_their_percentiles(self, kind: str) -> None:
        pixels = np.arange(1000).reshape(25, 40).astype(kind)
        pixels[0, 0] = 30000  # one hot pixel must not darken the rest
        found = shown(pixels)
        assert found[0, 0] == 255
        assert int(found[12, 20]) == pytest.approx(127, abs=3)
        assert found.min() == 0

    def test_padding_does_not_count(self) -> None:
        pixels = np.arange(1000, 2000).reshape(25, 40).astype("i2")
        padded = pixels.copy()
        padded[:10] = -2000
        found = shown(padded, x00280120=-2000)
        unsigned_vr = shown(padded, x00280120=65536 - 2000)  # implicit VR, guessed as US
        assert found[24, 39] == 255
        assert found[10, 0] < 5
        assert np.array_equal(found, unsigned_vr)

    def test_a_flat_image_and_nan_are_shown(self) -> None:
        assert shown(np.full((4, 4), 700, "u2")).shape == (4, 4)
        broken = np.array([[np.nan, np.inf], [-np.inf, 0.5]], "f4")
        assert shown(broken)[0].tolist() == [0, 255]
        assert shown(np.full((2, 2), np.nan, "f4")).max() == 0

    def test_one_bit_is_black_and_white(self) -> None:
        bits = np.random.default_rng(2).integers(0, 2, (5, 7)).astype("u1")
        header = header_for(bits, x00280100=1, x00280101=1, x00280102=0)
        packed = np.packbits(bits, bitorder="little").tobytes()
        png = RenderParameters.parse(media_type="image/png")
        picture = render_frame(packed, header, png, transfer_syntax_uid=EXPLICIT)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(picture)).convert("L")), bits * 255)


class TestUnusedBits:
    def test_overlays_in_high_bits_are_not_burnt_in(self) -> None:
        """PS3.5 §8.1.1: only the stored bits are pixels."""
        pixels = np.arange(4096, dtype="u2").reshape(64, 64)
        with_overlay = pixels | 0x8000
        bits = {"x00280101": 12, "x00280102": 11}
        assert np.array_equal(
            shown(with_overlay, "2048,4096,linear", **bits), shown(pixels, "2048,4096,linear", **bits)
        )

    def test_signed_values_in_fewer_bits_keep_their_sign(self) -> None:
        pixels = np.arange(-2048, 2048, dtype="i2").reshape(64, 64)
        masked = (pixels.view("u2") & 0x0FFF).view("i2")
        found = shown(masked, "0,4096,linear", x00280101=12, x00280102=11)
        assert np.array_equal(found, shown(pixels, "0,4096,linear"))

    def test_a_high_bit_above_the_stored_ones_is_shifted_down(self) -> None:
        pixels = np.arange(4096, dtype="u2").reshape(64, 64)
        found = shown(pixels << 4, "2048,4096,linear", x00280101=12, x00280102=15)
        assert np.array_equal(found, shown(pixels, "2048,4096,linear"))


def lut(first: int, bits: int, data: list[int]) -> dict[str, Any]:
    table = {
        "00283002": {"vr": "US", "Value": [len(data) % 65536, first, bits]},
        "00283006": {"vr": "US", "Value": data},
    }
    return {"vr": "SQ", "Value": [table]}


class TestLookupTables:
    def test_modality_lut_comes_before_the_window(self) -> None:
        squares = [value * value for value in range(64)]
        pixels = np.arange(64, dtype="u1").reshape(8, 8)
        found = shown(pixels, "2048,4096,linear-exact", x00283000=lut(0, 16, squares))
        expected = [by_the_standard(square, 2048, 4096, "linear-exact") for square in squares]
        assert np.abs(found.ravel() - np.array(expected)).max() <= 0.5 + 1e-9

    def test_voi_lut_is_used_when_there_is_no_window(self) -> None:
        inverse = [4095 - value for value in range(4096)]
        pixels = np.arange(4096, dtype="u2").reshape(64, 64)
        found = shown(pixels, x00283010=lut(0, 12, inverse))
        assert np.array_equal(found.ravel(), (4095 - np.arange(4096)) >> 4)
        with_window = shown(pixels, x00281050=2048, x00281051=4096, x00283010=lut(0, 12, inverse))
        assert np.array_equal(with_window, shown(pixels, "2048,4096,linear"))

    def test_values_outside_a_table_take_its_ends(self) -> None:
        """PS3.3 §C.11.1.1: below the first mapped value the first entry, beyond the last the last."""
        found = shown(np.array([[0, 10, 11, 12, 99]], "u2"), x00283010=lut(10, 8, [50, 100, 200]))
        assert found.tolist() == [[50, 50, 100, 200, 200]]

    def test_a_signed_first_value_is_understood_from_an_unsigned_vr(self) -> None:
        found = shown(np.array([[-2, -1, 0]], "i2"), x00283010=lut(65534, 8, [10, 20, 30]))
        assert found.tolist() == [[10, 20, 30]]

    def test_a_broken_table_is_refused(self) -> None:
        broken = lut(0, 16, [1, 2, 3])
        broken["Value"][0]["00283002"]["Value"] = [400, 0, 16]
        with pytest.raises(CannotUnderstand, match="400 entries"):
            shown(np.zeros((2, 2), "u2"), x00283010=broken)

    def test_log_images_of_angiography_skip_the_modality_lut(self) -> None:
        """PS3.3 §C.8.7.1.1.2."""
        pixels = np.arange(256, dtype="u1").reshape(16, 16)
        xa = {"x00080016": "1.2.840.10008.5.1.4.1.1.12.1", "x00281040": "LOG"}
        found = shown(pixels, x00283000=lut(0, 16, [0] * 256), **xa)
        assert np.array_equal(found, pixels)


class TestSegmentations:
    SEG = "1.2.840.10008.5.1.4.1.1.66.4"

    def test_fractional_ones_are_scaled_by_their_maximum(self) -> None:
        pixels = np.arange(0, 101, dtype="u1").reshape(1, 101)
        found = shown(pixels, x00080016=self.SEG, x00620001="FRACTIONAL", x0062000E=100)
        assert np.array_equal(found, np.floor(pixels * 2.55 + 0.5).astype("u1"))

    def test_labels_are_white_on_black(self) -> None:
        found = shown(np.array([[0, 1, 7, 300]], "u2"), x00080016="1.2.840.10008.5.1.4.1.1.66.7")
        assert found.tolist() == [[0, 255, 255, 255]]


class TestEnhancedMultiFrame:
    PIXELS = np.arange(4096, dtype="u2").reshape(64, 64)

    @staticmethod
    def voi(center: float, width: float) -> dict[str, Any]:
        macro = {"00281050": {"vr": "DS", "Value": [center]}, "00281051": {"vr": "DS", "Value": [width]}}
        return {"00289132": {"vr": "SQ", "Value": [macro]}}

    @staticmethod
    def rescale(intercept: float) -> dict[str, Any]:
        macro = {"00281052": {"vr": "DS", "Value": [intercept]}, "00281053": {"vr": "DS", "Value": [1]}}
        return {"00289145": {"vr": "SQ", "Value": [macro]}}

    def picture(self, frame_number: int, shared: dict[str, Any], *per_frame: dict[str, Any]) -> NDArray[np.uint8]:
        header = header_for(
            self.PIXELS,
            x00280008=2,
            x52009229={"vr": "SQ", "Value": [shared]},
            x52009230={"vr": "SQ", "Value": list(per_frame)},
        )
        png = RenderParameters.parse(media_type="image/png")
        raw = self.PIXELS.tobytes()
        made = render_frame(raw, header, png, frame_number=frame_number, transfer_syntax_uid=EXPLICIT)
        return np.asarray(Image.open(io.BytesIO(made)))

    def test_each_frame_has_its_own_window_and_rescale(self) -> None:
        frames = (self.voi(40, 400) | self.rescale(-1024), self.voi(-600, 1500) | self.rescale(-1000))
        for number, window, intercept in ((1, "40,400,linear", -1024), (2, "-600,1500,linear", -1000)):
            expected = shown(self.PIXELS, window, x00281052=intercept)
            assert np.array_equal(self.picture(number, {}, *frames), expected)

    def test_shared_groups_hold_for_all_frames_and_missing_items_do_no_harm(self) -> None:
        expected = shown(self.PIXELS, "40,400,linear", x00281052=-1024)
        assert np.array_equal(self.picture(2, self.voi(40, 400) | self.rescale(-1024)), expected)

    def test_a_frame_beyond_the_last_is_not_found(self) -> None:
        with pytest.raises(NotFound, match="2 frames, no frame 3"):
            self.picture(3, {})


class TestBulkTables:
    def test_tables_in_bulk_data_are_put_in_place_in_our_byte_order(self) -> None:
        descriptor = {"vr": "US", "Value": [4, 0, 16]}
        header = header_for(np.zeros((2, 2), "u1"), x00281101=descriptor)
        header["00281201"] = {"vr": "OW", "BulkDataURI": "http://h/studies/1/series/2/instances/3/bulkdata/00281201"}
        asked: list[str] = []

        def read_bulk(path: str) -> bytes:
            asked.append(path)
            return np.array([1, 2, 3, 4], ">u2").tobytes()

        single = frame_header(header, 1, read_bulk=read_bulk, big_endian=True)
        assert asked == ["00281201"]
        assert base64.b64decode(single["00281201"]["InlineBinary"]) == np.array([1, 2, 3, 4], "<u2").tobytes()
        assert "BulkDataURI" in header["00281201"], "the caller's header is untouched"

    def test_tables_inside_sequences_are_found_by_their_path(self) -> None:
        table = {
            "00283002": {"vr": "US", "Value": [2, 0, 16]},
            "00283006": {"vr": "OW", "BulkDataURI": "\x1f/studies/1/series/2/instances/3/bulkdata/00283010/0/00283006"},
        }
        header = header_for(np.zeros((2, 2), "u1"), x00283010={"vr": "SQ", "Value": [table]})
        asked: list[str] = []
        single = frame_header(header, 1, read_bulk=lambda path: asked.append(path) or b"\1\0\2\0")
        assert asked == ["00283010/0/00283006"]
        assert single["00283010"]["Value"][0]["00283006"] == {"vr": "OW", "InlineBinary": "AQACAA=="}
        assert "BulkDataURI" in table["00283006"]
