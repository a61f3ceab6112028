"""Whole instances as Part 10 objects, in the transfer syntax that the caller takes (PS3.18 §10.4.1, §8.7.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archive.access.policy import Actor
from archive.catalog import reader
from archive.catalog.reader import InstanceLocation
from archive.errors import NotAcceptable
from archive.retrieve import objects
from archive.retrieve.accepted import Accepted, Form
from archive.retrieve.access import permit_retrieve, record_retrieve
from archive.retrieve.part10 import part10
from archive.retrieve.resource import ResourcePath


@dataclass(frozen=True, slots=True)
class RetrievedInstance:
    """One Part 10 object on its way out; nothing is read before the first chunk is taken."""

    path: str
    form: Form
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class RetrievedInstances:
    """What a retrieve gives: instances one after the other, each to be taken before the next."""

    multipart: bool
    instances: Iterator[RetrievedInstance]
    fingerprint: str
    """Equal for equal answers."""
    left_out: int
    """Instances that can't be had in any form the caller takes."""
    total: int


@dataclass(frozen=True, slots=True)
class Original:
    """An instance as it was received."""

    sha256: str
    length: int
    chunks: Iterator[bytes]


def retrieve_instances(*, actor: Actor | None, path: ResourcePath, accepted: Accepted) -> RetrievedInstances:
    """The instances below `path`, in the order of their bytes.

    Raises:
        NotFound: nothing is there.
        NotAcceptable: no instance can be had in a form that the caller takes.
        StoreUnavailable: from the chunks: the store fails, or an instance is damaged.
    """
    scope = permit_retrieve(actor)
    locations = reader.instances(scope, path)
    alone = bool(path.sop_instance_uid)
    forms: dict[str, Form] = {}
    for stored in {location.transfer_syntax_uid for location in locations}:
        if form := accepted.instance_form(stored, alone=alone):
            forms[stored] = form
    chosen = [location for location in locations if location.transfer_syntax_uid in forms]
    if not chosen:
        raise NotAcceptable("none of the accepted forms can be delivered; transfer-syntax=* gives what is stored")
    record_retrieve(actor, path)
    return RetrievedInstances(
        multipart=any(form.multipart for form in forms.values()),
        instances=_instances(chosen, forms),
        fingerprint=_fingerprint(chosen, forms),
        left_out=len(locations) - len(chosen),
        total=len(locations),
    )


def retrieve_original(*, actor: Actor | None, path: ResourcePath) -> Original:
    """The very bytes that were received, preamble and all.

    Raises:
        NotFound: there is no such instance.
        StoreUnavailable: from the chunks: the store fails, or the instance is damaged.
    """
    scope = permit_retrieve(actor)
    location = reader.instance(scope, path)
    record_retrieve(actor, path)
    return Original(location.sha256, location.length, objects.whole(location))


def _instances(locations: Sequence[InstanceLocation], forms: Mapping[str, Form]) -> Iterator[RetrievedInstance]:
    for location, data in objects.neighbours(locations):
        form = forms[location.transfer_syntax_uid]
        yield RetrievedInstance(location.path, form, part10(location, form.transfer_syntax, data))


def _fingerprint(locations: Sequence[InstanceLocation], forms: Mapping[str, Form]) -> str:
    digest = hashlib.sha256()
    for location in locations:
        digest.update(bytes.fromhex(location.sha256))
        digest.update(forms[location.transfer_syntax_uid].content_type.encode())
    return digest.hexdigest()
