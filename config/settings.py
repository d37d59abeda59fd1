"""Settings of the site. The environment decides what differs between a laptop and many machines; see
`docs/configuration.md`.
"""

import logging
import os
import re
from datetime import timedelta
from urllib.parse import urlsplit

from config import place
from config.database import database
from config.environment import HOST_AND_PORT, HOST_NAME, LOG_LEVELS, Environment
from csv_batches.rules.choices import MappingMode, UploadState
from experiments.core.choices import (
    NOTICED,
    CallsInFlight,
    CallState,
    DeliveryState,
    ExportFormat,
    FieldChange,
    FieldType,
    NoticeEvent,
    NoticeWay,
    Role,
    RowError,
    RowMatch,
)
from experiments.core.disk_space import DiskSpace, default_least, reserve_of
from experiments.core.secret_files import PRIVATE_FILE, PRIVATE_FOLDER, made_once, private_folder
from experiments.experiment_kind.choices import Change, ColumnRole, Rule, Verdict

BASE_DIR = place.BASE_DIR
PROGRAM = place.PROGRAM
COMMAND = place.COMMAND

# -- everything that the environment says; what cannot be read stops the start
environment = Environment(os.environ)
A_DAY_S = 24 * 60 * 60
A_CENTURY_DAYS = 36_500

VAR_DIR = environment.folder("VAR_DIR", place.var_dir(environment.text("XDG_DATA_HOME")))
DEBUG = environment.flag("DEBUG")
DEMO = environment.flag("DEMO")
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
SITE_URL = environment.site_url("SITE_URL", "http://127.0.0.1:8000")
SITE_PATH = urlsplit(SITE_URL).path
"""What all addresses of the site begin with, as `/workbench`; empty: the site has its host for itself."""
ALLOWED_HOSTS = environment.listed("ALLOWED_HOSTS", form=HOST_NAME) or ["localhost", "127.0.0.1", "[::1]"]
FIELD_KEYS = environment.fernet_keys("FIELD_KEYS")
"""Fernet keys of stored credentials, the newest first; unset: one made in the var directory."""
LOG_LEVEL = environment.choice("LOG_LEVEL", "WARNING", allowed=LOG_LEVELS)
LOG_REQUESTS = logging.getLevelNamesMapping()[LOG_LEVEL] <= logging.INFO
LOG_FORMATS = {
    "PLAIN": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    "JSON": {"()": "experiments.core.json_logs.JsonLogs"},
}
LOG_FORMAT = environment.choice("LOG_FORMAT", "PLAIN" if DEBUG or DEMO else "JSON", allowed=tuple(LOG_FORMATS))
DATABASES = {"default": database(environment, var=VAR_DIR)}
REDIS_URL = environment.service_url(
    "REDIS_URL", schemes=("redis", "rediss", "unix"), form="redis://user:password@host:port/number"
)

RUN_URL = environment.url("RUN_URL")
"""Where runs of networks without a `run_url` go, `/run` included; empty: this site."""
RUN_TOKEN = environment.text("RUN_TOKEN")
RUN_HOSTS = environment.listed("RUN_HOSTS", form=HOST_AND_PORT)
OPENAI_BASE_URL = environment.url("OPENAI_BASE_URL")
"""It ends before `/chat/completions`; a query (Azure's `?api-version=`) is kept behind it. Empty: the embedded one."""
OPENAI_API_KEY = environment.text("OPENAI_API_KEY")
OPENAI_MODEL = environment.text("OPENAI_MODEL")
OPENAI_HEADERS = environment.headers("OPENAI_HEADERS")
OPENAI_TEMPERATURE = environment.decimal("OPENAI_TEMPERATURE", 0, least=0, most=2)
OPENAI_MAX_TOKENS = environment.number("OPENAI_MAX_TOKENS", 2048, least=1)
"""Tokens of one answer of the model."""
OPENAI_HOSTS = environment.listed("OPENAI_HOSTS", form=HOST_AND_PORT)
"""Hosts that a network's own endpoint may name, beside that of OPENAI_BASE_URL."""
METRICS_TOKEN = environment.text("METRICS_TOKEN")
"""What a program sends to read `/metrics`; empty: those on this machine need none, others sign in as staff."""

