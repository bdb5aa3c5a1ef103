"""Server processes of the benchmark's own, each on a port, a data folder and a database of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL = os.environ.get("BENCH_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/11")
START_SECONDS = 240
SERVER_CORE, CLIENT_CORE = "0", 1
# More sockets come from this one machine than from any school.
LIMITS = {"SOCKETS_PER_ADDRESS": "100000", "SOCKETS_PER_PLAYER": "100"}


@dataclass
class Program:
    """What is measured: an application, how it makes its people, and whether it runs with all engines."""

    name: str
    settings: str
    application: str
    people: str
    is_production: bool


FORGE = "padawanforge.settings", "padawanforge.asgi:application", "bench.chat.people"
PLAIN = "bench.plain.settings", "bench.plain.asgi:application", "bench.plain.people"
PROGRAMS = {
    "forge-production": Program("PadawanForge, uvicorn, PostgreSQL, Redis", *FORGE, True),
    "forge-embedded": Program("PadawanForge, daphne, SQLite, in memory", *FORGE, False),
    "plain-production": Program("plain Channels chat, uvicorn, PostgreSQL, Redis", *PLAIN, True),
    "plain-embedded": Program("plain Channels chat, daphne, SQLite, in memory", *PLAIN, False),
}


@dataclass
class Server:
    """One program on one port; use it as a context manager."""

    program: Program
    port: int
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="bench-chat-")))
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    database: str = ""

    def __enter__(self) -> "Server":
        if self.program.is_production:
            self.database = f"bench_chat_{os.getpid()}_{self.port}"
            _on_postgresql(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        self.run("manage", "migrate", "--verbosity", "0")
        if self.program.settings.startswith("padawanforge"):
            self.run("manage", "collectstatic", "--noinput", "--verbosity", "0")
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        if self.database:
            _on_postgresql(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database))
            )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DJANGO_SETTINGS_MODULE": self.program.settings,
            "PADAWAN_DATA": str(self.folder),
            "PUBLIC_URLS": self.origin,
            "LOG_LEVEL": "ERROR",
            **LIMITS,
        }
        if self.program.is_production:
            url = urlunsplit(urlsplit(POSTGRESQL)._replace(path=f"/{self.database}"))
            # The background work has processes of its own there.
            own |= {"DATABASE_URL": url, "REDIS_URL": REDIS, "JOB_THREADS": "0"}
        return {**os.environ, **own, **self.extra}

    def run(self, module: str, *arguments: str) -> str:
        """What a command of the program's prints."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def people(self, sizes: list[int]) -> dict:
        return json.loads(self.run(self.program.people, *map(str, sizes)))

    def start(self) -> None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise SystemExit(
                    f"Something answers on port {self.port} already; it would be measured instead."
                )
        log = (self.folder / "server.log").open("a")
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, sys.executable, "-m", *self._command()],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self._wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def _command(self) -> list[str]:
        address = ["--port", str(self.port)]
        is_forge = self.program.settings.startswith("padawanforge")
        if self.program.is_production:
            # As docs/administration.md says; the plain chat has no heartbeats, so there the server's pings stay.
            pings = ["--ws-ping-interval", "3600"] if is_forge else []
            return [
                "uvicorn", self.program.application, "--host", "127.0.0.1", *address, *pings,
                "--ws-per-message-deflate", "false", "--log-level", "warning", "--no-access-log",
            ]  # fmt: skip
        if is_forge:
            return ["manage", "serve", *address]
        return ["daphne", "--bind", "127.0.0.1", *address, "--verbosity", "0", self.program.application]

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.origin, timeout=2)
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"The server did not come up:\n{(self.folder / 'server.log').read_text()[-3000:]}")


def _on_postgresql(statement: sql.Composed) -> None:
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(statement)
