"""Settings of every process, from environment variables (docs/configuration.md).

Without any variable this is the embedded topology: SQLite, the in-memory channel layer and an in-memory broker, all
for one process. `DATABASE_URL` and `REDIS_URL` make it the production topology. The code is the same in both.
"""

import os
import secrets
import warnings
from pathlib import Path
from typing import Any

import dj_database_url
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from vtcontrol.environment import Environment, default_data_dir, embedded_keys

BASE_DIR = Path(__file__).resolve().parent.parent
_env = Environment(os.environ)

# --- Topology -----------------------------------------------------------------------------------------------------
_data_dir = _env.folder("VTCONTROL_DATA_DIR", default_data_dir())
DATA_DIR = _data_dir or default_data_dir()
DATABASE_URL = _env.text("DATABASE_URL")
REDIS_URL = _env.url("REDIS_URL", ("redis", "rediss", "unix"))
IS_EMBEDDED = not (DATABASE_URL or REDIS_URL)
DEBUG = _env.flag("VTCONTROL_DEBUG", default=False)

# --- Keys ---------------------------------------------------------------------------------------------------------
SECRET_KEY = _env.text("VTCONTROL_SECRET_KEY")
ENCRYPTION_KEYS = _env.names("VTCONTROL_ENCRYPTION_KEYS")  # the first encrypts, all decrypt
if IS_EMBEDDED and _data_dir is not None and not (SECRET_KEY and ENCRYPTION_KEYS):
    try:
        _signing, _encryption = embedded_keys(DATA_DIR)
    except (OSError, ValueError, KeyError) as error:
        _env.findings.append(f"The data folder {DATA_DIR} cannot be used ({error.__class__.__name__}: {error}).")
    else:
        SECRET_KEY = SECRET_KEY or _signing
        ENCRYPTION_KEYS = ENCRYPTION_KEYS or [_encryption]
if not SECRET_KEY:
    SECRET_KEY = secrets.token_urlsafe(48)
    if _data_dir is not None:
        _env.findings.append("VTCONTROL_SECRET_KEY must be set: a long random text, the same for every process.")
if not ENCRYPTION_KEYS and _data_dir is not None:
    _env.findings.append("VTCONTROL_ENCRYPTION_KEYS must be set: make one with `manage.py keys new`.")

TOMBSTONE_KEY = _env.text("VTCONTROL_TOMBSTONE_KEY") or SECRET_KEY  # names the accounts nothing is stored of
TOMBSTONE_FILE = Path(_env.text("VTCONTROL_TOMBSTONE_FILE") or DATA_DIR / "tombstones.jsonl")  # outlives a restore

# --- The network --------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = _env.names("VTCONTROL_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
PUBLIC_URL = _env.url("VTCONTROL_PUBLIC_URL", ("https", "http"))
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
OLLAMA_URL = _env.text("VTCONTROL_OLLAMA_URL", "http://localhost:11434/v1")
TWITCH_URL = _env.url("VTCONTROL_TWITCH_URL", ("wss", "ws")) or "wss://irc-ws.chat.twitch.tv:443"
ALLOW_PRIVATE_URLS = _env.flag("VTCONTROL_ALLOW_PRIVATE_URLS", default=IS_EMBEDDED)
if _env.flag("VTCONTROL_BEHIND_TLS", default=PUBLIC_URL.startswith("https://")):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_NAME = "vtcontrol_session"
CSRF_COOKIE_NAME = "vtcontrol_csrf"

# --- Django -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django.forms",
    "import_export",
    "simple_history",
    "csp",
    "vtcontrol.tenancy",
    "personas",
    "memory",
    "relationships",
    "streams",
    "workers",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "vtcontrol.tenancy.middleware.StudioMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "vtcontrol.urls"
ASGI_APPLICATION = "vtcontrol.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets of our own are found in templates/
AUTHENTICATION_BACKENDS = ["vtcontrol.tenancy.roles.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    16 * 1024 * 1024
)  # bytes: a form with far too long a text comes back with an error, not lost
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Database -----------------------------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 15,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000; PRAGMA journal_size_limit=16777216"
    ),
}
DATABASES: dict[str, Any] = {}
if DATABASE_URL:
    try:
        DATABASES["default"] = dict(dj_database_url.parse(DATABASE_URL))
    except ValueError:
        _env.findings.append("DATABASE_URL is not a database URL such as postgresql://user:password@host/name.")
