"""Readiness: what works is said, what does not is named, and many probes cost as much as one."""

from __future__ import annotations

import pytest

from storage.errors import StoreUnavailable
from storage.memory import MemoryStore


class Broken(MemoryStore):
    """A store whose disk is gone."""

    def put(self, *_: object, **__: object) -> None:
        raise StoreUnavailable("no such device")


@pytest.fixture
def health(index: None, monkeypatch: pytest.MonkeyPatch) -> object:
    from archive.lifecycle import health

    monkeypatch.setattr(health, "_latest", None)
    return health


def test_all_is_well_and_the_probe_leaves_nothing(health, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    store = MemoryStore()
    monkeypatch.setattr(health, "object_store", lambda: store)
    assert health.readiness() == health.Readiness(database=True, migrations=True, objects=True)
    assert health.readiness().ready
    assert not list(store.list())


def test_a_broken_store_is_named(health, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(health, "object_store", Broken)
    state = health.readiness()
    assert not state.ready
    assert (state.database, state.migrations, state.objects) == (True, True, False)


def test_many_probes_cost_as_much_as_one(health, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    asked = []
    monkeypatch.setattr(health, "object_store", lambda: asked.append(1) or MemoryStore())
    for _ in range(50):
        health.readiness()
    assert len(asked) == 1
