"""How what runs on the server's loop asks the database."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from padawanforge.kit.threads import own_connection

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def _in_threads(
    name: str, count: int
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Awaitable[Answer]]]:
    """As `database_sync_to_async` of Channels, without taking the caller's context there and back.

    Nothing that we ask there depends on it, and with dozens of variables that is most of what the way costs.
    """
    threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name, initializer=own_connection)

    def taken_there(function: Callable[Asked, Answer]) -> Callable[Asked, Awaitable[Answer]]:
        @wraps(function)
        async def ask(*asked: Asked.args, **named: Asked.kwargs) -> Answer:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, partial(_answer, function, *asked, **named))

        return ask

    return taken_there


def _answer(function: Callable[Asked, Answer], *asked: Asked.args, **named: Asked.kwargs) -> Answer:
    close_old_connections()
    try:
        return function(*asked, **named)
    finally:
        close_old_connections()


# Not the one thread that asgiref gives to a process: a slow query would hold up every socket.
in_database = _in_threads("sockets", 4)
# For what is done turn by turn anyway: what one turn has used is still at hand for the next, here and in the
# database, which keeps its plans by connection.
for_words = _in_threads("words", 1)
for_arrivals = _in_threads("arrivals", 1)