if not DATABASES:
    DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "vtcontrol.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}
else:
    _pool = {"min_size": 1, "max_size": _env.number("VTCONTROL_DATABASE_POOL", 12, least=1, most=200), "timeout": 10}
    _options = {"pool": _pool, "prepare_threshold": 3, "options": "-c jit=off"}  # compiling costs more than it saves
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "OPTIONS": _options}
if "NAME" in DATABASES["default"] and (_test_name := _env.text("VTCONTROL_TEST_DATABASE_NAME")):
    DATABASES["default"]["TEST"] = {"NAME": _test_name}

# --- Channels and Celery ------------------------------------------------------------------------------------------
_redis_host: dict[str, Any] = {"address": REDIS_URL, "socket_timeout": 15}
if REDIS_URL:  # after a restart of Redis the first use of each old connection fails, and is tried once more
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as RedisLost

    _redis_host["retry"] = Retry(NoBackoff(), 1, supported_errors=(RedisLost,))
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "vtcontrol.redis_layer.PatientRedisLayer",
        "CONFIG": {
            "hosts": [_redis_host],
            "prefix": "vtc",
        },
    }
    if REDIS_URL
    else {"BACKEND": "vtcontrol.channel_layer.HomeLoopLayer", "CONFIG": {"capacity": 4000, "expiry": 30}}
}
CELERY_BROKER_URL = _env.text("CELERY_BROKER_URL") or REDIS_URL or "embedded://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = (  # an idle worker asks Redis anew every so many seconds; news come at once
    {"visibility_timeout": 3600, "polling_interval": 5}
    if CELERY_BROKER_URL.startswith(("redis", "unix", "sentinel"))
    else {}
)
_pooled = {"health_check_interval": 30, "socket_keepalive": True}  # a connection may die in silence while it rests
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "vtcontrol.redis_cache.PooledRedisCache", "LOCATION": REDIS_URL, "OPTIONS": _pooled}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # the default of 300 would throw rate counters away in a crowd
    }
}
EMBEDDINGS_DIR = _env.text("VTCONTROL_EMBEDDINGS_DIR")
TOKENIZERS_DIR = _env.text("VTCONTROL_TOKENIZERS_DIR")
LIVE_RUNNERS_MAX = _env.number("VTCONTROL_LIVE_RUNNERS", 128, least=1, most=2000)

# --- REST ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["vtcontrol.tenancy.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["vtcontrol.tenancy.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "vtcontrol.tenancy.openapi.ViewSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS tells nothing
    "EXCEPTION_HANDLER": "vtcontrol.tenancy.problems.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "vtcontrol",
    "VERSION": "1",
    "DESCRIPTION": "Everything a dock does, for programs. Bearer tokens are made in the admin.",
    "PREPROCESSING_HOOKS": ["vtcontrol.tenancy.openapi.only_api"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["streams.api.messages.add_messages"],  # choices stand where they are used
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- Language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = _env.choice("VTCONTROL_LANGUAGE", "en", ("en", "ru"))
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _env.time_zone("VTCONTROL_TIME_ZONE", "UTC")

# --- Files --------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)  # collected in production only
MEDIA_ROOT = DATA_DIR / "media"

# --- Content security: admin pages need eval for Alpine, nothing else does (see vtcontrol.tenancy.middleware) -------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}

# --- Admin --------------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "vtcontrol",
    "SITE_HEADER": "vtcontrol",
    "SITE_ICON": lambda request: static("icon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}],
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "8px",
    "DASHBOARD_CALLBACK": "streams.admin.dashboard.control_room",
    "STYLES": [lambda request: static("tokens.css"), lambda request: static("admin/studio.css")],
    "SCRIPTS": [lambda request: static("admin/theme.js")],
    "SIDEBAR": {"show_search": True, "command_search": True},
}

# --- Logs ---------------------------------------------------------------------------------------------------------
LOG_LEVEL = _env.choice("VTCONTROL_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "vtcontrol.tenancy.redaction.SecretFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["masked"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "websockets": {"level": "WARNING"},  # at DEBUG it would log every line of a chat
        "celery": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}

ENVIRONMENT_FINDINGS = _env.findings
