"""Objects in a bucket of any server that speaks S3: AWS, Ceph RGW, MinIO and others. boto3 is imported only here.

*Integrity.* Payloads are signed with their SHA-256 (Signature Version 4), so the server itself refuses bytes that
changed on the way, over HTTPS, too; this works on servers that know nothing of S3's newer checksum headers. The
digest of the whole object is kept in its user metadata (`sha256`), where `head` finds it.

*Never overwrite.* A put is conditional (`If-None-Match: *`). Servers differ: Ceph 16 decides a race of two simple puts
but ignores the condition when a multipart upload completes, and there are servers that ignore it always. So a
multipart upload looks before it begins and again before it completes; what remains is a race of two writers with
different bytes for one key, which the archive's keys exclude.

*Retries* are not done here (botocore's own are off): `storage.wrappers.RetryingStore` does them for every driver.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

import boto3
from botocore.config import Config

from storage.base import ObjectInfo
from storage.errors import DeleteIncomplete, InvalidRange, ObjectConflict, ObjectNotFound, StoreError, StoreUnavailable
from storage.keys import check_key, is_prefix
from storage.s3_errors import translated
from storage.streams import CHUNK_SIZE, checked_chunks, end_of_range, opened, section

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

ChecksumMode = Literal["when_required", "when_supported"]

PART_SIZE = 64 * 1024 * 1024
_MAX_PARTS = 10_000
_DELETE_BATCH = 1_000

# A silent server is given up after this time; RetryingStore starts no new try later than 10 s after the first, so a
# caller hears within 30 s.
_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S = 3, 20
# More than the threads of one web worker; a connection beyond the pool would be made anew for each call.
_MAX_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Location:
    """Where the objects are and how to talk to the server. Credentials come from boto3's own chain (AWS_*)."""

    bucket: str
    prefix: str = ""  # empty, or without a slash at either end
    endpoint: str | None = None  # None: AWS
    region: str | None = None
    path_style: bool = False
    sse: Literal["AES256", "aws:kms"] | None = None
    kms_key_id: str | None = None
    checksum: ChecksumMode = "when_required"  # when_supported: also let the server keep x-amz-checksum-*


