"""Every setting. What an operator may change comes from the environment and is described in README.md."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from opsnotes import env, private, secret

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What an operator sets ------------------------------------------------------------------------
DATA = env.folder("OPSNOTES_DATA", BASE_DIR / "data")
for _private in (DATA, DATA / "blobs", DATA / "index"):
    private.folder(_private)
BASE_URL = env.text("OPSNOTES_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
if urlsplit(BASE_URL).scheme not in {"http", "https"} or not urlsplit(BASE_URL).hostname:
    raise ImproperlyConfigured(
        f"OPSNOTES_BASE_URL={BASE_URL!r} is no address. Write for example https://ops.example.org"
    )
SECRET_KEY = env.text("OPSNOTES_SECRET_KEY") or secret.kept_in(DATA / "secret_key")
DEBUG = env.boolean("OPSNOTES_DEBUG", default=False)
ALLOWED_HOSTS = [
    *(env.words("OPSNOTES_ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]),
    str(urlsplit(BASE_URL).hostname),
]
REDIS_URL = env.text("OPSNOTES_REDIS_URL")
SEARCH_ENGINE = env.choice("OPSNOTES_SEARCH_ENGINE", ("tantivy", "whoosh", "solr"))
SEARCH_URL = env.text("OPSNOTES_SEARCH_URL")
SEARCH_SHARDS = env.positive("OPSNOTES_SEARCH_SHARDS", 1)
SEARCH_REPLICAS = env.positive("OPSNOTES_SEARCH_REPLICAS", 1)
MAX_NOTEBOOK_BYTES = env.positive("OPSNOTES_MAX_NOTEBOOK_MB", 100) * 1024**2
MAX_ARCHIVE_BYTES = env.positive("OPSNOTES_MAX_ARCHIVE_MB", 1000) * 1024**2
_mail = env.mail_server("OPSNOTES_EMAIL_URL")
SENDS_MAIL = _mail is not None
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_address(
    "OPSNOTES_EMAIL_FROM", f"OpsNotes <opsnotes@{urlsplit(BASE_URL).hostname}>"
)
WEBHOOK_HOSTS = env.hosts("OPSNOTES_WEBHOOK_HOSTS")
KEEP_EXECUTIONS = env.count("OPSNOTES_KEEP_EXECUTIONS")  # of a cell; failures stay whatever it is; 0: all
STALE_DAYS = env.positive("OPSNOTES_STALE_DAYS", 90)
SOURCE_HOSTS = env.hosts("OPSNOTES_SOURCE_HOSTS")
SOURCE_ROOTS = env.folders("OPSNOTES_SOURCE_ROOTS")

# --- Django ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "opsnotes.apps.OpsNotesConfig",
    "search.apps.SearchConfig",
    "lineage.apps.LineageConfig",
    "stickies.apps.StickiesConfig",
    "sync.apps.SyncConfig",
    "execlogs.apps.ExecLogsConfig",
    "inbox.apps.InboxConfig",
    "notebooks.apps.NotebooksConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "opsnotes.apps.StaticConfig",
    "django_htmx",
    "haystack",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "opsnotes.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "opsnotes.middleware.LostBytesMiddleware",
    "opsnotes.middleware.FullDiskMiddleware",
]
ROOT_URLCONF = "opsnotes.urls"
WSGI_APPLICATION = "opsnotes.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "opsnotes.context.page",
            ],
        },
    },
]
_database = env.text("OPSNOTES_DATABASE_URL")
if not _database:
    private.file(DATA / "opsnotes.sqlite3")  # SQLite gives the files beside it the same rights
    _database = f"sqlite:///{DATA / 'opsnotes.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_database, conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers write side by side: WAL lets readers go on, an immediate transaction waits for
    # the write lock at its start instead of failing in its middle.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "cached_statements": 32,  # of the 128 that Python would keep, some hold thousands of parameters each
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": {
        "BACKEND": "notebooks.blobs.AtomicFileStorage",
        "OPTIONS": {"location": str(DATA / "blobs")},
    },
    "staticfiles": {"BACKEND": "opsnotes.static.HashedStaticFilesStorage"},
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# Hundreds of files of one folder come in a single request, each with its path beside it.
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # each: a thousand files of a request must not fill the memory

LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LANGUAGE_CODE = env.choice("OPSNOTES_LANGUAGE", ("en", "ja"))
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("OPSNOTES_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Security --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
if SESSION_COOKIE_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # For this host alone, and no longer than an operator can wait who has to go back to http.
    SECURE_HSTS_SECONDS = 30 * 24 * 3600

# --- Mail ------------------------------------------------------------------------------------------
if _mail is None:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.is_tls
EMAIL_TIMEOUT = 15  # seconds, for each answer of the server

# --- REST ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "opsnotes.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_PARSER_CLASSES": [
        "notebooks.api.parsers.DeepJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OpsNotes",
    "DESCRIPTION": "Operational runbooks: upload, read, search.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"SourceKindEnum": "sync.models.Source.Kind"},
}

# --- Celery ----------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "folder://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # Thousands of files wait here while other tasks pass in their own queue.
    "notebooks.tasks.work": {"queue": "intake"},
    # Both embedded engines allow one writer, so everything that writes the index waits in one queue.
    "search.tasks.tell_new": {"queue": "default"},
    "search.tasks.*": {"queue": "index"},
    # Lineage writes from what it reads of many notebooks, so it has one writer too, and the same one.
    "lineage.tasks.*": {"queue": "index"},
    "execlogs.tasks.*": {"queue": "index"},
    # A server that answers slowly holds up nobody's upload and nobody's mail; the test of one no sync waits for.
    "sync.tasks.probe": {"queue": "default"},
    "sync.tasks.*": {"queue": "sync"},
}
# A process that starts may have to wait for the database before it gives back what its predecessor held.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "beat")
CELERY_BEAT_SCHEDULE = {
    "sweep-batches": {"task": "notebooks.tasks.sweep", "schedule": timedelta(minutes=1)},
    "sweep-lineage": {"task": "lineage.tasks.sweep", "schedule": timedelta(minutes=1)},
    "sweep-executions": {"task": "execlogs.tasks.catch_up", "schedule": timedelta(minutes=1)},
    "forget-executions": {"task": "execlogs.tasks.forget", "schedule": timedelta(days=1)},
    "sweep-sources": {"task": "sync.tasks.sweep", "schedule": timedelta(minutes=1)},
    "sweep-inbox": {"task": "inbox.tasks.sweep", "schedule": timedelta(minutes=1)},
    "sweep-index": {"task": "search.tasks.sweep", "schedule": timedelta(minutes=1)},
}
if REDIS_URL:
    # Longer than any lease: a message is not handed to a second worker while the first still holds it.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | float] = {"visibility_timeout": 3600}
else:
    # A folder as broker (house: measured pick-up within 25 ms). What a killed worker held is forgotten
    # by this transport; the sweeps find it again in the database.
    QUEUE = DATA / "queue"
    for _folder in ("messages", "control"):
        (QUEUE / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE / "messages"),
        "data_folder_out": str(QUEUE / "messages"),
        "control_folder": str(QUEUE / "control"),
        "polling_interval": 0.05,
    }

# --- Search ----------------------------------------------------------------------------------------
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": f"search.engines.{SEARCH_ENGINE}.Engine",
        "PATH": str(DATA / "index" / SEARCH_ENGINE),
        "URL": SEARCH_URL,
        "SHARDS": SEARCH_SHARDS,
        "REPLICAS": SEARCH_REPLICAS,
        "SILENTLY_FAIL": False,
    }
}
HAYSTACK_LIMIT_TO_REGISTERED_MODELS = False
HAYSTACK_DOCUMENT_FIELD = "source"
HAYSTACK_IDENTIFIER_METHOD = "search.naming.identifier_of"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A line for every bell would hide the others.
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "pysolr": {"level": "CRITICAL"},  # what goes wrong is raised, and said there
    },
}
