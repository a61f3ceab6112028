"""Every kind of object: readable, marked synthetic, the same bytes each time, pixels as announced."""

import hashlib
import io

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.filewriter import dcmwrite
from pydicom.sr.codedict import codes

from archive.demo import part10
from archive.demo.chest_ct import CASES
from archive.demo.ct_scanner import LUNG, CtSeries, axial_slices
from archive.demo.header import SYNTHETIC, Series
from archive.demo.nodule_report import measurement_report
from archive.demo.registry import BUILDERS
from archive.demo.solids import Grid
from tests.unit.demo.conftest import instances, order_for, read

SMALL: dict[str, dict[str, str]] = {
    "angiography": {"runs": "1"},
    "documents": {"title": "CT report"},
    "ecg": {"rhythm": "sinus"},
    "endoscopy": {"stills": "1", "video": "1"},
    "eye": {"lines": "3", "size": "512"},
    "head_ct": {},
    "head_mr": {"weightings": "T1", "finding": "tumour"},
    "mammography": {"mass": "1"},
    "skin": {"lesion": "1", "diameter": "9.1"},
    "slide": {"columns": "2048"},
    "ultrasound": {"view": "thyroid", "nodule": "9", "stills": "1", "rle": "1"},
    "xray": {"views": "PA", "size": "512", "device": "CR"},
}


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_each_object_is_sound(kind: str) -> None:
    order = order_for(kind, **SMALL[kind])
    seen: set[str] = set()
    count = 0
    for data in BUILDERS[kind].build(order):
        count += 1
        ds = read(data)
        assert ds.SOPInstanceUID not in seen
        seen.add(ds.SOPInstanceUID)
        assert ds.StudyInstanceUID == order.study_uid
        assert ds.PatientComments == SYNTHETIC
        assert ds.Manufacturer == "Atrium Demo"
        assert ds.get("BurnedInAnnotation", "NO") == ("YES" if kind == "documents" else "NO")
        again = io.BytesIO()
        dcmwrite(again, dcmread(io.BytesIO(data)), enforce_file_format=True)
        assert again.getvalue() == data, "pydicom writes the same bytes"
    assert count == BUILDERS[kind].count(order)


@pytest.mark.parametrize("kind", ["ecg", "documents", "skin", "ultrasound", "endoscopy"])
def test_twice_generated_is_the_same_bytes(kind: str) -> None:
    order = order_for(kind, **SMALL[kind])
    first, second = ([hashlib.sha256(data).hexdigest() for data in BUILDERS[kind].build(order)] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("kind", "options", "syntax"),
    [
        ("head_mr", {"weightings": "T1"}, "1.2.840.10008.1.2.1"),
        ("ultrasound", SMALL["ultrasound"], "1.2.840.10008.1.2.5"),
        ("xray", {**SMALL["xray"], "syntax": "jpegls"}, "1.2.840.10008.1.2.4.80"),
        ("xray", {**SMALL["xray"], "syntax": "j2k"}, "1.2.840.10008.1.2.4.90"),
        ("xray", {**SMALL["xray"], "syntax": "ljpeg"}, "1.2.840.10008.1.2.4.70"),
        ("xray", SMALL["xray"], "1.2.840.10008.1.2.4.201"),
    ],
)
def test_lossless_syntaxes_decode_to_the_same_picture(kind: str, options: dict[str, str], syntax: str) -> None:
    ds = next(instances(order_for(kind, **options)))
    assert ds.file_meta.TransferSyntaxUID == syntax
    plain = ds.pixel_array
    assert plain.std() > 5
    if kind == "xray":
        reference = next(instances(order_for(kind, **SMALL["xray"]))).pixel_array
        assert np.array_equal(plain, reference)


def test_monochrome1_is_the_negative() -> None:
    positive = next(instances(order_for("xray", views="PA", size="512")))
    negative = next(instances(order_for("xray", views="PA", size="512", inverted="1")))
    assert negative.PhotometricInterpretation == "MONOCHROME1"
    assert np.array_equal(negative.pixel_array, 4095 - positive.pixel_array)


def test_names_keep_their_scripts_in_every_character_set() -> None:
    for patient_id, charset in (("3811902", "\\ISO 2022 IR 87"), ("4700136", "GB18030"), ("4465081", "ISO_IR 144")):
        order = order_for("ecg", patient_id=patient_id, charset=charset, rhythm="sinus")
        assert str(next(instances(order)).PatientName) == order.patient.name


def test_oct_lines_lie_on_their_photograph() -> None:
    photograph, volume, *_ = instances(order_for("eye", lines="3", size="512"))
    assert volume.SOPClassUID.name == "Ophthalmic Tomography Image Storage"
    for group in volume.PerFrameFunctionalGroupsSequence:
        place = group.OphthalmicFrameLocationSequence[0]
        assert place.ReferencedSOPInstanceUID == photograph.SOPInstanceUID
        assert all(0 < value < photograph.Rows for value in place.ReferenceCoordinates)


def test_the_pyramid_halves_from_level_to_level() -> None:
    levels = [ds for ds in instances(order_for("slide", columns="2048")) if ds.ImageType[2] == "VOLUME"]
    assert [ds.TotalPixelMatrixColumns for ds in levels] == [2048, 1024, 512, 256]
    assert all(float(ds.ImagedVolumeWidth) == float(levels[0].ImagedVolumeWidth) for ds in levels)
    assert len(levels[0].OpticalPathSequence[0].ICCProfile) > 100


def test_video_is_the_committed_clip() -> None:
    from pydicom.encaps import generate_frames

    from archive.demo.endoscopy import CLIP

    *_, video = instances(order_for("endoscopy", stills="1", video="1"))
    assert video.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.102"
    assert CLIP.stat().st_size <= 300_000
    fragment = next(generate_frames(video.PixelData, number_of_frames=1))
    assert fragment[: CLIP.stat().st_size] == CLIP.read_bytes()


def test_report_does_not_carry_the_clock() -> None:
    order = order_for("chest_ct", case="a", point="prior")
    series = Series(2, "CT", "Lung", "Atrium CT 128", "CT2")
    wanted = CtSeries(series, LUNG, ((-600, 1500),), 2.5, part10.EXPLICIT)
    grid = Grid((-64.5, -60.0, -100.0), (2.5, 1.0, 1.0), (3, 128, 128))
    slices = list(axial_slices(order, wanted, np.full(grid.shape, -860, dtype=np.int16), grid))
    nodules = CASES["a"].findings["prior"]
    assert measurement_report(order, 5, slices, nodules) == measurement_report(order, 5, slices, nodules)


def test_report_measures_the_nodule_on_a_slice_of_its_study() -> None:
    slices, reports = {}, []
    for ds in instances(order_for("chest_ct", case="a", point="prior")):
        if ds.Modality == "SR":
            reports.append(ds)
        else:
            slices[str(ds.SOPInstanceUID)] = ds.SeriesNumber
    (report,) = reports
    referenced = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert {slices[str(item.ReferencedSOPInstanceUID)] for item in referenced} == {2}
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert codes.DCM.ImagingMeasurementReport.value == report.ConceptNameCodeSequence[0].CodeValue
    text = str(report)
    assert "6.8" in text