WEBHOOK_HOSTS = environment.listed("WEBHOOK_HOSTS", form=HOST_AND_PORT)
"""Hosts that a webhook may name."""
EMAIL_HOST = environment.text("EMAIL_HOST")
"""The SMTP server that mails go to; empty: no mail is sent."""
EMAIL_PORT = environment.number("EMAIL_PORT", 25, least=1, most=65_535)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", f"workbench@{urlsplit(SITE_URL).hostname}")

WEB_THREADS = environment.number("WEB_THREADS", 32, least=9)
"""Threads of the web server. Our own `/run` takes at most WEB_THREADS - 8 of them."""
PAGE_TIMEOUT_MS = environment.number("PAGE_TIMEOUT_MS", 5000, least=0, most=A_DAY_S * 1000)
"""Of a statement that a page waits for; 0: no limit. Exports, writes and workers have none."""
WORKERS = environment.number("WORKERS", 4, least=1)
"""Processes of one `qcluster`."""
WORKER_GRACE_S = environment.number("WORKER_GRACE_S", 20, least=0, most=A_DAY_S)
"""How long a stopping worker waits for the calls in flight before it gives their rows back."""
LEASE_S = environment.number("LEASE_S", 30, least=1, most=A_DAY_S)
"""How long a claimed row belongs to a worker that is not heard of. Renewed three times in that time."""

UPLOAD_MAX_BYTES = environment.number("UPLOAD_MAX_BYTES", 2 * 1024**3, least=1)
UPLOAD_MAX_ROWS = environment.number("UPLOAD_MAX_ROWS", 2_000_000, least=1)
UPLOAD_MAX_COLUMNS = environment.number("UPLOAD_MAX_COLUMNS", 10_000, least=1)
UPLOAD_MAX_CELL = environment.number("UPLOAD_MAX_CELL", 16 * 1024**2, least=1)
"""Characters of one cell, quotes included."""

RUNNING_MAX = environment.number("RUNNING_MAX", 20, least=0)
"""Batches of one user that may run at a time; 0: any number. Staff are not limited, here and in the next four."""
TRIALS_MAX = environment.number("TRIALS_MAX", 10, least=0)
"""Trials of one user that may run at a time; 0: any number."""
DRAFTS_MAX = environment.number("DRAFTS_MAX", 500, least=0)
BATCHES_MAX = environment.number("BATCHES_MAX", 10_000, least=0)
"""Of one user, drafts included; 0: any number."""
FILES_MAX_BYTES = environment.number("FILES_MAX_BYTES", 10 * 1024**3, least=0)
"""Of all files that one user has uploaded and that are kept; 0: any number."""
EXPORTS_MAX = environment.number("EXPORTS_MAX", 4, least=1)
"""Exports that one user may have on the way, in each web process."""
DISK_FREE_MIN_BYTES = environment.number("DISK_FREE_MIN_BYTES", default_least(VAR_DIR), least=0)
"""Uploads are refused where fewer bytes would stay free on the disks of VAR_DIR; 0: nobody looks."""
API_REQUESTS_PER_MINUTE = environment.number("API_REQUESTS_PER_MINUTE", 6000, least=0)
"""Of one user, in each web process; 0: any number."""
RETENTION_DAYS = environment.number("RETENTION_DAYS", 0, least=0, most=A_CENTURY_DAYS)
"""Finished batches are deleted after so many days; 0: they are kept."""
RETENTION_SOURCE_DAYS = environment.number("RETENTION_SOURCE_DAYS", 0, least=0, most=A_CENTURY_DAYS)
"""Source rows of finished batches, and what was sent for them, are removed after so many days; 0: they are kept."""
AUDIT_DAYS = environment.number("AUDIT_DAYS", 0, least=0, most=A_CENTURY_DAYS)
"""Entries of the history are deleted after so many days; 0: they are kept."""
environment.verify()

