"""The path of a resource, as doors hand it to the services."""

from __future__ import annotations

from archive.catalog.reader import ResourcePath

__all__ = ["ResourcePath"]
