"""The instance that stands for a Study or a Series in a thumbnail."""

from __future__ import annotations

from archive.catalog.reader import ResourcePath
from archive.catalog.scope import StudyScope
from archive.dicom.uids import is_uid
from archive.errors import NotFound
from archive.models import Instance, Series

# Objects about images: shown only where there is no image.
NOT_PICTURES = frozenset({"SR", "KO", "PR", "SEG", "RTSTRUCT", "RTPLAN", "RTRECORD", "REG", "FID", "DOC", "ANN", "AU"})


def key_instance(scope: StudyScope, path: ResourcePath) -> ResourcePath:
    """The middle image (by Instance Number) of the Series with most instances that holds pictures.

    An instance stands for itself, unseen. Ties go to the Series that came first.

    Raises:
        NotFound: there is no such resource.
    """
    if path.sop_instance_uid:
        return path
    if not is_uid(path.study_instance_uid) or not is_uid(path.series_instance_uid or "0"):
        raise NotFound("no such resource")
    series = Series.objects.filter(study__study_instance_uid=path.study_instance_uid, instance_count__gt=0)
    if path.series_instance_uid:
        series = series.filter(series_instance_uid=path.series_instance_uid)
    found = list(
        scope.restrict(series, "study__")
        .order_by("id")
        .values_list("id", "series_instance_uid", "modality", "instance_count")
    )
    if not found:
        raise NotFound("no such series" if path.series_instance_uid else "no such study")
    pk, series_instance_uid, _modality, count = max(found, key=lambda row: (row[2] not in NOT_PICTURES, row[3]))
    by_number = Instance.objects.filter(series_id=pk).order_by("sort_number", "id")
    images = by_number.filter(rows__isnull=False)
    candidates = (images[count // 2 :], images, by_number)  # a few images among many reports: not at the middle
    chosen = next(filter(None, (rows.values_list("sop_instance_uid", flat=True).first() for rows in candidates)), None)
    if chosen is None:
        raise NotFound("no such series")
    return ResourcePath(path.study_instance_uid, series_instance_uid, chosen)