SECRET_KEY = environment.text("SECRET_KEY") or made_once(VAR_DIR / "secret_key")
CSRF_TRUSTED_ORIGINS = [SITE_URL.removesuffix(SITE_PATH)]
CSRF_FAILURE_VIEW = "experiments.web.errors.forbidden"

INSTALLED_APPS = [
    # Before django_q: `manage.py qcluster` is ours.
    "experiments",
    "csv_batches",
    "experiments.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_standardized_errors",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "axes",
]
MIDDLEWARE = [
    # First: every answer has it.
    "experiments.http.request_id.give_request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "experiments.http.middleware.no_store",
    "experiments.http.middleware.CompressPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "experiments.http.middleware.room_for_writes",
    "experiments.http.middleware.require_body_length",
    "experiments.http.page_time.limit_page_time",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "experiments.http.actor.remember_actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "experiments.web.errors.answer_out_of_time",
    # Last: it puts its own answer in the place of a login form's.
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
# None: as the web server says. Behind a proxy it does not know.
FORCE_SCRIPT_NAME = SITE_PATH or None
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [place.FILES / "templates"],
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

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = f"{SITE_PATH}/"
LOGOUT_REDIRECT_URL = "login"

# Wrong passwords are counted in the database: the web server is several processes, on several machines perhaps. A name
# from one address waits; the same name from elsewhere does not, or anybody could lock anybody out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# Trying again too early does not start the wait anew.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "experiments.http.client_address.client_ip"
AXES_LOCKOUT_CALLABLE = "experiments.web.lockout.locked_out"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = f"{SITE_PATH}/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [place.FILES / "static"]
# Files are served from where they lie: no collect step between a clone and a page.
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR_DIR / "media"

FILE_UPLOAD_HANDLERS = ["experiments.http.upload_handler.LimitedUploadHandler"]
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = PRIVATE_FILE, PRIVATE_FOLDER
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
"""The builder of a schema sends a dozen inputs for each of at most a thousand rows."""
SPOOL_DIR = VAR_DIR / "spool"
"""What clients have not taken yet of their answers. Its files have no names, and end with whoever has them open."""
for _folder in (MEDIA_ROOT, FILE_UPLOAD_TEMP_DIR, SPOOL_DIR):
    private_folder(_folder)

# -- safety in the browser
# No script of ours reads a cookie: the token of a form stands in the form.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = SITE_PATH or "/"
if SITE_URL.startswith("https://"):
    # Browsers take a cookie of such a name from this host alone: no other host of the domain can put one in its place.
    # `__Host-` is for the whole host. Below a path other programs share it, and ours are not for them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
        f"{'__Secure-' if SITE_PATH else '__Host-'}{name}" for name in ("sessionid", "csrftoken")
    )
