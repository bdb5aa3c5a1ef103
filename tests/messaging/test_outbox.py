import asyncio

import pytest

from messaging.outbox import CLOSE, Outbox


def frame(text):
    return {"type": "websocket.send", "text": text}


class Line:
    """A socket that may be full for a while, or gone."""

    def __init__(self):
        self.sent = []
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.fault = None

    async def send(self, frame):
        await self.is_free.wait()
        if self.fault:
            raise self.fault
        self.sent.append(frame.get("text", frame["type"]))


@pytest.fixture
async def line():
    return Line()


async def running(line):
    outbox = Outbox()
    task = asyncio.ensure_future(outbox.run(line.send))
    await asyncio.sleep(0)
    return outbox, task


async def test_a_frame_is_sent_at_once_while_the_socket_takes_it(line):
    outbox, task = await running(line)

    for text in "abc":
        outbox.put(frame(text))

    assert (line.sent, len(outbox)) == (["a", "b", "c"], 0)
    task.cancel()


async def test_while_it_takes_nothing_all_wait_in_order(line):
    outbox, task = await running(line)
    line.is_free.clear()
    for text in "abc":
        outbox.put(frame(text))
    await asyncio.sleep(0)
    before = (list(line.sent), len(outbox))

    line.is_free.set()
    outbox.put(frame("d"))
    await asyncio.sleep(0.01)
    outbox.put(frame("e"))

    assert before == ([], 2)
    assert line.sent == ["a", "b", "c", "d", "e"]
    task.cancel()


async def test_the_end_comes_last(line):
    outbox, task = await running(line)
    line.is_free.clear()
    outbox.put(frame("a"))
    outbox.put({"type": CLOSE, "code": 4408})

    line.is_free.set()
    await asyncio.wait_for(task, 1)

    assert line.sent == ["a", CLOSE]


async def test_a_socket_that_is_gone_ends_the_sending_with_its_fault(line):
    outbox, task = await running(line)
    line.fault = ConnectionResetError("gone")

    outbox.put(frame("a"))

    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(task, 1)
    assert line.sent == []


async def test_a_socket_that_goes_while_a_frame_waits_ends_it_too(line):
    outbox, task = await running(line)
    line.is_free.clear()
    outbox.put(frame("a"))
    await asyncio.sleep(0)

    line.fault = ConnectionResetError("gone")
    line.is_free.set()

    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(task, 1)


async def test_what_waits_can_be_taken_where_nobody_sends():
    outbox = Outbox()
    outbox.put(frame("a"))
    outbox.put(frame("b"))

    assert ([entry["text"] for entry in outbox.take()], len(outbox)) == (["a", "b"], 0)
