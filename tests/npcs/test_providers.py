"""Our gateway to model servers against a server that misbehaves in every way we know of."""

import socket
import threading
import time

import pytest

from npcs.llm.addresses import AddressRefused, check_ip, check_url
from npcs.llm.base import Reply, Turn, Unavailable
from npcs.llm.openai_compatible import OpenAiCompatible
from tests.npcs.fake_provider import WORDS, fake_provider

ASKED = [Turn("system", "You are Vega."), Turn("user", "What does the Moon do?")]


def model(url: str, **options) -> OpenAiCompatible:
    settings = {"timeout_seconds": 5.0, "first_token_seconds": 0.5, "silence_seconds": 0.5, **options}
    return OpenAiCompatible(label="Test · tiny", base_url=url, model="tiny", api_key="sk-secret", **settings)


def listen(model: OpenAiCompatible, pieces: list[str] | None = None) -> Reply:
    pieces = [] if pieces is None else pieces
    stream = model.stream(ASKED, max_tokens=50, temperature=0.5)
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            return end.value


def test_an_answer_comes_in_pieces_with_the_server_s_own_count_of_tokens():
    pieces: list[str] = []

    with fake_provider() as server:
        reply = listen(model(server.url), pieces)

    assert pieces == WORDS
    assert reply == Reply("".join(WORDS), tokens_in=40, tokens_out=9, tokens_cached=8)


def test_the_request_is_the_plain_protocol_that_every_server_knows():
    with fake_provider() as server:
        listen(model(server.url))

    assert server.requests == [
        {
            "model": "tiny",
            "messages": [
                {"role": "system", "content": "You are Vega."},
                {"role": "user", "content": "What does the Moon do?"},
            ],
            "max_tokens": 50,
            "temperature": 0.5,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert server.headers[0]["authorization"] == "Bearer sk-secret"


def test_an_answer_that_reached_the_length_limit_says_so():
    with fake_provider("length") as server:
        reply = listen(model(server.url))

    assert reply.is_truncated
    assert reply.text == "".join(WORDS)


@pytest.mark.parametrize("mode", ["busy_once", "error_once", "picky"])
def test_what_may_pass_by_itself_is_tried_exactly_once_more(mode):
    with fake_provider(mode) as server:
        reply = listen(model(server.url))

    assert reply.text == "".join(WORDS)
    assert len(server.requests) == 2


def test_a_server_that_knows_only_the_new_names_gets_them():
    with fake_provider("picky") as server:
        listen(model(server.url))

    assert server.requests[1]["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature"} & set(server.requests[1])


@pytest.mark.parametrize(
    ("mode", "reason", "status", "requests"),
    [
        ("unauthorised", "auth", 401, 1),
        ("busy", "rate", 429, 3),
        ("closed", "rate", 429, 1),
        ("error", "connection", 500, 3),
        ("redirect", "broken", 307, 1),
        ("unfinished", "broken", None, 1),
        ("broken_json", "broken", None, 1),
        ("error_event", "broken", None, 1),
        ("words", "broken", None, 1),
        ("endless_event", "broken", None, 1),
        ("deep_event", "broken", None, 1),
        ("no_choices", "broken", None, 1),
        ("silent", "broken", None, 1),
        ("html", "broken", None, 1),
        ("cut", "connection", None, 1),
        ("hang", "timeout", None, 1),
        ("stall", "timeout", None, 1),
    ],
)
def test_every_fault_has_a_name(mode, reason, status, requests):
    with fake_provider(mode) as server, pytest.raises(Unavailable) as caught:
        listen(model(server.url))

    assert (caught.value.reason, caught.value.status) == (reason, status)
    assert len(server.requests) == requests
    assert "sk-secret" not in str(caught.value)


def test_a_server_that_only_keeps_the_line_open_meets_the_deadline():
    started = time.monotonic()

    with fake_provider("drip") as server, pytest.raises(Unavailable) as caught:
        listen(model(server.url, timeout_seconds=0.6, first_token_seconds=5.0, silence_seconds=5.0))

    assert (caught.value.reason, caught.value.error) == ("timeout", "deadline")
    assert time.monotonic() - started < 2


def test_no_reading_thread_stays_behind_when_the_listener_has_gone():
    with fake_provider("stall") as server:
        stream = model(server.url, silence_seconds=20.0).stream(ASKED, max_tokens=50, temperature=0.5)
        next(stream)
        stream.close()
        readers = [thread for thread in threading.enumerate() if thread.name == "llm-reader"]
        for reader in readers:
            reader.join(timeout=2)

    assert not [reader for reader in readers if reader.is_alive()]


def test_a_server_that_is_not_there_is_a_fault_of_the_connection():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    with pytest.raises(Unavailable) as caught:
        listen(model(f"http://127.0.0.1:{port}/v1"))

    assert caught.value.reason == "connection"


def test_a_key_that_can_t_be_deciphered_is_not_sent():
    with fake_provider() as server:
        stranger = OpenAiCompatible(label="", base_url=server.url, model="tiny", api_key="gAAAAABm-cipher")
        with pytest.raises(Unavailable) as caught:
            listen(stranger)

    assert caught.value.reason == "auth"
    assert server.requests == []


def test_the_key_is_not_part_of_what_a_log_would_show():
    assert "sk-secret" not in repr(model("http://127.0.0.1:1/v1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/v1", "http://[fd00:ec2::254]/v1", "http://[::ffff:169.254.169.254]/v1",
        "http://metadata.google.internal/v1", "http://METADATA.google.internal./v1", "http://2852039166/v1",
        "http://0xa9fea9fe/v1", "http://0251.0376.0251.0376/v1", "http://[64:ff9b::a9fe:a9fe]/v1",
        "http://0.0.0.0/v1", "http://[fe80::1%25eth0]/v1", "file:///etc/passwd", "ftp://example.org/v1",
        "http://me:secret@example.org/v1", "http://", "",
    ],
)  # fmt: skip
def test_addresses_that_are_never_model_servers_are_refused(url):
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:11434/v1", "http://localhost:8000/v1", "http://[::1]:1234/v1", "http://10.1.2.3/v1",
        "http://ollama:11434/v1", "https://api.example.com/v1",
    ],
)  # fmt: skip
def test_model_servers_at_home_and_outside_are_allowed(url):
    assert check_url(url) is None


def test_the_address_that_a_name_led_to_is_judged_too():
    with pytest.raises(AddressRefused):
        check_ip("169.254.169.254")
