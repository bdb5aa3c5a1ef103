import asyncio
import signal
import threading

import pytest

from padawanforge.kit import lifecycle


@pytest.fixture
def handed_on():
    """A server's own handler, and what it was called with."""
    heard = []
    before = {number: signal.getsignal(number) for number in lifecycle.SIGNALS}
    for number in lifecycle.SIGNALS:
        signal.signal(number, lambda got, frame: heard.append(got))
    yield heard
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_goodbye_is_said_before_the_server_hears_of_its_end(handed_on):
    order = []

    async def goodbye():
        await asyncio.sleep(0.01)
        order.append(("goodbye", list(handed_on)))

    with lifecycle.saying(goodbye):
        lifecycle.install(asyncio.get_running_loop())
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)

    assert order == [("goodbye", [])]
    assert handed_on == [signal.SIGTERM]


async def test_a_goodbye_that_takes_too_long_is_cut_short(handed_on):
    with lifecycle.saying(lambda: asyncio.sleep(60)):
        lifecycle.install(asyncio.get_running_loop())
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(lifecycle.PATIENCE_SECONDS + 0.1)

    assert handed_on == [signal.SIGINT]


async def test_a_second_signal_is_handed_on_at_once(handed_on):
    with lifecycle.saying(lambda: asyncio.sleep(60)):
        lifecycle.install(asyncio.get_running_loop())
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        at_once = list(handed_on)
        await asyncio.sleep(lifecycle.PATIENCE_SECONDS + 0.1)

    assert at_once == [signal.SIGTERM]


async def test_installing_twice_is_installing_once(handed_on):
    loop = asyncio.get_running_loop()
    lifecycle.install(loop)
    first = signal.getsignal(signal.SIGTERM)

    lifecycle.install(loop)

    assert signal.getsignal(signal.SIGTERM) is first


async def test_other_threads_change_nothing(handed_on):
    before = signal.getsignal(signal.SIGTERM)

    thread = threading.Thread(target=lifecycle.install, args=[asyncio.get_running_loop()])
    thread.start()
    thread.join()

    assert signal.getsignal(signal.SIGTERM) is before
