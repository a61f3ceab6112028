"""Visible-light photographs: what skin and endoscopy stills have in common (PS3.3 §A.32)."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from archive.demo import part10
from archive.demo.header import Series, image_header
from archive.demo.orders import StudyOrder


def photograph(
    order: StudyOrder,
    series: Series,
    number: int,
    sop_class_uid: str,
    pixels: NDArray[np.uint8],
    syntax: str,
    quality: int = 88,
) -> tuple[Dataset, str]:
    """A colour photograph (rows, columns, 3) as a data set, with its transfer syntax."""
    ds = image_header(order, series, number, sop_class_uid, "ORIGINAL\\PRIMARY", seconds=20.0 * number)
    ds.AcquisitionContextSequence = []
    ds.PatientOrientation = ""
    part10.describe_pixels(ds, pixels, 8, "RGB")
    part10.put_frames(ds, [pixels], syntax, quality)
    return ds, syntax
