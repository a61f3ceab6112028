"""An address becomes a store: the driver it names, with retries and digest checks around it.

    file:///var/lib/atrium/objects
    s3://BUCKET/PREFIX?endpoint=https://s3.example.org&region=&path_style=1&sse=aws:kms&kms_key_id=&checksum=when_required
    memory://

Credentials are never part of the address, which ends up in logs and process lists; S3's come from the AWS_* variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from storage.base import ObjectStore
from storage.errors import InvalidStoreURL
from storage.filesystem import FilesystemStore
from storage.keys import is_key
from storage.memory import MemoryStore
from storage.wrappers import RetryingStore, VerifyingStore

if TYPE_CHECKING:
    from storage.s3 import S3Location

_S3_OPTIONS = frozenset({"endpoint", "region", "path_style", "sse", "kms_key_id", "checksum"})
_Meaning = TypeVar("_Meaning")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def open_store(url: str) -> ObjectStore:
    """The store at `url`, ready for use by the threads of this process. A folder is made if need be, a bucket is not.

    Raises: InvalidStoreURL, with one line that says what to change; PermanentStoreError when a folder can't be made.
    """
    return VerifyingStore(RetryingStore(_open_driver(url)))


def _open_driver(url: str) -> ObjectStore:
    address, options = _parse(url)
    if address.scheme == "s3":
        location = _s3_location(address, options)
        # Imported here: boto3 takes 0.3 s and 20 MB, which a folder does not need.
        from storage.s3 import S3Store

        return S3Store(location)
    if options:
        raise InvalidStoreURL(f"storage URL: {address.scheme}:// takes no parameter {min(options)!r}")
    if address.scheme == "file":
        return FilesystemStore(_folder(address))
    if address.scheme == "memory":
        return MemoryStore()
    raise InvalidStoreURL(f"storage URL: unknown scheme {address.scheme!r}; use file:///FOLDER or s3://BUCKET/PREFIX")


def _parse(url: str) -> tuple[SplitResult, dict[str, str]]:
    """The parts of the address, and its query with each parameter at most once."""
    try:
        address = urlsplit(url)
        pairs = parse_qsl(address.query, keep_blank_values=True, strict_parsing=bool(address.query))
    except ValueError:
        raise InvalidStoreURL("storage URL: not a URL") from None
    if "@" in address.netloc:
        raise InvalidStoreURL("storage URL: credentials don't belong here; set AWS_ACCESS_KEY_ID and its like")
    if address.fragment:
        raise InvalidStoreURL("storage URL: '#' has no meaning here; write %23 if it belongs to a name")
    options = dict(pairs)
    if len(options) != len(pairs):
        raise InvalidStoreURL("storage URL: a parameter is given twice")
    return address, options


def _folder(address: SplitResult) -> Path:
    path = unquote(address.path)
    if address.netloc not in ("", "localhost") or not path.startswith("/"):
        raise InvalidStoreURL("storage URL: a folder is written file:///ABSOLUTE/PATH, with three slashes")
    if "\0" in path or ".." in path.split("/"):
        raise InvalidStoreURL("storage URL: the folder must be written without '..'")
    return Path(path)


def _s3_location(address: SplitResult, options: Mapping[str, str]) -> S3Location:
    from storage.s3 import S3Location

    unknown = options.keys() - _S3_OPTIONS
    if unknown:
        raise InvalidStoreURL(
            f"storage URL: unknown parameter {min(unknown)!r}; known are {', '.join(sorted(_S3_OPTIONS))}"
        )
    if not _BUCKET.fullmatch(address.netloc):
        raise InvalidStoreURL("storage URL: s3:// must be followed by the name of a bucket")
    prefix = unquote(address.path).strip("/")
    if prefix and not is_key(prefix):
        raise InvalidStoreURL("storage URL: the prefix after the bucket must follow the rules for object keys")
    if options.get("kms_key_id") and options.get("sse") != "aws:kms":
        raise InvalidStoreURL("storage URL: kms_key_id needs sse=aws:kms")
    return S3Location(
        bucket=address.netloc,
        prefix=prefix,
        endpoint=_endpoint(options.get("endpoint", "")),
        region=options.get("region") or None,
        path_style=_choice(options, "path_style", {"": False, "0": False, "1": True}),
        sse=_choice(options, "sse", {"": None, "AES256": "AES256", "aws:kms": "aws:kms"}),
        kms_key_id=options.get("kms_key_id") or None,
        checksum=_choice(
            options,
            "checksum",
            {"": "when_required", "when_required": "when_required", "when_supported": "when_supported"},
        ),
    )


def _endpoint(value: str) -> str | None:
    if not value:
        return None
    try:
        endpoint = urlsplit(value)
        valid = endpoint.scheme in ("http", "https") and endpoint.hostname and (endpoint.port is None or endpoint.port)
    except ValueError:
        valid = False
    if not valid:
        raise InvalidStoreURL("storage URL: endpoint must be http://HOST:PORT or https://HOST:PORT")
    if "@" in endpoint.netloc:
        raise InvalidStoreURL("storage URL: credentials don't belong into the endpoint either")
    return value


def _choice(options: Mapping[str, str], name: str, meanings: Mapping[str, _Meaning]) -> _Meaning:
    value = options.get(name, "")
    if value not in meanings:
        raise InvalidStoreURL(f"storage URL: {name} must be one of {', '.join(filter(None, meanings))}")
    return meanings[value]
