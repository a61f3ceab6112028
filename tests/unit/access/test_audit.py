"""The audit: reads of one minute are one row with a count; denials are there before the caller hears of them."""

from __future__ import annotations

import pytest

from archive.errors import AccessDenied, NotSignedIn


def test_reads_of_a_minute_are_one_row_with_a_count(index: None) -> None:
    from archive.access import audit
    from archive.access.policy import Actor
    from archive.models import AuditEvent

    actor = Actor(kind="user", name="reader", address="127.0.0.1")
    for _ in range(3):
        audit.record_read(actor, "open study", ["1.2.3", "1.2.4"])
    audit.flush()
    audit.record_read(actor, "open study", ["1.2.3"])
    audit.flush()
    rows = AuditEvent.objects.filter(actor="reader").order_by("study_instance_uid")
    assert sum(row.count for row in rows if row.study_instance_uid == "1.2.3") == 4
    assert sum(row.count for row in rows if row.study_instance_uid == "1.2.4") == 3
    assert len(rows) <= 4  # two, or more when the minute turned meanwhile


def test_a_missing_scope_is_denied_and_audited(index: None) -> None:
    from archive.access.policy import Action, Actor, permit
    from archive.models import AuditEvent

    reader = Actor(kind="token", name="viewer", scopes=frozenset({"dicomweb.read"}))
    permit(reader, Action.SEARCH)
    with pytest.raises(AccessDenied):
        permit(reader, Action.STORE)
    assert AuditEvent.objects.filter(actor="viewer", action="store", outcome="denied").count() == 1


def test_nobody_may_do_nothing(index: None) -> None:
    from archive.access.policy import Action, permit

    for action in Action:
        with pytest.raises(NotSignedIn):
            permit(None, action)
