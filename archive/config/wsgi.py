"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.config.settings")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # every door is there before the first request, or the start fails
