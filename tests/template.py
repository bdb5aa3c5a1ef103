"""A migrated database that is made once and copied by every process of the tests.

To migrate from zero takes ten seconds and more, and each process, each engine and each run needs it. What was made
is found again by a digest of the migrations, so a changed one makes another.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "databases"
NAMES = "padawan_template_"
# How many of other migrations a server keeps.
OTHERS = 3


def begin_with() -> None:
    """Let the test database of this process begin as a copy of the migrated one."""
    KEPT.mkdir(parents=True, exist_ok=True)
    test = connection.settings_dict["TEST"]
    with _one_after_the_other():
        if connection.vendor == "sqlite":
            name = Path(test["NAME"])
            name.parent.mkdir(parents=True, exist_ok=True)
            # The log of an earlier run would be read as if it belonged to the copy.
            for beside in ("-wal", "-shm"):
                name.with_name(name.name + beside).unlink(missing_ok=True)
            shutil.copy(_file(), name)
        else:
            test["TEMPLATE"] = _database()


def _file() -> Path:
    path = KEPT / f"{_digest()}.sqlite3"
    if not path.exists():
        for old in KEPT.glob("*.sqlite3"):
            old.unlink()
        data = KEPT / "making"
        shutil.rmtree(data, ignore_errors=True)
        _migrate(PADAWAN_DATA=str(data))
        made = data / "padawanforge.sqlite3"
        with closing(sqlite3.connect(made)) as database:
            # One file, without a log beside it.
            database.execute("PRAGMA journal_mode=DELETE")
        made.rename(path)
        shutil.rmtree(data)
    return path


def _database() -> str:
    address = os.environ["DATABASE_URL"]
    name = NAMES + _digest()
    with psycopg.connect(address, autocommit=True) as server:
        # Other checkouts may have theirs on the same server.
        server.execute("SELECT pg_advisory_lock(%s)", [zlib.crc32(NAMES.encode())])
        newest = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
        known = [row[0] for row in server.execute(newest, [NAMES])]
        if name not in known:
            making = f"{name}_making"
            for old in {making, *known[OTHERS:]}:
                server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{making}"')
            _migrate(DATABASE_URL=urlunsplit(urlsplit(address)._replace(path=f"/{making}")))
            # Whatever breaks off before this leaves nothing that is taken for whole.
            server.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def _migrate(**environment: str) -> None:
    # The settings give every worker a folder of its own.
    inherited = {key: value for key, value in os.environ.items() if key != "PYTEST_XDIST_WORKER"}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "tests.settings", **environment},
        check=True,
    )


def _digest() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        source = Path(sys.modules[migration.__module__].__file__)
        digest.update(repr(key).encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _one_after_the_other() -> Iterator[None]:
    """Also across runs beside each other; PostgreSQL copies no database to which somebody is connected."""
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
