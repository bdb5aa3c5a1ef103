"""Requests as a server hands them over: each in one thread, which waits for the next one then."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import translation

from padawanforge.kit import pages
from padawanforge.kit.access import public
from padawanforge.kit.pages import Pages

pytestmark = pytest.mark.urls(__name__)
_gate, _closed = threading.Event(), []


@public
def who(request):
    """The thread, and the language that another request may have left behind."""
    found = f"{threading.get_ident()} {translation.get_language()}"
    translation.activate("de")
    return HttpResponse(found)


@public
def slow(request):
    _gate.wait(5)
    return HttpResponse("at last")


@public
def asks_the_loop(request):
    return HttpResponse(async_to_sync(_from_the_loop)())


async def _from_the_loop():
    """To the loop and back again."""
    return f"{threading.get_ident()} {await sync_to_async(threading.get_ident)()}"


@public
def streamed(request):
    response = StreamingHttpResponse(_pieces())
    response._resource_closers.append(lambda: _closed.append(threading.get_ident()))
    return response


async def _pieces():
    while True:
        yield str(await sync_to_async(threading.get_ident)()).encode()
        await asyncio.sleep(0)


@public
def broken(request):
    raise RuntimeError("Nobody expected that.")


@public
def handler404(request, exception):
    return HttpResponse(status=404)


urlpatterns = [path(f"{view.__name__}/", view) for view in (who, slow, asks_the_loop, streamed, broken)]


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch):
    monkeypatch.setattr(pages, "_waiting", [])
    monkeypatch.setattr(settings, "MIDDLEWARE", ["padawanforge.kit.pages.StaticFiles"])
    _gate.clear()
    _closed.clear()


def asked(address):
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": "",
        "path": address, "raw_path": b"", "query_string": b"", "headers": [(b"host", b"testserver")],
    }  # fmt: skip
    return ApplicationCommunicator(Pages(), scope)


async def get(address):
    call = asked(address)
    await call.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await call.receive_output(5)
    body = b""
    while (message := await call.receive_output(5)).get("more_body"):
        body += message["body"]
    await call.wait()
    return start, (body + message.get("body", b"")).decode()


async def test_one_request_after_another_is_answered_by_the_same_thread():
    answers = [await get("/who/") for _ in range(3)]

    assert len({body for _, body in answers}) == 1
    assert not answers[0][1].startswith(f"{threading.get_ident()} ")


async def test_nothing_of_a_request_is_left_for_the_next_one():
    answers = [await get("/who/") for _ in range(2)]

    assert {body.split()[1] for _, body in answers} == {translation.get_language()}


async def test_a_slow_page_holds_up_nobody():
    late = asyncio.ensure_future(get("/slow/"))
    _, quick = await get("/who/")
    _gate.set()

    assert (await late)[1] == "at last"
    assert quick
    assert len(pages._waiting) == 2


async def test_threads_beyond_those_that_wait_end(monkeypatch):
    monkeypatch.setattr(pages, "KEPT_THREADS", 1)
    calls = [asyncio.ensure_future(get("/slow/")) for _ in range(3)]
    await asyncio.sleep(0.05)
    _gate.set()
    await asyncio.gather(*calls)

    assert len(pages._waiting) == 1


async def test_a_view_may_ask_the_loop_and_goes_on_in_its_own_thread():
    _, own = await get("/who/")
    _, found = await get("/asks_the_loop/")

    assert found == f"{threading.get_ident()} {own.split()[0]}"


async def test_a_client_that_goes_ends_what_is_streamed():
    call = asked("/streamed/")
    await call.send_input({"type": "http.request", "body": b"", "more_body": False})
    await call.receive_output(5)
    pieces = {(await call.receive_output(5))["body"].decode() for _ in range(3)}
    await call.send_input({"type": "http.disconnect"})
    await call.wait()

    assert pieces == {str(*_closed)}
    assert len(pages._waiting) == 1


async def test_who_went_before_all_was_said_is_not_answered():
    call = asked("/who/")
    await call.send_input({"type": "http.disconnect"})
    await call.wait()

    assert await call.receive_nothing()


async def test_an_error_is_an_answer():
    start, _ = await get("/broken/")

    assert start["status"] == 500


async def test_a_request_is_over_before_its_answer_goes_out():
    over = []

    def note(**kwargs):
        over.append(threading.get_ident())

    request_finished.connect(note)
    call = asked("/who/")
    await call.send_input({"type": "http.request", "body": b"", "more_body": False})
    await call.receive_output(5)
    at_the_first_piece = list(over)
    request_finished.disconnect(note)

    assert len(at_the_first_piece) == 1


async def test_a_request_that_is_cancelled_leaves_its_thread_to_nobody():
    call = asked("/slow/")
    await call.send_input({"type": "http.request", "body": b"", "more_body": False})
    await asyncio.sleep(0.05)
    call.future.cancel()
    await asyncio.sleep(0.05)

    assert pages._waiting == []
    _gate.set()


async def test_static_files_come_with_the_rest_of_the_middleware(monkeypatch, tmp_path):
    (tmp_path / "told.txt").write_text("a file")
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    monkeypatch.setattr(
        settings,
        "MIDDLEWARE",
        ["django.middleware.security.SecurityMiddleware", "padawanforge.kit.pages.StaticFiles"],
    )

    start, body = await get("/static/told.txt")
    missing, _ = await get("/static/never.txt")

    assert (start["status"], body) == (200, "a file")
    assert (b"X-Content-Type-Options", b"nosniff") in start["headers"]
    assert missing["status"] == 404
