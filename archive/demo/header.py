"""The modules every object shares: patient, study, series, equipment, and the mark that it is synthetic."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from archive.demo.orders import StudyOrder

SYNTHETIC = "SYNTHETIC - not a real patient"
MANUFACTURER = "Atrium Demo"
SOFTWARE = "demo 1"


@dataclass(frozen=True)
class Series:
    """One series of a study: what its objects have in common."""

    number: int
    modality: str
    description: str
    model: str
    station: str
    body_part: str = ""
    laterality: str | None = None
    protocol: str = ""
    minutes: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A code sequence item (PS3.3 §8)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def items(*datasets: Dataset) -> Sequence:
    return Sequence(list(datasets))


def da(moment: datetime) -> str:
    return moment.strftime("%Y%m%d")


def tm(moment: datetime) -> str:
    return moment.strftime("%H%M%S")


def header(
    order: StudyOrder, series: Series, instance_number: int, sop_class_uid: str, seconds: float = 0.0
) -> Dataset:
    """A new data set with patient, study, series, equipment and SOP common modules filled.

    ``seconds`` is how long after the start of the series this instance was acquired.
    """
    started = order.moment + timedelta(minutes=series.minutes)
    acquired = started + timedelta(seconds=seconds)
    ds = Dataset()
    ds.SpecificCharacterSet = order.charset.split("\\") if "\\" in order.charset else order.charset
    ds.SOPClassUID = UID(sop_class_uid)
    ds.SOPInstanceUID = UID(order.uid("series", series.number, "instance", instance_number))
    ds.InstanceCreationDate, ds.InstanceCreationTime = da(acquired), tm(acquired)
    ds.StudyDate, ds.StudyTime = da(order.moment), tm(order.moment)
    ds.SeriesDate, ds.SeriesTime = da(started), tm(started)
    ds.ContentDate, ds.ContentTime = da(acquired), tm(acquired)
    ds.AccessionNumber = order.accession
    ds.Modality = series.modality
    ds.Manufacturer = MANUFACTURER
    ds.InstitutionName = order.institution
    ds.InstitutionalDepartmentName = order.department
    ds.ReferringPhysicianName = order.referring
    ds.StationName = series.station
    ds.StudyDescription = order.description
    ds.SeriesDescription = series.description
    ds.ManufacturerModelName = series.model
    ds.DeviceSerialNumber = f"DEMO-{series.station}"
    ds.SoftwareVersions = SOFTWARE
    _patient(ds, order)
    if series.body_part:
        ds.BodyPartExamined = series.body_part
    if series.protocol:
        ds.ProtocolName = series.protocol
    ds.StudyInstanceUID = UID(order.study_uid)
    ds.SeriesInstanceUID = UID(order.uid("series", series.number))
    ds.StudyID = order.accession[-6:]
    ds.SeriesNumber = series.number
    ds.InstanceNumber = instance_number
    if series.laterality is not None:
        ds.Laterality = series.laterality
    for keyword, value in series.extra.items():
        setattr(ds, keyword, value)
    ds.PatientComments = SYNTHETIC
    return ds


def _patient(ds: Dataset, order: StudyOrder) -> None:
    person = order.patient
    ds.PatientName = person.name
    ds.PatientID = person.patient_id
    ds.IssuerOfPatientID = person.issuer
    ds.PatientBirthDate = person.birth_date(order.anchor).strftime("%Y%m%d")
    ds.PatientSex = person.sex
    ds.PatientAge = person.age_string(order.anchor, order.moment.date())
    ds.PatientSize = f"{person.height_m:.2f}"
    ds.PatientWeight = f"{person.weight_kg:g}"


def image_header(
    order: StudyOrder, series: Series, number: int, sop_class_uid: str, image_type: str, seconds: float = 0.0
) -> Dataset:
    """``header`` plus what every image has: type, acquisition time, no burned-in annotation, the synthetic mark."""
    ds = header(order, series, number, sop_class_uid, seconds)
    ds.ImageType = image_type.split("\\")
    ds.AcquisitionDate, ds.AcquisitionTime = ds.ContentDate, ds.ContentTime
    ds.AcquisitionNumber = 1
    ds.ImageComments = SYNTHETIC
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    return ds
