"""The real server as a process of its own: started as by `make run`, killed when a test wants."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2
import psycopg

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """PadawanForge on a port and data folder of its own; on PostgreSQL with a database of its own."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data / "server.log"
        self.process: subprocess.Popen | None = None
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "padawanforge.settings",
            "PADAWAN_DATA": str(data),
            "PUBLIC_URLS": f"{self.url},http://127.0.0.1:{self.port}",
            "PYTHONUNBUFFERED": "1",
        }
        self.scratch = self._make_database(data)

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

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "quickstart", "--port", str(self.port)],
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
                self.process.wait(timeout=15)
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

    @property
    def admin_password(self) -> str:
        return re.search(r"Password\s+(\S+)", self.log.read_text()).group(1)
