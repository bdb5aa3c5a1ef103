"""Pages and calls, each answered from beginning to end by one thread that lives on.

Django's own handler for ASGI runs what is synchronous in a new thread for each request and goes there and back
for every piece: the signals, each middleware that looks at the view, the view, the end. Nothing of ours gains by
that, and on SQLite the new thread opened a connection besides, which reads the whole schema. Here a request is
handed to a waiting thread once. What is streamed goes out by Django's own ways, in the same thread.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from servestatic.middleware import ServeStaticMiddleware

from padawanforge.kit.threads import keep_connection

# As many threads wait for work; in a rush there are more.
KEPT_THREADS = 8

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Pages(ASGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        """All of it for the thread, whatever the handler for ASGI asks for."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        async with _one_thread():
            response = await sync_to_async(self.answer)(scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
                return
        # The thread is free while a slow client takes what it asked for.
        await self.send_response(response, send)

    def answer(self, scope: dict, body: IO[bytes]) -> HttpResponseBase:
        """In the thread. What is not streamed is over then, and the connection to the database given back."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        # Where Django looks for the sender of the signal of the end.
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if request is None:
            body.close()
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Until it is sent or the client goes."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        gone = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
            await sync_to_async(response.close)()


class StaticFiles:
    """The middleware that serves static files, which is made for loops, among those of the thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._serve = async_to_sync(ServeStaticMiddleware(sync_to_async(get_response)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_file = request.path_info.startswith(settings.STATIC_URL)
        return self._serve(request) if is_file else self.get_response(request)


_waiting: list[ThreadPoolExecutor] = []


@asynccontextmanager
async def _one_thread() -> AsyncIterator[None]:
    """For all that is synchronous within; the one that waits shortest, as its connection is still warm."""
    thread = _waiting.pop() if _waiting else _new_thread()
    try:
        async with ThreadSensitiveContext(executor=thread):
            yield
    except BaseException:
        # Whoever was cancelled may have left something running.
        _dismiss(thread)
        raise
    if len(_waiting) < KEPT_THREADS:
        _waiting.append(thread)
    else:
        _dismiss(thread)


def _new_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages", initializer=keep_connection)


def _dismiss(thread: ThreadPoolExecutor) -> None:
    thread.submit(connections.close_all)
    thread.shutdown(wait=False)
