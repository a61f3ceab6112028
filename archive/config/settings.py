"""Django settings, made from the typed environment; nothing here differs between test, demo and production."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF

from archive.config.database import database_from_url
from archive.config.env import HERE, environment

env = environment()

BASE_DIR = HERE
DEBUG = False
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = list(env.atrium_allowed_hosts)
ROOT_URLCONF = "archive.config.urls"
WSGI_APPLICATION = "archive.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "axes",
    "archive",
    "viewer",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "archive.web.forwarded.ForwardedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "archive.web.boundary.ErrorBoundaryMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "archive.access.authentication.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database_from_url(env.effective_database_url)}

# ---- storage of instances; opened once per process by archive.catalog.objects
ATRIUM_STORAGE_URL = env.effective_storage_url
ATRIUM_DATA_DIR = env.data_dir
ATRIUM_PORT = env.port
ATRIUM_SPOOL_DIR = env.data_dir / "spool"
ATRIUM_PATIENT_DOMAIN = env.atrium_patient_domain
ATRIUM_TIME_ZONE = env.atrium_time_zone
ATRIUM_DUPLICATES = env.atrium_duplicates
ATRIUM_MAX_INSTANCE_BYTES = env.atrium_max_instance_bytes
ATRIUM_DECODE_CHILDREN = env.atrium_decode_children
ATRIUM_TRUSTED_PROXIES = env.atrium_trusted_proxies
ATRIUM_SETTLE_S = env.atrium_ai_quiet_s

# ---- people
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "viewer.session.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False

# ---- what browsers may do with our pages
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "worker-src": [SELF, "blob:"],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "blob:", "data:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [SELF],
        "frame-src": [SELF, "blob:"],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = env.data_dir / "static"
FRONTEND_DIST = BASE_DIR / "viewer" / "frontend" / "dist"
STATICFILES_DIRS = [("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["archive.web.rest.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["archive.web.rest.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["archive.web.rest.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "archive.web.rest.raise_to_boundary",
    "UNAUTHENTICATED_USER": None,
}

# ---- bodies are streamed by our own doors; this bounds every other one
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_HANDLERS: list[str] = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "archive.config.logs.json_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.atrium_log_level.upper()},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "ERROR"},
        "pydicom": {"level": "ERROR"},
    },
}
