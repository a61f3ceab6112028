"""Every door, mounted."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

import archive.web.health
import viewer.urls

urlpatterns = [
    path("dicom-web/", include("archive.web.urls")),
    *archive.web.health.urlpatterns,
    path("admin/", admin.site.urls),
    *viewer.urls.urlpatterns,
]
