"""The typed environment: the one place that reads `os.environ`, and the only words an operator has to know.

Every setting stands in `.env.example` (a test compares the two). A wrong value ends the start with one line per fault.
"""

from __future__ import annotations

import secrets
import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HERE = Path(__file__).resolve().parents[2]
Port = Annotated[int, Field(ge=0, le=65535)]


class Environment(BaseSettings):
    """Settings as the operator gives them; names are those of the environment variables in lower case."""

    model_config = SettingsConfigDict(env_file=HERE / ".env", env_file_encoding="utf-8", extra="ignore")

    atrium_data_dir: Path = Path("var")
    database_url: str = ""
    storage_url: str = ""
    atrium_broker_url: str = ""
    atrium_secret_key: str = ""
    atrium_bind: str = "127.0.0.1"
    port: Port = 8000
    atrium_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "localhost", "[::1]")
    atrium_trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    atrium_web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    atrium_web_threads: Annotated[int, Field(ge=1, le=64)] = 8
    atrium_decode_children: Annotated[int, Field(ge=1, le=64)] = 1
    atrium_demo: bool = True
    atrium_ai: bool = True
    atrium_ai_quiet_s: Annotated[float, Field(ge=0, le=86400)] = 10
    atrium_dimse_port: Port = 0
    atrium_mllp_port: Port = 0
    atrium_patient_domain: str = "local"
    atrium_time_zone: str = "UTC"
    atrium_duplicates: Literal["refuse", "keep-first"] = "refuse"
    atrium_max_instance_bytes: Annotated[int, Field(ge=1 << 20)] = 8 << 30
    atrium_log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("atrium_allowed_hosts", "atrium_trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://", "sqlite:///")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("storage_url")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if value and not value.startswith(("file:///", "s3://")):
            raise ValueError("must begin with file:/// or s3://")
        return value

    @field_validator("atrium_time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("must be an IANA time zone such as Europe/Oslo") from error
        return value

    @property
    def data_dir(self) -> Path:
        """The embedded data folder, absolute."""
        return (HERE / self.atrium_data_dir).resolve()

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'index.sqlite3'}"

    @property
    def effective_storage_url(self) -> str:
        return self.storage_url or f"file://{self.data_dir / 'objects'}"

    @property
    def listens_beyond_loopback(self) -> bool:
        return self.atrium_bind not in ("127.0.0.1", "::1", "localhost")

    def secret_key(self) -> str:
        """The given secret, or the embedded one, which is made on first use with mode 0600."""
        if self.atrium_secret_key:
            return self.atrium_secret_key
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                path.hardlink_to(fresh)  # of several processes that start at once, the first one's key stays
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The settings of this process; exits with one line per fault when they are wrong."""
    try:
        found = Environment()
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]).upper() if fault["loc"] else "settings"
            print(f"{name}: {fault['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        raise SystemExit(2) from None
    if found.atrium_secret_key and len(found.atrium_secret_key) < 32:
        print("ATRIUM_SECRET_KEY: must have at least 32 characters", file=sys.stderr)
        raise SystemExit(2)
    return found
