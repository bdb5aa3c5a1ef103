"""One handshake for many answers, and never a connection on which somebody else's answer still runs."""

import threading

import pytest

from npcs.llm import connection
from npcs.llm.base import Turn
from npcs.llm.embeddings import ProviderEmbeddings
from tests.npcs.fake_provider import WORDS, FakeProvider, fake_provider
from tests.npcs.test_providers import ASKED, listen, model


@pytest.fixture(autouse=True)
def nothing_kept():
    connection.kept.close()
    yield
    connection.kept.close()


def keeping(server: FakeProvider) -> FakeProvider:
    server.keeps_connections = True
    return server


def settle() -> None:
    """Until the reading thread has given its connection back."""
    for thread in [one for one in threading.enumerate() if one.name == "llm-reader"]:
        thread.join(5)


def test_answers_of_one_provider_come_over_one_connection():
    with fake_provider() as server:
        keeping(server)
        for _ in range(3):
            assert listen(model(server.url)).text == "".join(WORDS)
            settle()

    assert (len(server.requests), server.connections) == (3, 1)


def test_vectors_come_over_one_connection_too():
    with fake_provider() as server:
        keeping(server)
        for _ in range(2):
            ProviderEmbeddings(server.url, "tiny", "sk-secret").embed(["The Moon"])

    assert (len(server.requests), server.connections) == (2, 1)


def test_two_answers_at_once_have_a_connection_each():
    with fake_provider("stall") as server:
        keeping(server)
        one = model(server.url).stream(ASKED, max_tokens=50, temperature=0.5)
        other = model(server.url).stream(ASKED, max_tokens=50, temperature=0.5)
        assert [next(one), next(other)] == [WORDS[0], WORDS[0]]
        one.close()
        other.close()

    assert server.connections == 2


def test_a_connection_that_was_cut_short_is_never_used_again():
    with fake_provider("stall", then=["ok"]) as server:
        keeping(server)
        said = model(server.url).stream([Turn("user", "Hello")], max_tokens=50, temperature=0.5)
        next(said)
        said.close()
        settle()

        assert listen(model(server.url)).text == "".join(WORDS)

    assert server.connections == 2


def test_a_connection_that_the_server_has_closed_meanwhile_is_made_anew():
    with fake_provider() as server:
        for _ in range(2):
            assert listen(model(server.url)).attempts == 1
            settle()
            assert server.closed.acquire(timeout=5)

    assert (len(server.requests), server.connections) == (2, 2)


def test_nobody_waits_for_a_stream_that_says_it_is_done_and_does_not_end():
    with fake_provider("open_end") as server:
        # Whoever waited for its end would meet the deadline of five seconds.
        reply = listen(model(server.url, silence_seconds=20.0))

    assert reply.text == "".join(WORDS)


def test_only_a_line_feed_ends_a_line_of_a_stream():
    with fake_provider("wrapped") as server:
        assert listen(model(server.url)).text == "One\u2028line"
