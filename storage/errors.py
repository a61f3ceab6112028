"""What a store can say went wrong: for good, or for now.

The split is the contract. A permanent error stays however often one asks again. A retryable one may be gone at the
next try, and `storage.wrappers.RetryingStore` acts on nothing else. Drivers translate foreign errors (OSError,
botocore) into these once, at their own border; no other exception leaves a store.
"""

from __future__ import annotations

from collections.abc import Mapping


class StoreError(Exception):
    """Base of everything that a store raises. Messages are one line and carry keys, never bytes or credentials."""


class PermanentStoreError(StoreError):
    """Trying again will not help: the request, the object or the set-up is at fault."""


class RetryableStoreError(StoreError):
    """The same call may succeed a moment later; nothing half done is visible meanwhile."""


class InvalidKey(PermanentStoreError):
    """The key breaks the rules of `storage.keys`."""


class InvalidStoreURL(PermanentStoreError):
    """The address of a store can't be understood, or says more than it may (credentials)."""


class ObjectNotFound(PermanentStoreError):
    """No object has this key."""


class InvalidRange(PermanentStoreError):
    """The wanted bytes lie, wholly or in part, outside the object."""


class ObjectConflict(PermanentStoreError):
    """The key is taken by an object with other bytes, which stays as it is."""


class DigestMismatch(PermanentStoreError):
    """The bytes are not the ones that were promised, by length or by SHA-256."""


class StoreFull(PermanentStoreError):
    """No room, or a quota is reached. Permanent for one request: space returns in minutes, not in milliseconds."""


class StoreUnavailable(RetryableStoreError):
    """The store does not answer, answers half, or asks for patience."""


class DeleteIncomplete(RetryableStoreError):
    """Some objects of a `delete_many` are still there. Repeating is harmless, because delete is idempotent.

    `failed` maps each key left over to the store's reason.
    """

    def __init__(self, failed: Mapping[str, str]) -> None:
        key, reason = next(iter(failed.items()))
        super().__init__(f"{len(failed)} objects are not deleted; first {key}: {reason}")
        self.failed = dict(failed)