class S3Store:
    """One prefix of one bucket. The bucket must exist; a missing one is a permanent error of every call."""

    def __init__(self, location: S3Location, *, part_size: int = PART_SIZE) -> None:
        """`part_size`: bytes per part of a multipart upload, at least 5 MiB; objects beyond two parts use it."""
        self._bucket = location.bucket
        self._prefix = location.prefix + "/" if location.prefix else ""
        self._part_size = part_size
        self._keep_checksum = location.checksum == "when_supported"
        self._encryption: dict[str, Any] = {}
        if location.sse:
            self._encryption["ServerSideEncryption"] = location.sse
        if location.kms_key_id:
            self._encryption["SSEKMSKeyId"] = location.kms_key_id
        self._client = _client(location)

    def put(self, key: str, body: BinaryIO, *, length: int, sha256: str) -> None:
        name, start = self._name(key), body.tell()
        # A reading of its own before anything is sent (2 GB/s, the network is slower): what has gone out can't be
        # taken back.
        for _ in checked_chunks(body, length=length, sha256=sha256):
            pass
        if length > 2 * self._part_size:
            self._put_parts(key, body, start, length, sha256)
            return
        checksum = {"ChecksumSHA256": _base64(sha256)} if self._keep_checksum else {}
        try:
            with translated(key):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=name,
                    Body=section(body, start, length),
                    Metadata={"sha256": sha256},
                    IfNoneMatch="*",
                    **checksum,  # type: ignore[arg-type]
                    **self._encryption,
                )
        except ObjectConflict:
            self._check_same(key, length, sha256)

    def _put_parts(self, key: str, body: BinaryIO, start: int, length: int, sha256: str) -> None:
        if self._is_stored(key, length, sha256):
            return
        target: dict[str, Any] = {"Bucket": self._bucket, "Key": self._name(key)}
        with translated(key):
            upload = self._client.create_multipart_upload(**target, Metadata={"sha256": sha256}, **self._encryption)
            target["UploadId"] = upload["UploadId"]
        part_size = max(self._part_size, -(-length // _MAX_PARTS))
        try:
            parts = [
                self._put_part(key, target, number, section(body, start + offset, min(part_size, length - offset)))
                for number, offset in enumerate(range(0, length, part_size), start=1)
            ]
            if self._is_stored(key, length, sha256):
                self._abort(key, target)
                return
            with translated(key):
                self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except ObjectConflict:
            self._abort(key, target)
            self._check_same(key, length, sha256)
        except BaseException:
            self._abort(key, target)
            raise

    def _put_part(self, key: str, target: dict[str, Any], number: int, body: BinaryIO) -> CompletedPartTypeDef:
        with translated(key):
            answer: Any = self._client.upload_part(**target, PartNumber=number, Body=body)
        # A server that keeps checksums wants those of the parts back at the end.
        part: Any = {name: value for name, value in answer.items() if name.startswith("Checksum")}
        part.update(PartNumber=number, ETag=answer["ETag"])
        return cast("CompletedPartTypeDef", part)

    def _abort(self, key: str, target: dict[str, Any]) -> None:
        """Let the server forget the parts; what can't be reached now, the bucket's lifecycle rule removes."""
        with suppress(StoreError), translated(key):
            self._client.abort_multipart_upload(**target)

    def _is_stored(self, key: str, length: int, sha256: str) -> bool:
        """Whether these bytes have the key already; False when it is free.

        Raises: ObjectConflict when other bytes have it.
        """
        try:
            self._check_same(key, length, sha256)
        except ObjectNotFound:
            return False
        return True

    def _check_same(self, key: str, length: int, sha256: str) -> None:
        info = self.head(key)
        stored = info.sha256
        if info.size == length and stored is None:  # put by somebody else
            digest = hashlib.sha256()
            for chunk in self.open(key):
                digest.update(chunk)
            stored = digest.hexdigest()
        if (info.size, stored) != (length, sha256):
            raise ObjectConflict(f"{key} holds other bytes")

    def adopt(self, key: str, path: Path, *, length: int, sha256: str | None) -> None:
        with path.open("rb") as body:
            digest = sha256 or hashlib.file_digest(body, "sha256").hexdigest()
            body.seek(0)
            self.put(key, body, length=length, sha256=digest)
        path.unlink()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        return b"".join(self.open(key, offset=offset, length=length))

    def open(self, key: str, *, offset: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        return opened(self._chunks(key, offset, length))

    def _chunks(self, key: str, offset: int, length: int | None) -> Generator[bytes, None, None]:
        end = None if length is None else offset + length
        if offset < 0 or end == offset or (end is not None and end < offset):
            # S3 has no word for "no bytes"; and a wrong range must not be sent, it would be ignored.
            end_of_range(key, self.head(key).size, offset, length)
            yield b""
            return
        wanted = {"Range": f"bytes={offset}-{'' if end is None else end - 1}"} if offset or end is not None else {}
        try:
            with translated(key):
                answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key), **wanted)  # type: ignore[arg-type]
        except InvalidRange:
            end_of_range(key, self.head(key).size, offset, length)
            yield b""  # S3 refuses an empty rest, the contract does not
            return
        with closing(answer["Body"]) as body:
            if length is not None and answer["ContentLength"] != length:
                raise InvalidRange(f"{key}: bytes {offset}+{length}, the object ends before")
            if wanted and "ContentRange" not in answer:
                raise StoreUnavailable(f"{key}: the server ignores ranges")
            yield b""
            with translated(key):
                yield from body.iter_chunks(CHUNK_SIZE)

    def head(self, key: str) -> ObjectInfo:
        try:
            with translated(key):
                answer = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
        except ObjectNotFound:
            # HEAD has no body that could tell a missing bucket, which is trouble, from a missing object. GET has.
            self.open(key).close()
            raise
        modified = answer["LastModified"].astimezone(UTC)
        return ObjectInfo(key, answer["ContentLength"], modified, answer["Metadata"].get("sha256"))

    def list(self, prefix: str = "", *, start_after: str = "") -> Iterator[ObjectInfo]:
        if not is_prefix(prefix):
            return
        after = {"StartAfter": self._prefix + start_after} if start_after else {}
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket,
            Prefix=self._prefix + prefix,
            **after,  # type: ignore[arg-type]
        )
        with translated(prefix or "listing"):
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self._prefix)
                    yield ObjectInfo(key, entry["Size"], entry["LastModified"].astimezone(UTC))

    def delete(self, key: str) -> None:
        with translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def delete_many(self, keys: Iterable[str]) -> None:
        failed: dict[str, str] = {}
        names = iter([self._name(key) for key in keys])
        while batch := [*islice(names, _DELETE_BATCH)]:
            with translated(f"deleting {len(batch)} objects"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": name} for name in batch], "Quiet": True}
                )
            for error in answer.get("Errors", ()):
                failed[error["Key"].removeprefix(self._prefix)] = error.get("Code", "refused")
        if failed:
            raise DeleteIncomplete(failed)

    def local_path(self, key: str) -> Path | None:
        return None

    def _name(self, key: str) -> str:
        """The server's name of the object."""
        return self._prefix + check_key(key)


def _client(location: S3Location) -> S3Client:
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if location.path_style else "auto", "payload_signing_enabled": True},
        retries={"total_max_attempts": 1},
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        max_pool_connections=_MAX_CONNECTIONS,
        tcp_keepalive=True,
        request_checksum_calculation=location.checksum,
        response_checksum_validation=location.checksum,
    )
    # A session of its own: the default session is not safe to use from several threads at once.
    with translated("the S3 client"):
        client: S3Client = boto3.session.Session().client(
            "s3", endpoint_url=location.endpoint, region_name=location.region, config=config
        )
    client.meta.events.register("before-call.s3.DeleteObjects", _add_content_md5)
    return client


def _add_content_md5(params: dict[str, Any], **_: object) -> None:
    """Many servers still want the Content-MD5 that S3 once required here; boto3 sends only a newer checksum."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
