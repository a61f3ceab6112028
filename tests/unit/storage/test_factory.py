from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import pytest

from storage.errors import InvalidStoreURL, PermanentStoreError
from storage.factory import _parse, _s3_location, open_store
from storage.s3 import S3Location


def location(url: str) -> S3Location:
    return _s3_location(*_parse(url))


def test_a_folder_is_made_and_used(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/new/folder%20of%20objects")
    store.put("a", io.BytesIO(b"x"), length=1, sha256=sha256(b"x").hexdigest())
    assert (tmp_path / "new" / "folder of objects" / "a").read_bytes() == b"x"


def test_each_memory_store_is_its_own() -> None:
    one, other = open_store("memory://"), open_store("memory://")
    one.put("a", io.BytesIO(b"x"), length=1, sha256=sha256(b"x").hexdigest())
    assert [*other.list()] == []


def test_a_bucket_alone_is_aws_with_signed_payloads() -> None:
    assert location("s3://images") == S3Location(bucket="images")
    assert location("s3://images/?endpoint=&region=&path_style=&sse=&kms_key_id=&checksum=") == S3Location(
        bucket="images"
    )


def test_every_parameter_of_the_documented_address_counts() -> None:
    assert location(
        "s3://images/site/a?endpoint=https://s3.example.org:9000&region=eu-1&path_style=1"
        "&sse=aws:kms&kms_key_id=key-1&checksum=when_supported"
    ) == S3Location(
        bucket="images",
        prefix="site/a",
        endpoint="https://s3.example.org:9000",
        region="eu-1",
        path_style=True,
        sse="aws:kms",
        kms_key_id="key-1",
        checksum="when_supported",
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "unknown scheme"),
        ("/var/objects", "unknown scheme"),
        ("ftp://host/x", "unknown scheme"),
        ("file://var/objects", "three slashes"),
        ("file:relative", "three slashes"),
        ("file://", "three slashes"),
        ("file:///var/../etc", "without '..'"),
        ("file:///var?mode=1", "no parameter 'mode'"),
        ("memory://?a=1", "no parameter 'a'"),
        ("s3://", "name of a bucket"),
        ("s3://UPPER", "name of a bucket"),
        ("s3://bucket:9000/x", "name of a bucket"),
        ("s3://bucket/a/../b", "rules for object keys"),
        ("s3://bucket/a b", "rules for object keys"),
        ("s3://bucket?endpont=http://x", "unknown parameter 'endpont'"),
        ("s3://bucket?endpoint", "not a URL"),
        ("s3://[bucket", "not a URL"),
        ("s3://bucket#x", "'#' has no meaning"),
        ("s3://bucket?region=a&region=b", "given twice"),
        ("s3://bucket?endpoint=s3.example.org", "endpoint must be"),
        ("s3://bucket?endpoint=http://host:port", "endpoint must be"),
        ("s3://bucket?path_style=yes", "path_style must be one of 0, 1"),
        ("s3://bucket?sse=rot13", "sse must be one of AES256, aws:kms"),
        ("s3://bucket?kms_key_id=k", "needs sse=aws:kms"),
        ("s3://bucket?checksum=never", "checksum must be one of when_required, when_supported"),
        ("s3://AKIAKEY:hunter2@bucket", "credentials"),
        ("s3://bucket?endpoint=http://AKIAKEY:hunter2@host", "credentials"),
        ("s3://bucket?secret_key=hunter2", "unknown parameter 'secret_key'"),
        ("file://user:hunter2@/var", "credentials"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line_without_secrets(url: str, says: str) -> None:
    with pytest.raises(InvalidStoreURL) as caught:
        open_store(url)
    message = str(caught.value)
    assert says in message
    assert message.startswith("storage URL: ")
    assert "\n" not in message
    assert "hunter2" not in message


def test_a_folder_that_can_not_be_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PermanentStoreError):
        open_store(f"file://{tmp_path}/file")
    with pytest.raises(PermanentStoreError):
        open_store(f"file://{tmp_path}/file/below")
