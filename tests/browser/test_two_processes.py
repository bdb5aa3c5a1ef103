"""Two processes of one installation on PostgreSQL and Redis: people and characters meet across them."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import httpx2
import psycopg
import pytest

from padawanforge.kit.jobs import on_postgresql
from tests.browser.client import Socket
from tests.browser.server import Server
from tests.rooms.scripted import scripted

pytestmark = [pytest.mark.browser, pytest.mark.engine]
COME = """
import json
from django.test import Client
from django.utils import timezone
from players.actions.accounts import create_player
from players.models import PlayerPreferences
from rooms.actions.entry import accept_rules
from rooms.actions.rooms import enter_room
from rooms.models import Room
room = Room.objects.get(slug="the-commons")
for name in ("ada-two", "ben-two"):
    player = create_player(username=name, email=f"{name}@example.org", password="lantern-and-anvil-77", role="padawan")
    PlayerPreferences.objects.filter(player=player).update(registration_completed=True)
    enter_room(room=room, player=player)
    accept_rules(room=room, player=player, version=1, now=timezone.now())
    client = Client()
    client.force_login(player)
    print(json.dumps([client.session.session_key, str(room.channel.uuid)]))
"""


@pytest.fixture
def servers(tmp_path):
    """The second does none of the background work, so whatever a character says there came from the first."""
    first = Server(tmp_path)
    first.start()
    second = Server(tmp_path, beside=first, JOB_THREADS="0")
    second.start()
    yield first, second
    second.stop()
    first.stop()


@pytest.fixture
def people(servers):
    """Ada's socket is held by the second process, Ben's by the first."""
    first, second = servers
    sockets = []
    lines = [line for line in first.manage("shell", "-c", COME).splitlines() if line.startswith("[")]
    for line, server in zip(lines, (second, first), strict=True):
        session, room = json.loads(line)
        # Named after the port, for installations beside each other.
        http = httpx2.Client(base_url=server.url, cookies={f"padawan_session_{server.port}": session})
        sockets.append(Socket(server.url, http, room))
    for socket in sockets:
        socket.open()
    yield sockets
    for socket in sockets:
        socket.close()
        socket.http.close()


def hear(socket: Socket, type: str, *, timeout: float = 30) -> dict:
    """The next event or signal of that type."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        frame = socket.wait_for("ev", "sig", timeout=timeout)
        if frame.get("type") == type:
            return frame
    raise AssertionError(f"Nobody heard {type}.")


def hear_character(socket: Socket) -> dict:
    while (message := hear(socket, "message.created")["data"]["message"])["author"]["kind"] != "npc":
        continue
    return message


def test_a_character_is_asked_at_one_process_made_by_the_other_read_at_both_and_stopped(servers, people):
    first, _ = servers
    ada, ben = people
    with scripted([f"word{number} " for number in range(60)], is_paced=True) as provider:
        first.speak_through(provider.url)

        ada.send_message("0b0c7f6e-0000-4000-8000-000000000001", "@Lemma go on")
        question = hear(ben, "message.created")
        provider.let(5)
        thinking = [hear(socket, "npc.thinking") for socket in people]
        deltas = [hear(socket, "npc.delta") for socket in people]

        assert question["data"]["message"]["text"] == "@Lemma go on"
        drafts = {frame["data"]["draft"] for frame in (*thinking, *deltas)}
        assert len(drafts) == 1

        ada.say(op="answer", id="stop", answer=drafts.pop(), act="stop")
        said = [hear_character(socket) for socket in people]
        provider.let(100)
        assert provider.hung_up.wait(10)
    assert said[0]["author"]["name"] == "Lemma"
    assert said[0]["uuid"] == said[1]["uuid"]
    assert said[0]["text"].startswith("word0 word1")


def test_a_right_that_is_taken_at_one_process_ends_the_socket_of_the_other(servers, people):
    first, _ = servers
    ada, ben = people
    kick = (
        "from rooms.actions.rooms import leave_room; from rooms.models import Room; from players.models import Player;"
        "leave_room(room=Room.objects.get(slug='the-commons'), player=Player.objects.get(username='ada-two'))"
    )

    first.manage("shell", "-c", kick)

    assert ada.wait_for("revoked", timeout=30)["room"] == ada.room
    assert hear(ben, "member.left")["data"]["player"]["name"] == "ada-two"


def test_processes_that_start_together_on_a_new_database_make_its_tables_once():
    address = os.environ["DATABASE_URL"]
    name = f"padawan_jobs_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        dsn = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        with ThreadPoolExecutor(8) as pool:
            queues = list(pool.map(on_postgresql, [dsn] * 8))
        assert [queue.pending_count() for queue in queues] == [0] * 8
        for queue in queues:
            queue.storage.close()
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
