"""The index: Patient → Study → Series → Instance, and the objects that hold the bytes.

Everything here can be rebuilt from the stored objects and never alters them. Matching columns hold text as the
standard spells it (DA as YYYYMMDD, TM without colons); `*_search` columns hold the same text folded for matching.
"""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """Who sends: decides the domain of Patient IDs without issuer, and the time zone of times without offset."""

    name = models.CharField(max_length=64, unique=True)
    patient_domain = models.CharField(max_length=64)
    time_zone = models.CharField(max_length=64, default="UTC")
    department = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "source"

    def __str__(self) -> str:
        return self.name


class Patient(models.Model):
    """One person as one issuer knows them: (domain, Patient ID, variant), never the bare ID.

    `variant` is empty for the first identity seen under a Patient ID. A conflicting name, birth date or sex opens
    another variant, and an object without Patient ID gets one per Study: none of these is ever joined by itself.
    """

    domain = models.CharField(max_length=64)
    patient_id = models.CharField(max_length=64, blank=True)
    variant = models.CharField(max_length=80, blank=True, default="")
    name = models.CharField(max_length=330, blank=True, default="")
    name_search = models.TextField(blank=True, default="")
    birth_date = models.CharField(max_length=8, blank=True, default="")
    sex = models.CharField(max_length=16, blank=True, default="")
    identity_conflict = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "patient"
        constraints = [
            models.UniqueConstraint(fields=["domain", "patient_id", "variant"], name="patient_identity"),
        ]
        indexes = [models.Index(fields=["patient_id"], name="patient_by_id")]

    def __str__(self) -> str:
        return f"Patient {self.pk}"


class Study(models.Model):
    """One Patient's part of a Study. Two patients under one Study Instance UID are two rows, both flagged."""

    study_instance_uid = models.CharField(max_length=64)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="studies", db_index=False)
    study_date = models.CharField(max_length=8, blank=True, default="")
    study_time = models.CharField(max_length=16, blank=True, default="")
    timezone_offset = models.CharField(max_length=5, blank=True, default="")
    started_at = models.DateTimeField(null=True)
    accession_number = models.CharField(max_length=64, blank=True, default="")
    study_id = models.CharField(max_length=64, blank=True, default="")
    study_description = models.CharField(max_length=255, blank=True, default="")
    referring_physician_name = models.CharField(max_length=330, blank=True, default="")
    referring_physician_search = models.TextField(blank=True, default="")
    institution_name = models.CharField(max_length=255, blank=True, default="")
    department = models.CharField(max_length=64, blank=True, default="")
    patient_age = models.CharField(max_length=16, blank=True, default="")
    modalities = models.CharField(max_length=255, blank=True, default="")
    sop_classes = models.TextField(blank=True, default="")
    series_count = models.IntegerField(default=0)
    instance_count = models.IntegerField(default=0)
    frame_count = models.IntegerField(default=0)
    waiting_versions = models.IntegerField(default=0)
    refused_instances = models.IntegerField(default=0)
    identity_conflict = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    arrived_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    attributes = models.BinaryField(help_text="Patient and Study attributes of the first instance, DICOM JSON, zstd")

    class Meta:
        db_table = "study"
        constraints = [
            models.UniqueConstraint(fields=["study_instance_uid", "patient"], name="study_of_patient"),
        ]
        indexes = [
            models.Index(fields=["-study_date", "-study_time", "-id"], name="study_by_date"),
            models.Index(fields=["accession_number"], name="study_by_accession"),
            models.Index(fields=["patient", "-study_date"], name="study_by_patient"),
            models.Index(fields=["department", "-study_date"], name="study_by_department"),
            models.Index(fields=["department", "modalities"], name="study_facets"),
        ]

    def __str__(self) -> str:
        return self.study_instance_uid


