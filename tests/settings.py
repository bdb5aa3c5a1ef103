"""The project's settings, made fast and hermetic for tests."""

import os
import tempfile

os.environ.setdefault("PADAWAN_DATA", tempfile.mkdtemp(prefix="padawan-tests-"))

from padawanforge.settings import *  # noqa: E402, F403
from padawanforge.settings import STORAGES  # noqa: E402

SECRET_KEY = "tests only"  # noqa: S105 - a fixed key makes runs comparable
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Jobs run at once, in the thread that commits; the periodic functions are called by the tests themselves.
JOBS = {"kind": "immediate", "threads": 0}
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