if SITE_PATH:
    # The messages' own cookie has no path.
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Only behind a proxy that says how it was asked: without its word every request would be sent round in circles.
SECURE_SSL_REDIRECT = SITE_URL.startswith("https://") and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [f"^{re.escape(f'{SITE_PATH}/'.lstrip('/'))}(health/|metrics$)"]
SECURE_HSTS_SECONDS = 31_536_000 if SITE_URL.startswith("https://") else 0
# Whether subdomains and browsers' own lists may rely on it, only the owner of the domain can say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- the API
REST_FRAMEWORK = {
    "DEFAULT_METADATA_CLASS": "experiments.api.metadata.CallMetadata",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "experiments.api.auth.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["experiments.api.parsers.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["experiments.api.parsers.BoundedJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "experiments.api.parsers.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "experiments.api.call_description.CallDescription",
    "DEFAULT_THROTTLE_CLASSES": ["experiments.api.throttling.UserThrottle"],
    "EXCEPTION_HANDLER": "experiments.api.errors.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "experiments.api.pagination.PageCursor",
    "PAGE_SIZE": 100,
    # `?format=` is ours, for exports.
    "URL_FORMAT_OVERRIDE": None,
}
# The same answer to a failure everywhere; what failed is in the log.
DRF_STANDARDIZED_ERRORS = {"ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True}
SPECTACULAR_SETTINGS = {
    "TITLE": "CSV Batch Workbench",
    "DESCRIPTION": "Runs every row of a CSV through an agent network and gives the rows back with the answers.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": SITE_PATH}] if SITE_PATH else [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
    # Our values are their own names.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CallState": CallState.choices(),
        "CallsInFlight": CallsInFlight.values(),
        "ColumnRole": ColumnRole.values(),
        "DeliveryState": DeliveryState.values(),
        "ExportFormat": ExportFormat.values(),
        "FieldChange": FieldChange.values(),
        "FieldType": FieldType.values(),
        "ItemChange": Change.values(),
        "NoticeEvent": NoticeEvent.values(),
        "NoticeWay": NoticeWay.values(),
        "SubscribedEvent": [one.value for one in NOTICED],
        "MappingMode": MappingMode.values(),
        "Role": Role.values(),
        "RowError": RowError.values(),
        "RowMatch": RowMatch.values(),
        "ScoringRule": Rule.values(),
        "UploadState": UploadState.values(),
        "Verdict": Verdict.values(),
        "BatchStatus": "experiments.api.serializers.queues.QUEUE_STATUSES",
        "SharedRole": "experiments.api.shares.SHARED_ROLES",
        "RowStatus": "experiments.api.serializers.items.STATUSES",
        "BatchSchemaMode": "csv_batches.api.serializers.SCHEMA_MODES",
        "ExperimentSchemaMode": "experiments.experiment_kind.api.serializers.SCHEMA_MODES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "experiments.api.openapi.complete",
    ],
}

# -- runs
RUN_HOSTS_LOOPBACK = DEBUG or DEMO
"""Whether a `run_url`, or the endpoint of a network's model, may name any loopback port."""
RUN_TIMEOUT_MAX = 600

# -- files
UPLOAD_BACKGROUND_BYTES = 20 * 1024**2
"""Above this a file is parsed by a worker and the upload answers 202."""
UPLOAD_KEEP_DAYS = 7

_EMBEDDED = None if environment.text("DATABASE_URL") else VAR_DIR / "postgres"
DISK_SPACE = DiskSpace(
    folders=(VAR_DIR, MEDIA_ROOT, FILE_UPLOAD_TEMP_DIR, *([_EMBEDDED] if _EMBEDDED else [])),
    least=DISK_FREE_MIN_BYTES,
    reserve=reserve_of(_EMBEDDED) if _EMBEDDED else None,
)

# -- the worker
LANE_WIDTH = 64
"""Calls at a time of one lane. A queue that makes more has several, which processes share."""
WORKER_WIDTH = environment.number("WORKER_WIDTH", 512, least=1, most=2048)
"""Calls that one process has in flight at most."""
LEASE_RENEW_S = LEASE_S / 3
TASK_SILENT_S = LEASE_S / 2
"""Whoever works at a task of a kind and was not heard of for so long is taken to be dead."""
TASK_RESEND_S = LEASE_S
"""Something that waits for a worker for so long may have lost its task."""
WORKER_BEAT_S = LEASE_S / 6
"""How often a worker writes down that it lives."""
WORKER_STUCK_S = LEASE_S * 4
"""A process of a worker that gives no sign of life for so long is ended, and replaced."""
_TASK_TIMEOUT_S = RUN_TIMEOUT_MAX + 660
"""Of a task: a call that a person asked for, the reading of a file, a deletion. Rows are called beside them."""
Q_CLUSTER = {
    "name": "workbench",
    "orm": "default",
    "workers": WORKERS,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "timeout": _TASK_TIMEOUT_S,
    "retry": 3 * _TASK_TIMEOUT_S,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": 100,
    "catch_up": False,
    # A process is not replaced for its age: its memory stays as it is, and its calls would have to end.
    "recycle": 10**9,
    # Recovery comes from leases and our sweeper, never from scheduled tasks.
    "scheduler": False,
    "label": "Queue broker",
}
if REDIS_URL:
    Q_CLUSTER["broker_class"] = "experiments.services.redis_broker.RedisBroker"
    del Q_CLUSTER["orm"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": LOG_FORMATS,
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django_q": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
