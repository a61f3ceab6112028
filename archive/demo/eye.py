"""The eye clinic: colour fundus photographs and OCT volumes that know where their lines lie on the photograph."""

from collections.abc import Iterator
from functools import lru_cache

from pydicom.dataset import Dataset
from pydicom.uid import OphthalmicPhotography8BitImageStorage, OphthalmicTomographyImageStorage

from archive.demo import part10
from archive.demo.header import Series, code, image_header, items
from archive.demo.orders import Builder, StudyOrder
from archive.demo.retina import FIELD_MM, Eye, OctGeometry, b_scan, fundus, speckle_tile
from archive.demo.texture import Array

_RETINA = ("5665001", "SCT", "Retina")


@lru_cache(maxsize=1)
def _speckle() -> Array:
    return speckle_tile()


def eyes(order: StudyOrder) -> tuple[Eye, ...]:
    """What is to be seen at this visit; ``visit`` 0 is the newest."""
    visit = int(order.options.get("visit", "0"))
    base = int(order.options.get("eye", "1"))
    sick = order.options.get("finding", "")
    right = Eye(
        "R",
        base * 100 + visit,
        drusen=34 if sick else 2,
        fluid_um=max(0.0, 62.0 - 62 * visit) if sick == "fluid" else 0.0,
        pigment=0.7 + 0.1 * (base % 5),
    )
    left = Eye(
        "L", base * 100 + 50 + visit, drusen=12 if sick else 0, cup=0.38 + 0.04 * (base % 4), pigment=right.pigment
    )
    return right, left


def truth(order: StudyOrder) -> dict[str, float]:
    """Height in micrometres of the fluid under the right retina."""
    return {"subretinal_fluid_um": eyes(order)[0].fluid_um}


def count(order: StudyOrder) -> int:
    return 4 if order.options.get("oct", "1") == "1" else 2


def build(order: StudyOrder) -> Iterator[bytes]:
    """Per eye one photograph, and one OCT volume when the order says so."""
    size = int(order.options.get("size", "1024"))
    for number, eye in enumerate(eyes(order)):
        photograph = _photograph(order, eye, 1 + 2 * number, size)
        yield part10.part10(photograph, part10.JPEG)
        if count(order) == 4:
            yield _tomography(order, eye, 2 + 2 * number, photograph)


def _common(ds: Dataset, order: StudyOrder, eye: Eye) -> None:
    """What both kinds of object say about the eye (PS3.3 §C.8.17)."""
    ds.ImageLaterality = eye.side
    ds.AnatomicRegionSequence = items(code(*_RETINA))
    ds.PatientEyeMovementCommanded = "NO"
    ds.HorizontalFieldOfView = 45.0
    ds.RefractiveStateSequence = []
    ds.EmmetropicMagnification = None
    ds.IntraOcularPressure = 15.0 if eye.side == "R" else 16.0
    ds.PupilDilated = "NO"
    ds.DetectorType = "CMOS"
    ds.AcquisitionDateTime = ds.AcquisitionDate + ds.AcquisitionTime
    ds.SynchronizationFrameOfReferenceUID = order.uid("synchronization")
    ds.SynchronizationTrigger, ds.AcquisitionTimeSynchronized = "NO TRIGGER", "N"


def _photograph(order: StudyOrder, eye: Eye, number: int, size: int) -> Dataset:
    side = "right" if eye.side == "R" else "left"
    series = Series(number, "OP", f"Fundus colour, {side}", "Atrium Retina 45", "EYE1", "EYE", minutes=number)
    ds = image_header(order, series, 1, OphthalmicPhotography8BitImageStorage, "ORIGINAL\\PRIMARY\\\\COLOR")
    _common(ds, order, eye)
    pixels = fundus(eye, size)
    ds.NumberOfFrames = 1
    ds.FrameIncrementPointer = 0x00181063
    ds.FrameTime = "0"
    ds.AcquisitionDeviceTypeCodeSequence = items(code("409898007", "SCT", "Fundus Camera"))
    ds.IlluminationTypeCodeSequence = []
    ds.LightPathFilterTypeStackCodeSequence = []
    ds.ImagePathFilterTypeStackCodeSequence = []
    ds.LensesCodeSequence = []
    ds.PatientOrientation = ["L", "F"]
    ds.PixelSpacing = [f"{FIELD_MM / size:.6f}"] * 2
    part10.describe_pixels(ds, pixels, 8, "RGB")
    part10.put_frames(ds, [pixels], part10.JPEG, 90)
    return ds


