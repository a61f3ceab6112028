"""Background work as rows. The row is the truth; a broker only carries a hint that it is due."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """One piece of work: claimed by a lease of database time, tried a bounded number of times."""

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=200, help_text="what it works on; one open job per kind and subject")
    state = models.CharField(max_length=12, default="due")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    priority = models.IntegerField(default=0)
    reason = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "job"
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="job_once")]
        indexes = [models.Index(fields=["state", "due_at"], name="job_due")]
