"""Rendered resources and thumbnails (PS3.18 §10.4.1.1.4, §10.4.1.1.6, §8.3.5)."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from tests import factories
from tests.contract.retrieve_kit import H264, Kit, compressed, ct_file, fresh, path_of
from tests.e2e.synthetic import new_uid
from tests.server import RunningArchive


@pytest.fixture(scope="module")
def kit(archive: RunningArchive) -> Kit:
    return Kit(archive, archive.session())


@pytest.fixture(scope="module")
def ct(kit: Kit) -> Dataset:
    instance, data = ct_file()
    kit.store(data)
    return instance


def picture(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_jpeg_unless_png_is_liked_better(kit: Kit, ct: Dataset) -> None:
    path = f"{path_of(ct)}/rendered"
    for accept, kind in [
        ("*/*", "JPEG"),
        ("image/*", "JPEG"),
        ("image/jpeg", "JPEG"),
        ("image/png", "PNG"),
        ("image/jpeg;q=0.5, image/png", "PNG"),
        ("image/webp, image/apng, image/*;q=0.8", "JPEG"),
    ]:
        answer = kit.get(path, accept)
        image = picture(answer.content)
        assert (image.format, answer.headers["Content-Type"]) == (kind, f"image/{kind.lower()}")
        assert image.size == (64, 64)
    assert kit.get(path, "image/gif").status_code == 406


def test_the_query_parameter_beats_the_header(kit: Kit, ct: Dataset) -> None:
    """PS3.18 §8.3.3.1: a browser can't set the header of an image."""
    for query in ("accept=image/png", "accept=image%2Fpng"):
        answer = kit.get(f"{path_of(ct)}/rendered?{query}", "image/jpeg")
        assert answer.headers["Content-Type"] == "image/png"


def test_the_window_is_the_instances_own_or_the_one_asked_for(kit: Kit, ct: Dataset) -> None:
    path = f"{path_of(ct)}/rendered?accept=image/png"
    own = np.asarray(picture(kit.get(path).content))
    assert np.array_equal(own, np.asarray(picture(kit.get(f"{path}&window=40,400,linear").content)))
    wide = np.asarray(picture(kit.get(f"{path}&window=40%2C4000%2Clinear").content))
    assert own.std() > wide.std()


def test_viewport_fits_and_quality_shrinks(kit: Kit, ct: Dataset) -> None:
    path = f"{path_of(ct)}/rendered"
    assert picture(kit.get(f"{path}?viewport=32,16").content).size == (16, 16)
    assert picture(kit.get(f"{path}?viewport=128,128").content).size == (128, 128)
    assert len(kit.get(f"{path}?quality=10").content) < len(kit.get(f"{path}?quality=95").content)


@pytest.mark.parametrize(
    "query",
    [
        "viewport=0,0",
        "viewport=a,b",
        "viewport=99999,99999",
        "window=40,0,linear",
        "window=40,400",
        "window=nan,1,linear",
        "quality=0",
        "quality=101",
        "quality=best",
    ],
)
@pytest.mark.parametrize("resource", ["rendered", "frames/1/rendered", "thumbnail"])
def test_senseless_parameters_are_refused(kit: Kit, ct: Dataset, query: str, resource: str) -> None:
    assert kit.get(f"{path_of(ct)}/{resource}?{query}").status_code == 400


def test_frames_are_rendered_by_number(kit: Kit) -> None:
    instance, pixels = compressed(3)
    [path] = kit.store(instance)
    for number in (1, 2, 3):
        found = np.asarray(picture(kit.get(f"{path}/frames/{number}/rendered", "image/png").content))
        assert found.shape == pixels[0].shape
        assert np.array_equal(found, pixels[number - 1])
    assert kit.get(f"{path}/rendered", "image/png").content == kit.get(f"{path}/frames/1/rendered", "image/png").content
    assert kit.get(f"{path}/frames/4/rendered").status_code == 404
    assert kit.get(f"{path}/frames/1,2/rendered").status_code == 406


