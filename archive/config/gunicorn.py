"""How gunicorn serves Atrium: threads over WSGI, the only kind of server that gave real back-pressure when measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive.config.env import environment

_env = environment()
_host = f"[{_env.atrium_bind}]" if ":" in _env.atrium_bind else _env.atrium_bind

bind = f"{_host}:{_env.port}"
wsgi_app = "archive.config.wsgi:application"
proc_name = "atrium"
worker_class = "gthread"
workers = _env.atrium_web_workers
threads = _env.atrium_web_threads
preload_app = True  # one import for all workers, and their memory is shared
keepalive = 75  # viewers and modalities come back; longer than the proxies in front keep their side open
timeout = 120  # of a worker's own heart beat, not of a request: a study may stream for as long as it takes
graceful_timeout = 30
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the heart beat must not wait for a disk
limit_request_line = 8190  # a list of UIDs in a query is long
control_socket_disable = True

# What a proxy says of its client is believed in one place only: archive.web.forwarded, by ATRIUM_TRUSTED_PROXIES.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# No access log: a query string may name a patient, and the audit knows who read what.
accesslog = None
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "archive.config.logs.json_formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": _env.atrium_log_level.upper()},
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
