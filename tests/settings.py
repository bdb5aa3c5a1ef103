"""The project's settings, made fast and hermetic for tests."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("PADAWAN_DATA", tempfile.mkdtemp(prefix="padawan-tests-"))
# Workers count files, each its own.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["PADAWAN_DATA"] = str(Path(os.environ["PADAWAN_DATA"]) / worker)

from padawanforge.settings import *  # noqa: F403
from padawanforge.settings import DATA_DIR, DATABASES, STORAGES

SECRET_KEY = "tests only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Jobs run at once, in the thread that commits; the periodic functions are called by the tests themselves.
JOBS = {"kind": "immediate", "threads": 0}
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file as in production: threads that share an in-memory database are refused at once, not made to wait.
    options = DATABASES["default"]["OPTIONS"]
    DATABASES["default"] |= {
        "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        "OPTIONS": {**options, "init_command": options["init_command"].replace("=FULL", "=OFF")},
    }
else:
    # Nothing of a test has to survive the machine.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    # All connections from the start, so that of eight threads that begin at once none waits for another to be opened.
    DATABASES["default"]["OPTIONS"]["pool"] |= {"min_size": 10}
    # Runs beside each other on one server must not take each other's databases for their own.
    if run := os.environ.get("TEST_RUN"):
        DATABASES["default"]["TEST"] = {"NAME": f"test_{run}"}

# One process, one loop a test: the hub hands events over directly. The Redis layer is tested where it
# matters, between processes: tests/kit/test_hub.py, and the real servers of tests/browser.
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 2000}}
}
# The clock of the tests moves this cache too, and nothing of one run is left for the next.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
