"""What a trusted proxy says of the client: address, scheme and host (RFC 7239 by its X-Forwarded-* predecessors)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ForwardedMiddleware:
    """Believes X-Forwarded-* from the networks of ATRIUM_TRUSTED_PROXIES and from nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if any(name in meta for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")):
            if _trusted(meta.get("REMOTE_ADDR", "")):
                if client := _first(meta.get("HTTP_X_FORWARDED_FOR", "")):
                    meta["REMOTE_ADDR"] = client
                if host := _first(meta.get("HTTP_X_FORWARDED_HOST", "")):
                    meta["HTTP_HOST"] = host
                if _first(meta.get("HTTP_X_FORWARDED_PROTO", "")) == "https":
                    meta["wsgi.url_scheme"] = "https"
            for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"):
                meta.pop(name, None)
        return self.get_response(request)


def _first(value: str) -> str:
    return value.split(",", 1)[0].strip()


@lru_cache(maxsize=1)
def _networks() -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in settings.ATRIUM_TRUSTED_PROXIES)


def _trusted(address: str) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in _networks())
    except ValueError:
        return False
