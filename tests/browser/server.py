"""The real server as a process of its own: started as by `make run`, killed when a test wants."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2
import psycopg

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
SPEAK_THROUGH = """
from npcs.models import AiProvider, Npc
provider, _ = AiProvider.objects.update_or_create(name="scripted", defaults=dict(
    display_name="Scripted", api_endpoint="{url}", api_key="x", default_model="tiny", timeout_seconds=60))
Npc.objects.update(provider=provider)
"""


# The name of the test database of this run, once it is there.
MIGRATED: str | None = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """PadawanForge on a port and data folder of its own; on PostgreSQL with a database of its own.

    With `beside`, another process of the same installation: both share all but the port.
    """

    def __init__(self, data: Path, *, beside: "Server | None" = None, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data / f"server-{self.port}.log"
        self.process: subprocess.Popen | None = None
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "padawanforge.settings",
            "PADAWAN_DATA": str(data),
            "PUBLIC_URLS": f"{self.url},http://127.0.0.1:{self.port}",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.command = ["manage.py", "quickstart", "--port", str(self.port)]
        self.scratch = None
        if beside is not None:
            self.environment["DATABASE_URL"] = beside.environment["DATABASE_URL"]
            self.command = ["-m", "uvicorn", "padawanforge.asgi:application", "--port", str(self.port)]
            return
        self.scratch = self._make_database(data)
        self._begin_with_tables(data)

    def _make_database(self, data: Path) -> tuple[str, str] | None:
        """(server address, database name) when the suite runs on PostgreSQL."""
        address = os.environ.get("DATABASE_URL", "")
        if not address.startswith("postgres"):
            return None
        name = f"padawan_{os.getpid()}_{self.port}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        self.environment["DATABASE_URL"] = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        return address, name

    def _begin_with_tables(self, data: Path) -> None:
        """Copy the empty tables of this run's test database: to migrate from zero takes a minute.

        Without the tools for it the server makes them itself, as it does everywhere else.
        """
        if MIGRATED is None:
            return
        if self.scratch is None:
            target = sqlite3.connect(data / "padawanforge.sqlite3")
            with sqlite3.connect(MIGRATED) as source, target:
                source.backup(target)
            target.close()
        elif shutil.which("pg_dump") and shutil.which("psql"):
            source = urlunsplit(urlsplit(self.scratch[0])._replace(path=f"/{MIGRATED}"))
            dump = subprocess.run(["pg_dump", "--no-owner", source], capture_output=True, check=True).stdout
            load = ["psql", "-q", "-v", "ON_ERROR_STOP=1", self.environment["DATABASE_URL"]]
            subprocess.run(load, input=dump, capture_output=True, check=True)

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server stopped:\n{self.log.read_text()[-4000:]}")
            try:
                if httpx2.get(f"{self.url}/accounts/login/", timeout=5).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.2)
        raise RuntimeError(f"The server did not answer:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.scratch:
            address, name = self.scratch
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def speak_through(self, url: str) -> None:
        """Let all characters speak through the model server at that address."""
        self.manage("shell", "-c", SPEAK_THROUGH.format(url=url))

    @property
    def admin_password(self) -> str:
        return re.search(r"Password\s+(\S+)", self.log.read_text()).group(1)
