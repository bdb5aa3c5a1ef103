"""All settings, read from the environment; without any variable the embedded defaults run.

Every variable is described in docs/settings.md (a test holds the list).
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from padawanforge import databases, env, storage

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("PADAWAN_DATA", str(BASE_DIR / "data"))).resolve()
# Nobody else on the machine reads the database and what people have sent.
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.flag("DEBUG", default=False)


def _secret_key() -> str:
    """From the environment, or made once and kept in the data folder."""
    if key := env.secret("SECRET_KEY"):
        return key
    path = DATA_DIR / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()
# Encrypted fields derive their key from SECRET_KEY and this salt; changing it makes stored keys unreadable.
SALT_KEY = env.secret("SALT_KEY") or "padawanforge.fields"

PUBLIC_URLS = env.words("PUBLIC_URLS", "http://localhost:8000,http://127.0.0.1:8000")
_public = [urlsplit(url) for url in PUBLIC_URLS]
if any(not url.hostname or url.scheme not in {"http", "https"} for url in _public):
    raise ImproperlyConfigured("PUBLIC_URLS must be addresses such as https://forge.example.org.")
ALLOWED_HOSTS = sorted({url.hostname or "" for url in _public} | {"localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [f"{url.scheme}://{url.netloc}" for url in _public]
IS_HTTPS = all(url.scheme == "https" for url in _public)

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "health_check",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.discord",
    "allauth.socialaccount.providers.apple",
    "allauth.socialaccount.providers.slack",
    "players",
    "npcs",
    "learning",
    "messaging",
    "rooms",
    "padawanforge.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "padawanforge.kit.pages.StaticFiles",
    "padawanforge.kit.addresses.PlainAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "players.middleware.KnownSessions",
    "players.middleware.FreshConsole",
    "players.middleware.ProviderAway",
    "players.middleware.GuestsSignUpFirst",
    "players.middleware.OwnTimeAndLanguage",
    "players.middleware.OnlyTheWayBack",
    "messaging.middleware.SeenPlaces",
]

ROOT_URLCONF = "padawanforge.urls"
ASGI_APPLICATION = "padawanforge.asgi.application"

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
                "players.context_processors.theme",
                "players.context_processors.demo",
                "messaging.context_processors.waiting",
                "messaging.context_processors.banners",
            ],
            # Takes the place of the package's own library of that name.
            "libraries": {"lucide": "padawanforge.kit.icons"},
        },
    },
]

# --- Databases -------------------------------------------------------------------------------------------

DATABASE_URL = env.secret("DATABASE_URL") or "sqlite://"
DATABASES = {"default": databases.from_url(DATABASE_URL, folder=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: channel layer and cache ----------------------------------------------------------------------

REDIS_URL = env.secret("REDIS_URL")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            # The pub/sub layer: no silent capacity limit, and a dead broker closes no socket.
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                # redis-py 8 gives up a read after 5 s by default, which would end idle subscriptions.
                "hosts": [
                    {
                        "address": REDIS_URL,
                        "socket_timeout": 30,
                        "socket_connect_timeout": 2,
                        "max_connections": 2000,
                    }
                ],
            },
        }
    }
    CACHES = {"default": {"BACKEND": "padawanforge.kit.redis_cache.SteadyRedisCache", "LOCATION": REDIS_URL}}
else:
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 2000}}
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Background jobs -------------------------------------------------------------------------------------

JOB_THREADS = env.number("JOB_THREADS", 4)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    JOBS = {"kind": "sqlite", "filename": str(DATA_DIR / "jobs.sqlite3"), "threads": JOB_THREADS}
else:
    JOBS = {"kind": "postgresql", "dsn": DATABASE_URL, "threads": JOB_THREADS}

# --- Players and sign-in ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "players.Player"
AUTHENTICATION_BACKENDS = ["players.backends.PlayerBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "site:home"
LOGOUT_REDIRECT_URL = "site:landing"
ACCOUNT_ADAPTER = "players.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "players.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional")
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# A guest is signed in and must still reach the pages to sign up and in.
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[PadawanForge] "
# Whoever can be reached by mail hears of it when a password, an address or a factor changes.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
SOCIALACCOUNT_LOGIN_ON_GET = False
# An address that a provider did not verify must never open somebody else's account.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

MFA_ADAPTER = "players.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "PadawanForge"
# No step earlier or later: used digits are remembered for one step only, and would work again in the next.
MFA_TOTP_TOLERANCE = 0
# Without a mail server no address can be confirmed, and nobody could ever add a factor.
MFA_ALLOW_UNVERIFIED_EMAIL = not env.text("EMAIL_HOST")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Browsers offer passkeys on a secure page or on this machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS and all(
    url.scheme == "https" or url.hostname in LOOPBACK for url in _public
)

# After so many days without a visit, and in any case, a player signs in anew.
SESSION_IDLE_DAYS = env.number("SESSION_IDLE_DAYS", 7)
SESSION_DAYS = env.number("SESSION_DAYS", 30)
SESSION_COOKIE_AGE = SESSION_IDLE_DAYS * 86_400
SESSION_ENGINE = "padawanforge.kit.session_store"
CONSOLE_IDLE_MINUTES = env.number("CONSOLE_IDLE_MINUTES", 30)

PROVIDER_HOSTS = {
    "google": "https://accounts.google.com",
    "discord": "https://discord.com",
    "apple": "https://appleid.apple.com",
    "slack": "https://slack.com",
}
SOCIALACCOUNT_PROVIDERS = {}
for _provider in PROVIDER_HOSTS:
    _prefix = _provider.upper()
    if _client_id := env.text(f"{_prefix}_CLIENT_ID"):
        _app: dict[str, Any] = {"client_id": _client_id, "secret": env.secret(f"{_prefix}_CLIENT_SECRET")}
        if _provider == "apple":
            _app["key"] = env.text("APPLE_KEY_ID")
            _app["settings"] = {"certificate_key": env.secret("APPLE_CERTIFICATE_KEY")}
        SOCIALACCOUNT_PROVIDERS[_provider] = {"APPS": [_app]}
# Sign-in by a provider is a form that is redirected to the provider's host.
SIGN_IN_HOSTS = [PROVIDER_HOSTS[name] for name in SOCIALACCOUNT_PROVIDERS]

# Where pictures of players may also be fetched from, though it isn't public or speaks plain HTTP.
PICTURE_ORIGINS: list[str] = []
# The same for the services that wake browsers.
PUSH_ORIGINS: list[str] = []

# A school's own identity server, by OpenID Connect.
if OIDC_SERVER_URL := env.text("OIDC_SERVER_URL"):
    _server = urlsplit(OIDC_SERVER_URL)
    if not _server.hostname or (_server.scheme != "https" and _server.hostname not in LOOPBACK):
        raise ImproperlyConfigured("OIDC_SERVER_URL must be an address that begins with https://.")
    SIGN_IN_HOSTS.append(f"{_server.scheme}://{_server.netloc}")
    PICTURE_ORIGINS.append(f"{_server.scheme}://{_server.netloc}")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("OIDC_NAME", "your school"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True},
            }
        ]
    }

# What a guest may use up before he is asked to make an account.
DEMO_SESSION_HOURS = env.number("DEMO_SESSION_HOURS", 24)
DEMO_MAX_MESSAGES = env.number("DEMO_MAX_MESSAGES", 100)
DEMO_MAX_TOKENS = env.number("DEMO_MAX_TOKENS", 20_000)
# A class that comes in by one address needs more.
GUESTS_PER_HOUR = env.number("GUESTS_PER_HOUR", 60)

# Under this age the safe defaults hold, and a guardian has to agree to what needs consent.
MINOR_UNDER_AGE = env.number("MINOR_UNDER_AGE", 16)
DELETION_GRACE_DAYS = env.number("DELETION_GRACE_DAYS", 14)
EXPORT_KEPT_DAYS = env.number("EXPORT_KEPT_DAYS", 7)
MESSAGE_EDIT_HOURS = env.number("MESSAGE_EDIT_HOURS", 24)
# Pages with a live connection at the same time. A school may have all its people behind one address.
SOCKETS_PER_PLAYER = env.number("SOCKETS_PER_PLAYER", 5)
SOCKETS_PER_ADDRESS = env.number("SOCKETS_PER_ADDRESS", 200)

# --- Mail ------------------------------------------------------------------------------------------------

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "PadawanForge <forge@localhost>")

# --- Files -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": storage.chosen(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}
KNOWLEDGE_FILE_MAX_BYTES = env.number("KNOWLEDGE_FILE_MAX_MB", 20) * 1024 * 1024
# Vectors and words of the characters that were asked last, in the memory of each process.
KNOWLEDGE_CACHE_BYTES = env.number("KNOWLEDGE_CACHE_MB", 256) * 1024 * 1024
# Who makes the vectors of knowledge: the model at hand, a provider's model, or nobody.
EMBEDDINGS = env.choice("EMBEDDINGS", "minilm", ("minilm", "provider", "off"))
EMBEDDINGS_PROVIDER = env.text("EMBEDDINGS_PROVIDER")
EMBEDDINGS_MODEL = env.text("EMBEDDINGS_MODEL")
if EMBEDDINGS == "provider" and not EMBEDDINGS_MODEL:
    raise ImproperlyConfigured("EMBEDDINGS=provider needs EMBEDDINGS_MODEL, the model's name there.")
PICTURE_MAX_BYTES = env.number("PICTURE_MAX_MB", 5) * 1024 * 1024
# Files under messages: how large one may be, and what a player may send in a day and keep in all.
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_MB", 20) * 1024 * 1024
ATTACHMENTS_DAY_BYTES = env.number("ATTACHMENTS_DAY_MB", 100) * 1024 * 1024
ATTACHMENTS_TOTAL_BYTES = env.number("ATTACHMENTS_TOTAL_MB", 1000) * 1024 * 1024
# Where files lie that are still being sent; all server processes must see the same folder.
UPLOAD_ROOT = DATA_DIR / "uploads"
# A dotted name of function(bytes) -> str: what is wrong with an uploaded file, "" when nothing is.
UPLOAD_SCANNER = env.text("UPLOAD_SCANNER")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Security --------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Two installations on one host and different ports would otherwise share cookies.
SESSION_COOKIE_NAME = f"padawan_session_{_public[0].port or 'site'}"
CSRF_COOKIE_NAME = f"padawan_csrf_{_public[0].port or 'site'}"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *SIGN_IN_HOSTS],
    }
}

# --- Language, time, logs --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# What the pages are written in; grows with translations.
LANGUAGES = [("en", "English")]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {"padawanforge": {"level": "INFO"}},
}