def test_a_pdf_is_itself_without_padding(kit: Kit) -> None:
    instance = factories.encapsulated_pdf(length=4000)
    instance.EncapsulatedDocument = instance.EncapsulatedDocument[:3999] + b"\0"
    instance.EncapsulatedDocumentLength = 3999
    [path] = kit.store(fresh(instance))
    for accept in ("*/*", "application/pdf"):
        answer = kit.get(f"{path}/rendered", accept)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content == instance.EncapsulatedDocument[:3999]
    assert kit.get(f"{path}/rendered", Range="bytes=0-3").content == b"%PDF"
    assert kit.get(f"{path}/rendered", "image/jpeg").status_code == 406


def test_a_video_is_one_stream_to_seek_in(kit: Kit) -> None:
    stream = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 400
    pieces = [stream[start : start + 30_000] for start in range(0, len(stream), 30_000)]
    instance = fresh(factories.encapsulated(pieces, transfer_syntax_uid=H264))
    [path] = kit.store(instance)
    answer = kit.get(f"{path}/rendered", "video/*")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content == stream
    for start, stop in [(0, 10), (29_990, 30_010), (59_000, 95_000), (100_000, len(stream))]:
        part = kit.get(f"{path}/rendered", Range=f"bytes={start}-{stop - 1}")
        assert (part.status_code, part.content) == (206, stream[start:stop])
    assert kit.get(f"{path}/rendered", "image/jpeg").status_code == 406


def test_thumbnails_at_four_levels(kit: Kit, ct: Dataset) -> None:
    study, series = f"/studies/{ct.StudyInstanceUID}", f"/series/{ct.SeriesInstanceUID}"
    for path in (study, study + series, path_of(ct), f"{path_of(ct)}/frames/1"):
        assert picture(kit.get(f"{path}/thumbnail").content).size == (256, 256)
        assert picture(kit.get(f"{path}/thumbnail?viewport=40,30").content).size == (30, 30)
        assert picture(kit.get(f"{path}/thumbnail", "image/png").content).format == "PNG"
    assert kit.get(f"{path_of(ct)}/frames/2/thumbnail").status_code == 404


def test_the_middle_image_of_the_longest_series_stands_for_a_study(kit: Kit) -> None:
    study, series = new_uid(), new_uid()
    scout = fresh(factories.ct_slice(0), study=study)
    slices = [fresh(factories.ct_slice(index), study=study, series=series) for index in range(5)]
    for index, instance in enumerate(slices):
        pixels = np.full((64, 64), 1024 + 30 * index, np.int16)
        instance.PixelData = pixels.tobytes()
    report = fresh(factories.structured_report(), study=study)
    reports = [fresh(factories.structured_report(), study=study, series=report.SeriesInstanceUID) for _ in range(8)]
    kit.store(report, *reports, scout, *reversed(slices))
    expected = kit.get(f"{path_of(slices[2])}/thumbnail").content
    assert kit.get(f"/studies/{study}/thumbnail").content == expected
    assert kit.get(f"/studies/{study}/series/{series}/thumbnail").content == expected
    assert kit.get(f"{path_of(slices[1])}/thumbnail").content != expected


def test_what_has_no_picture_has_an_icon(kit: Kit) -> None:
    icons = {}
    for instance in (
        factories.structured_report(),
        factories.ecg(),
        factories.encapsulated_pdf(),
        factories.encapsulated([b"\0\0\0\x18ftypmp42"], transfer_syntax_uid=H264),
        factories.encapsulated([factories.jpeg_like()]),
    ):
        [path] = kit.store(fresh(instance))
        for level in (path, path.split("/series/")[0]):
            answer = kit.get(f"{level}/thumbnail?viewport=64,64")
            assert answer.status_code == 200
            assert picture(answer.content).size == (64, 64)
        icons[instance.SOPClassUID, getattr(instance, "NumberOfFrames", 1), path] = answer.content
        assert kit.get(f"{path}/thumbnail", "image/gif").status_code == 406
    assert len(set(icons.values())) == 5
