"""What happened: the change feed, numbered in commit order, and the audit. Both are append-only."""

from __future__ import annotations

from django.db import models


class ChangeEvent(models.Model):
    """One change of one Series. `seq` follows commit order, so a reader's cursor never skips a late commit."""

    seq = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32)
    study_instance_uid = models.CharField(max_length=64)
    series_instance_uid = models.CharField(max_length=64)
    registration = models.BigIntegerField(help_text="names the instances that arrived together")
    instance_count = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "change_event"


class AuditEvent(models.Model):
    """Who did what to which Study (PS3.15 §A.5); repeated reads of a minute are one row with a count."""

    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    study_instance_uid = models.CharField(max_length=64, blank=True, default="", db_index=True)
    count = models.IntegerField(default=1)
    address = models.CharField(max_length=64, blank=True, default="")
    detail = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "audit_event"
