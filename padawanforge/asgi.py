"""The application as servers see it: pages and sockets on one loop, the background work beside them."""

import asyncio
import gc
import os
import sqlite3
from collections.abc import Callable

import django

from padawanforge.kit.heap import share_one_heap

share_one_heap()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - the apps are loaded by the line above
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from messaging.consumers import say_bye  # noqa: E402
from messaging.origins import guarded  # noqa: E402
from messaging.routing import websocket_urlpatterns  # noqa: E402
from messaging.waiting import patient, wake_all  # noqa: E402
from padawanforge.kit import hub, jobs, lifecycle  # noqa: E402
from padawanforge.kit.pages import Pages  # noqa: E402

# When the last connection to an SQLite file closes, its log is folded into the file. Connections end with
# each request, so without this one every transaction would pay for that.
_sentinel: sqlite3.Connection | None = None


def _keep_database_open() -> None:
    global _sentinel  # noqa: PLW0603 - it lives as long as the process
    if connection.vendor == "sqlite":
        _sentinel = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
        # Only a connection that has read something takes part in the log.
        _sentinel.execute("SELECT count(*) FROM sqlite_master").fetchone()


protocols = ProtocolTypeRouter(
    {
        "http": patient(Pages()),
        "websocket": guarded(CookieMiddleware(URLRouter(websocket_urlpatterns))),
    }
)


async def application(scope: dict, receive: Callable, send: Callable) -> None:
    """Every scope passes here, so this is where the server's loop and its signal handlers are found."""
    hub.capture_loop()
    lifecycle.install(asyncio.get_running_loop())
    if scope["type"] == "lifespan":
        await live(receive, send)
    else:
        await protocols(scope, receive, send)


async def live(receive: Callable, send: Callable) -> None:
    """uvicorn announces start and end; there is nothing to do but to agree."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


# What lives as long as the process (models, routes, libraries) need not be looked through for garbage again and
# again; of the objects of an operation few are left, so it is enough to look after many.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)

lifecycle.on_shutdown(say_bye)
lifecycle.on_shutdown(wake_all)
if settings.JOBS["kind"] != "immediate":
    _keep_database_open()
    jobs.start_embedded()
