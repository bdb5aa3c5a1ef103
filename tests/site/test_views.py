from threading import Thread

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.urls import reverse

from padawanforge.site.health import BackgroundWork
from padawanforge.site.management.commands.serve import refuse_busy_port, take_data_folder
from players.models import Player
from tests.factories.npcs import NpcFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


def test_landing_greets_strangers_with_rooms_and_characters(client):
    room, npc = RoomFactory(is_featured=True), NpcFactory(is_featured=True)

    response = client.get(reverse("site:landing"))

    assert list(response.context["rooms"]) == [room]
    assert response.context["characters"] == [npc]
    assert reverse("players:guest-enter") in response.content.decode()


def test_landing_sends_players_home(client):
    client.force_login(PlayerFactory())

    response = client.get(reverse("site:landing"))

    assert response.url == reverse("site:home")


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_however_many_rooms(client, django_assert_max_num_queries, count):
    RoomFactory.create_batch(count, is_featured=True)
    NpcFactory.create_batch(count)
    client.force_login(PlayerFactory())

    with django_assert_max_num_queries(14):
        response = client.get(reverse("site:home"))

    assert len(response.context["featured_rooms"]) == count


def test_home_of_a_guest_shows_only_rooms_that_admit_guests(client):
    open_room = RoomFactory(is_featured=True)
    RoomFactory(is_featured=True, settings__allow_anonymous=False)
    client.force_login(GuestFactory())

    response = client.get(reverse("site:home"))

    assert list(response.context["featured_rooms"]) == [open_room]


def test_health_is_machine_readable_and_open(client, transactional_db):
    response = client.get(reverse("health"), headers={"accept": "text/html"})

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


def test_a_check_gives_the_connection_of_its_thread_back(transactional_db):
    left = []

    def check():
        BackgroundWork().run()
        left.append(connection.connection)

    thread = Thread(target=check)
    thread.start()
    thread.join()

    assert left == [None]


def test_every_page_carries_the_strict_policy(client):
    response = client.get(reverse("site:landing"))

    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_unknown_pages_are_not_found(client):
    assert client.get("/nowhere/").status_code == 404


def test_quickstart_makes_one_administrator_and_prints_the_password_once(capsys, settings, tmp_path):
    settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path / "static", tmp_path / "media"
    settings.STATIC_ROOT.mkdir()

    call_command("quickstart", "--no-serve")
    first = capsys.readouterr().out
    call_command("quickstart", "--no-serve")
    second = capsys.readouterr().out

    assert "Password" in first
    assert "Password" not in second
    assert Player.objects.filter(is_superuser=True).count() == 1


@pytest.mark.parametrize(
    ("public", "address"),
    [
        (["https://forge.example.org", "http://localhost:8000"], "https://forge.example.org/admin/"),
        (["http://localhost:8000"], "http://localhost:8123/admin/"),
    ],
)
def test_quickstart_says_where_people_open_it(capsys, settings, tmp_path, public, address):
    settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path / "static", tmp_path / "media"
    settings.STATIC_ROOT.mkdir()
    settings.PUBLIC_URLS = public

    call_command("quickstart", "--no-serve", "--port", "8123")

    said = capsys.readouterr().out
    assert address in said
    # It has nothing to stop.
    assert "Ctrl-C" not in said


def test_a_second_server_on_the_same_data_folder_is_refused(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    lock = take_data_folder()

    with pytest.raises(CommandError, match="already runs"):
        take_data_folder()
    lock.close()


def test_a_busy_port_is_named(live_port):
    with pytest.raises(CommandError, match=f"Port {live_port}"):
        refuse_busy_port("127.0.0.1", live_port)


@pytest.fixture
def live_port():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]
