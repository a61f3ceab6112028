"""The absolute address of the DICOMweb service as the client sees it."""

from __future__ import annotations

from django.http import HttpRequest


def service_root(request: HttpRequest) -> str:
    """e.g. `https://pacs.example.org/dicom-web`; scheme and host are the proxy's where one is trusted."""
    return f"{request.scheme}://{request.get_host()}/dicom-web"