def _tomography(order: StudyOrder, eye: Eye, number: int, photograph: Dataset) -> bytes:
    """A volume of parallel lines; every frame tells the two end points of its line on the photograph."""
    geometry = OctGeometry(lines=int(order.options.get("lines", "19")))
    side = "right" if eye.side == "R" else "left"
    series = Series(number, "OPT", f"OCT macula, {side}", "Atrium OCT 6", "EYE2", "EYE", minutes=number)
    ds = image_header(order, series, 1, OphthalmicTomographyImageStorage, "ORIGINAL\\PRIMARY")
    _common(ds, order, eye)
    frames = [b_scan(eye, geometry, line, _speckle()) for line in range(geometry.lines)]
    ds.FrameOfReferenceUID = order.uid("oct frame of reference", eye.side)
    ds.PositionReferenceIndicator = ""
    # Type 1 in the Ophthalmic Tomography Image module, though one object is no concatenation (PS3.3 §C.8.17.7).
    ds.InConcatenationNumber, ds.InConcatenationTotalNumber, ds.ConcatenationFrameOffsetNumber = 1, 1, 0
    ds.AcquisitionContextSequence = []
    ds.NumberOfFrames = len(frames)
    ds.AcquisitionDuration = 2.4
    ds.AcquisitionDeviceTypeCodeSequence = items(code("392012008", "SCT", "Optical Coherence Tomography Scanner"))
    ds.LightPathFilterTypeStackCodeSequence = []
    ds.AxialLengthOfTheEye = 23.6
    ds.DepthSpatialResolution, ds.MaximumDepthDistortion = 7.0, 1.0
    ds.AlongScanSpatialResolution, ds.AcrossScanSpatialResolution = 14.0, 14.0
    ds.MaximumAlongScanDistortion, ds.MaximumAcrossScanDistortion = 1.0, 1.0
    ds.IlluminationWaveLength, ds.IlluminationPower, ds.IlluminationBandwidth = 870.0, 1200.0, 50.0
    ds.DepthOfTransverseImage = None
    ds.PresentationLUTShape = "IDENTITY"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    part10.describe_pixels(ds, frames[0], 8, "MONOCHROME2")
    _functional_groups(ds, eye, geometry, photograph)
    part10.put_frames(ds, frames, part10.JPEG_LS)
    return part10.part10(ds, part10.JPEG_LS)


def _functional_groups(ds: Dataset, eye: Eye, geometry: OctGeometry, photograph: Dataset) -> None:
    """Shared and per-frame groups, with Ophthalmic Frame Location (PS3.3 §C.8.17.10) pointing at the photograph."""
    shared = Dataset()
    measures = Dataset()
    measures.PixelSpacing = [f"{geometry.depth_um / 1000:.5f}", f"{geometry.width_mm / geometry.columns:.6f}"]
    measures.SliceThickness = f"{geometry.spacing_mm:g}"
    shared.PixelMeasuresSequence = items(measures)
    orientation = Dataset()
    orientation.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    shared.PlaneOrientationSequence = items(orientation)
    anatomy = Dataset()
    anatomy.FrameLaterality = eye.side
    anatomy.AnatomicRegionSequence = items(code(*_RETINA))
    shared.FrameAnatomySequence = items(anatomy)
    frame_type = Dataset()
    frame_type.FrameType = ["ORIGINAL", "PRIMARY"]
    reference = Dataset()
    reference.ReferencedSOPClassUID = photograph.SOPClassUID
    reference.ReferencedSOPInstanceUID = photograph.SOPInstanceUID
    reference.PurposeOfReferenceCodeSequence = items(code("121311", "DCM", "Localizer"))
    shared.ReferencedImageSequence = items(reference)
    ds.SharedFunctionalGroupsSequence = items(shared)
    size = photograph.Rows
    scale = size / FIELD_MM
    per_frame = []
    for line in range(geometry.lines):
        y = (line - (geometry.lines - 1) / 2) * geometry.spacing_mm
        half = geometry.width_mm / 2
        left, right, row = size / 2 - half * scale, size / 2 + half * scale, size / 2 + y * scale
        frame = Dataset()
        content = Dataset()
        content.FrameAcquisitionDateTime = ds.AcquisitionDateTime
        content.FrameReferenceDateTime = ds.AcquisitionDateTime
        content.FrameAcquisitionDuration = 80.0
        content.StackID, content.InStackPositionNumber = "1", line + 1
        content.DimensionIndexValues = [1, line + 1]
        frame.FrameContentSequence = items(content)
        position = Dataset()
        position.ImagePositionPatient = ["0", "0", f"{line * geometry.spacing_mm:.3f}"]
        frame.PlanePositionSequence = items(position)
        location = Dataset()
        location.ReferencedSOPClassUID = photograph.SOPClassUID
        location.ReferencedSOPInstanceUID = photograph.SOPInstanceUID
        location.ReferenceCoordinates = [float(row), float(left), float(row), float(right)]
        location.OphthalmicImageOrientation = "LINEAR"
        location.PurposeOfReferenceCodeSequence = items(code("121311", "DCM", "Localizer"))
        frame.OphthalmicFrameLocationSequence = items(location)
        per_frame.append(frame)
    ds.PerFrameFunctionalGroupsSequence = items(*per_frame)
    organization = Dataset()
    organization.DimensionOrganizationUID = str(ds.FrameOfReferenceUID) + "1"
    ds.DimensionOrganizationSequence = items(organization)
    ds.DimensionIndexSequence = items(
        *(_dimension(organization.DimensionOrganizationUID, tag) for tag in (0x00209056, 0x00209057))
    )
    ds.ReferencedImageSequence = items(reference)


def _dimension(uid: str, pointer: int) -> Dataset:
    item = Dataset()
    item.DimensionOrganizationUID = uid
    item.DimensionIndexPointer = pointer
    item.FunctionalGroupPointer = 0x00209111
    return item


BUILDER = Builder(count, build)
