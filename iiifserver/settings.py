"""Settings of the standalone server. A site that embeds the server has its own and never imports these.

Nobody edits this file: every value that an installation chooses is a variable (`iiifserver.environment`), and
everything else is set in the admin.
"""

from __future__ import annotations

from datetime import timedelta

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

from iiifserver import backing
from iiifserver.environment import WILDCARDS, host_name, read_environment, templates_folder

ENVIRONMENT = read_environment()
DATABASES = {"default": backing.database(ENVIRONMENT), **backing.image_databases(ENVIRONMENT)}
STORAGES = {
    "default": backing.storage(ENVIRONMENT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {"default": backing.cache(ENVIRONMENT)}

HOME = ENVIRONMENT.home
HOME.create()
PUBLIC_URL = ENVIRONMENT.public_url

IIIFSERVER = {
    "HOME": HOME.path,
    "FILESYSTEM_ROOTS": ENVIRONMENT.filesystem_roots,
    "STORAGE_ALIASES": ENVIRONMENT.storage_aliases,
    "DATABASE_ALIASES": tuple(ENVIRONMENT.image_database_urls),
    "DELEGATE": ENVIRONMENT.delegate or None,
    "DELEGATE_TIMEOUT_SECONDS": ENVIRONMENT.delegate_timeout_seconds,
    "MAX_DECODE_PIXELS": ENVIRONMENT.max_decode_pixels,
    "OPENJPEG_LIBRARY": ENVIRONMENT.openjpeg_library,
    "PUBLIC_URL": str(PUBLIC_URL) if PUBLIC_URL else None,
    "TRUSTED_PROXIES": ENVIRONMENT.trusted_proxies,
    "CONFIGURATION_POLL_SECONDS": ENVIRONMENT.configuration_poll_seconds,
    "ENCRYPTION_KEYS": ENVIRONMENT.encryption_keys
    or (HOME.secret("encryption_key", lambda: Fernet.generate_key().decode()),),
    "SECRET_VARIABLES": ENVIRONMENT.secret_variables,
    "REMOTE_HOSTS": ENVIRONMENT.remote_hosts,
    "PRIVATE_NETWORKS": ENVIRONMENT.private_networks,
    "AMBIENT_CREDENTIALS": ENVIRONMENT.ambient_credentials,
    # This server has no other workers than its own runners.
    "TASK_BACKEND": None,
    "TASK_QUEUE": "default",
}

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key or HOME.secret("secret_key", get_random_secret_key)
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *([] if ENVIRONMENT.host in WILDCARDS else [host_name(ENVIRONMENT.host)]),
    *([PUBLIC_URL.host] if PUBLIC_URL else []),
    *ENVIRONMENT.allowed_hosts,
]

INSTALLED_APPS = [
    "iiifserver.apps.IIIFServerConfig",
    "images",
    "sources",
    "processors",
    "caching",
    "overlays",
    "iiifserver.apps.IIIFServerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
]
MIDDLEWARE = [
    "iiifserver.proxies.TrustedProxies",
    "iiifserver.proxies.SecureCookies",
    "images.content_security.ContentSecurity",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "iiifserver.urls"
WSGI_APPLICATION = "iiifserver.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [templates_folder()],
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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORCE_SCRIPT_NAME = PUBLIC_URL.path or None if PUBLIC_URL else None
STATIC_URL = "static/"
STATIC_ROOT = HOME.static
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

HAS_TLS = ENVIRONMENT.tls is not None or (PUBLIC_URL is not None and PUBLIC_URL.scheme == "https")
SESSION_ENGINE = backing.session_engine(ENVIRONMENT)
SESSION_COOKIE_NAME = "iiifserver_session"
SESSION_COOKIE_SECURE = HAS_TLS
CSRF_COOKIE_SECURE = HAS_TLS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL.origin] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "iiifserver.failures.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    # Whether plain HTTP is redirected, and for how long browsers remember it, is for the TLS proxy to say.
    "security.W004",
    "security.W008",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "iiifserver.failures.too_many_sign_ins"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"in_one_line": {"()": "iiifserver.logs.InOneLine"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "file": {
            "class": "iiifserver.logs.SharedRotatingFile",
            "filename": HOME.logs / "iiifserver.log",
            "formatter": "line",
        },
    },
    "root": {"handlers": ["console", "file"], "level": "WARNING"},
    "loggers": {
        "iiifserver": {"level": ENVIRONMENT.log_level},
        # Django brings a console handler and mail for its own loggers; ours hang on the root.
        "django": {"handlers": [], "level": "WARNING"},
        # A 404 is an answer, not an event.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["in_one_line"]},
        # It warns of every HEAD request, since Django leaves it to the server to drop the body.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
