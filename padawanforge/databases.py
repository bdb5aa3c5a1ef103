"""How Django talks to the database that DATABASE_URL names."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from padawanforge import env

SQLITE_OPTIONS = {
    # IMMEDIATE: a transaction that will write takes the lock at once and waits instead of failing later.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA journal_size_limit=67108864"
    ),
}


def from_url(url: str, *, folder: Path) -> dict:
    """For sqlite:///path (without a path: a file in the folder) or postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) or str(folder / "padawanforge.sqlite3"),
            "CONN_MAX_AGE": 0,
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # Under ASGI persistent connections leak; the pool keeps them instead.
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                "pool": {"min_size": 2, "max_size": 10, "timeout": 5, "reconnect_timeout": 10},
                "connect_timeout": 3,
                "options": (
                    f"-c statement_timeout={env.number('DATABASE_STATEMENT_TIMEOUT_MS', 5000)} "
                    "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=15000 "
                    # Compiling a question to machine code takes seconds where the planner misjudges what it
                    # finds, as in new tables; none of ours runs long enough to gain by it.
                    "-c jit=off"
                ),
            },
        }
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgresql://.")
