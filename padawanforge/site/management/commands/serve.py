"""The server of the embedded default: one process for pages, sockets and background work."""

import fcntl
import socket
from typing import IO

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from padawanforge.command_line import problem_of_tables

MAX_FRAME_BYTES = 65536


class Command(BaseCommand):
    help = "Serve pages and sockets, with the background work inside (one process per data folder)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 to be reached from other machines")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: object) -> None:
        lock = take_data_folder()
        refuse_busy_port(host, port)
        if problem := problem_of_tables():
            raise CommandError(problem)
        # Imported here: it starts the background threads, which only a server shall have.
        from padawanforge.asgi import application

        try:
            Server(
                application,
                endpoints=build_endpoint_description_strings(host=host, port=port),
                http_timeout=60,
                websocket_timeout=43_200,
                ping_interval=20,
                ping_timeout=30,
                websocket_max_message_size=MAX_FRAME_BYTES,
                websocket_max_frame_size=MAX_FRAME_BYTES,
                verbosity=0,
                server_name="padawanforge",
            ).run()
        finally:
            lock.close()


def take_data_folder() -> IO[str]:
    """The in-memory channel layer does not cross processes, so a second server would be deaf."""
    lock = (settings.DATA_DIR / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CommandError(
            f"A server already runs on {settings.DATA_DIR}. Stop it, or choose another folder (PADAWAN_DATA)."
        ) from None
    return lock


def refuse_busy_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} can't be used ({error.strerror}). Choose another one.") from None