class Series(models.Model):
    """A Series within one Study row."""

    series_instance_uid = models.CharField(max_length=64)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="series", db_index=False)
    modality = models.CharField(max_length=16, blank=True, default="")
    series_number = models.CharField(max_length=16, blank=True, default="")
    series_description = models.CharField(max_length=255, blank=True, default="")
    body_part_examined = models.CharField(max_length=64, blank=True, default="")
    laterality = models.CharField(max_length=16, blank=True, default="")
    protocol_name = models.CharField(max_length=255, blank=True, default="")
    manufacturer = models.CharField(max_length=255, blank=True, default="")
    station_name = models.CharField(max_length=64, blank=True, default="")
    frame_of_reference_uid = models.CharField(max_length=64, blank=True, default="")
    performed_procedure_step_start_date = models.CharField(max_length=8, blank=True, default="")
    performed_procedure_step_start_time = models.CharField(max_length=16, blank=True, default="")
    sop_classes = models.TextField(blank=True, default="")
    instance_count = models.IntegerField(default=0)
    frame_count = models.IntegerField(default=0)
    arrived_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    attributes = models.BinaryField(help_text="Series attributes of the first instance, DICOM JSON, zstd")

    class Meta:
        db_table = "series"
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["study", "series_instance_uid"], name="series_of_study")]
        indexes = [
            models.Index(fields=["series_instance_uid"], name="series_by_uid"),
            models.Index(fields=["modality", "study"], name="series_by_modality"),
        ]

    def __str__(self) -> str:
        return self.series_instance_uid


class RequestAttributes(models.Model):
    """An item of Request Attributes Sequence (0040,0275), matched at Series level."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="request_attributes")
    scheduled_procedure_step_id = models.CharField(max_length=64, blank=True, default="")
    requested_procedure_id = models.CharField(max_length=64, blank=True, default="")
    accession_number = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "request_attributes"
        verbose_name_plural = "request attributes"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "scheduled_procedure_step_id", "requested_procedure_id", "accession_number"],
                name="request_attributes_item",
            ),
        ]
        indexes = [
            models.Index(fields=["scheduled_procedure_step_id"], name="request_by_step"),
            models.Index(fields=["requested_procedure_id"], name="request_by_procedure"),
        ]


class StoredObject(models.Model):
    """An object in the store: a pack (`.tar`) of one Study's instances, or one instance (`.dcm`)."""

    key = models.CharField(max_length=200, unique=True)
    length = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "stored_object"

    def __str__(self) -> str:
        return self.key


class Instance(models.Model):
    """A SOP Instance: where its bytes are, what they hash to, and what its header says."""

    sop_instance_uid = models.CharField(max_length=64, unique=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances", db_index=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="instances", db_index=False)
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64)
    instance_number = models.CharField(max_length=16, blank=True, default="")
    sort_number = models.BigIntegerField(default=0)
    rows = models.IntegerField(null=True)
    columns = models.IntegerField(null=True)
    bits_allocated = models.IntegerField(null=True)
    number_of_frames = models.IntegerField(null=True)
    stored_object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="instances")
    object_offset = models.BigIntegerField()
    length = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    dataset_offset = models.IntegerField()
    preamble = models.CharField(max_length=12, blank=True, default="")
    registration = models.BigIntegerField(db_index=True, help_text="the ChangeEvent that announced it")
    arrived_at = models.DateTimeField()
    # Large columns last: SQLite keeps what precedes them on the row's first page.
    frames = models.BinaryField(null=True, help_text="FrameTable.pack(): byte range of every frame")
    header = models.BinaryField(help_text="DICOM JSON template of the data set, zstd")

    class Meta:
        db_table = "instance"
        indexes = [
            models.Index(fields=["series", "sort_number", "id"], name="instance_by_series"),
            models.Index(fields=["study", "id"], name="instance_by_study"),
        ]

    def __str__(self) -> str:
        return self.sop_instance_uid


class WaitingVersion(models.Model):
    """What was refused for one instance: another version of a stored one (its bytes are kept), or unusable bytes."""

    sop_instance_uid = models.CharField(max_length=64, blank=True, db_index=True)
    series_instance_uid = models.CharField(max_length=64, blank=True)
    study_instance_uid = models.CharField(max_length=64, blank=True, db_index=True)
    failure_reason = models.IntegerField()
    comment = models.CharField(max_length=255)
    stored_object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, null=True, related_name="waiting")
    object_offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True)
    arrived_at = models.DateTimeField()

    class Meta:
        db_table = "waiting_version"
        constraints = [
            models.UniqueConstraint(fields=["sop_instance_uid", "failure_reason", "sha256"], name="waiting_once"),
        ]
