"""A TID 1500 measurement report of the lung nodules of a chest CT, made with highdicom (PS3.16)."""

import io
from collections.abc import Sequence

import numpy as np
from highdicom.sr import (
    CodedConcept,
    ComprehensiveSR,
    FindingSite,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    SourceImageForRegion,
    TrackingIdentifier,
)
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from archive.demo import part10
from archive.demo.header import Series, header
from archive.demo.lesions import Nodule
from archive.demo.orders import StudyOrder

_SITES = {
    "right lower lobe": CodedConcept("266005", "SCT", "Lower lobe of right lung"),
    "right upper lobe": CodedConcept("42400003", "SCT", "Upper lobe of right lung"),
    "left upper lobe": CodedConcept("44714003", "SCT", "Upper lobe of left lung"),
}
_MILLIMETRE, _MICROLITRE = CodedConcept("mm", "UCUM", "millimeter"), CodedConcept("mm3", "UCUM", "cubic millimeter")
_NODULE = CodedConcept("27925004", "SCT", "Nodule")


def measurement_report(order: StudyOrder, number: int, slices: Sequence[bytes], nodules: Sequence[Nodule]) -> bytes:
    """One SR object in series ``number`` that measures ``nodules`` on ``slices``, the CT objects of one series.

    Each nodule is tracked by a UID that stays the same at every time point of the patient.
    """
    images = [dcmread(io.BytesIO(data), stop_before_pixels=True) for data in slices]
    heights = np.array([float(image.ImagePositionPatient[2]) for image in images])
    nearest = [images[int(np.argmin(np.abs(heights - nodule.centre[2])))] for nodule in nodules]
    observer = PersonObserverIdentifyingAttributes(name=order.referring)
    person = ObserverContext(observer_type=codes.DCM.Person, observer_identifying_attributes=observer)
    report = MeasurementReport(
        observation_context=ObservationContext(observer_person_context=person),
        procedure_reported=CodedConcept("169069000", "SCT", "CT of chest"),
        imaging_measurements=[
            _group(order, nodule, image, index)
            for index, (nodule, image) in enumerate(zip(nodules, nearest, strict=True), start=1)
        ],
    )
    series = Series(number, "SR", "Nodule measurements", "Atrium Report", "WS1", minutes=12.0)
    ours = header(order, series, 1, "1.2.840.10008.5.1.4.1.1.88.33")
    evidence = list({str(image.SOPInstanceUID): image for image in nearest}.values())
    ds = ComprehensiveSR(
        evidence=evidence,
        content=report[0],
        series_instance_uid=str(ours.SeriesInstanceUID),
        series_number=number,
        sop_instance_uid=str(ours.SOPInstanceUID),
        instance_number=1,
        manufacturer=str(ours.Manufacturer),
        is_complete=True,
        is_verified=False,
    )
    return part10.part10(_restamped(ds, ours))


def _restamped(ds: Dataset, ours: Dataset) -> Dataset:
    """The report's content under our own header: highdicom stamps the clock, the demo must not."""
    out = Dataset()
    for element in ds:
        out.add(element)
    for element in ours:
        out.add(element)
    for item in out.get("ContributingEquipmentSequence", []):
        item.ContributionDateTime = ours.ContentDate + ours.ContentTime
    out.ReferencedPerformedProcedureStepSequence = []
    out.PerformedProcedureCodeSequence = []
    return out


def _group(
    order: StudyOrder, nodule: Nodule, image: Dataset, index: int
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    origin, spacing = image.ImagePositionPatient, image.PixelSpacing
    column = (nodule.centre[0] - float(origin[0])) / float(spacing[1])
    row = (nodule.centre[1] - float(origin[1])) / float(spacing[0])
    radius = nodule.diameter / 2 / float(spacing[1])
    region = ImageRegion(
        graphic_type=GraphicTypeValues.CIRCLE,
        graphic_data=np.array([[column, row], [column + radius, row]], dtype=np.float32),
        source_image=SourceImageForRegion(str(image.SOPClassUID), str(image.SOPInstanceUID)),
    )
    site = _SITES[nodule.name.split(", ")[1]]
    volume = float(f"{np.pi / 6 * nodule.diameter**3 * 0.93 * 0.95:.1f}")
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=order.shared_uid("nodule", nodule.name), identifier=f"Nodule {index}: {nodule.name}"
        ),
        referenced_region=region,
        finding_type=_NODULE,
        finding_sites=[FindingSite(anatomic_location=site)],
        measurements=[
            Measurement(CodedConcept("103339001", "SCT", "Long axis"), nodule.diameter, _MILLIMETRE),
            Measurement(CodedConcept("118565006", "SCT", "Volume"), volume, _MICROLITRE),
        ],
    )
