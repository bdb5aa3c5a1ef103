"""So many sockets for a player and for an address, whatever happens to those that hold them."""

from threading import Thread

import pytest
from django.core.cache import cache
from time_machine import travel

from messaging import slots
from messaging.database import in_database
from tests.messaging.sockets import Tab, cookie_of

live = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _few(settings):
    settings.SOCKETS_PER_PLAYER, settings.SOCKETS_PER_ADDRESS = 2, 3


@pytest.mark.usefixtures("_few")
def test_a_player_and_an_address_have_so_many_places():
    assert slots.take(player="ada", address="10.0.0.1")
    assert slots.take(player="ada", address="10.0.0.1")
    assert slots.take(player="ada", address="10.0.0.1") is None
    assert slots.take(player="ben", address="10.0.0.1")
    assert slots.take(player="ben", address="10.0.0.1") is None
    assert slots.take(player="ben", address="10.0.0.2")


@pytest.mark.usefixtures("_few")
def test_a_refused_socket_holds_nothing():
    for number in range(3):
        slots.take(player=f"other-{number}", address="10.0.0.1")

    refused = [slots.take(player="ada", address="10.0.0.1") for _ in range(3)]

    assert refused == [None] * 3
    assert slots.take(player="ada", address="10.0.0.2")
    assert slots.take(player="ada", address="10.0.0.2")


@pytest.mark.usefixtures("_few")
def test_a_place_comes_back_when_its_holder_goes_or_falls_silent():
    with travel(0, tick=False) as clock:
        first, silent = slots.take(player="ada", address=""), slots.take(player="ada", address="")
        slots.give_back(first)
        again = slots.take(player="ada", address="")
        clock.shift(60)
        slots.renew(again)
        clock.shift(60)

        assert silent
        assert slots.take(player="ada", address="") == silent
        assert slots.take(player="ada", address="") is None


@pytest.mark.usefixtures("_few")
def test_two_at_once_never_get_the_same_place():
    taken = []
    threads = [Thread(target=lambda: taken.append(slots.take(player="ada", address=""))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([places for places in taken if places]) == 2


def test_without_a_cache_everybody_comes_in(monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError

    for way in ("add", "get_many"):
        monkeypatch.setattr(cache, way, away)

    assert slots.take(player="ada", address="") == []


def test_where_most_places_are_free_they_are_not_all_read(monkeypatch):
    def read(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr(cache, "get_many", read)

    assert len(slots.take(player="ada", address="10.0.0.1")) == 2


@pytest.mark.parametrize(("proxies", "forwarded", "address"), [
    (0, "1.2.3.4", "9.9.9.9"), (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"), (2, "1.2.3.4, 10.0.0.1", "1.2.3.4"),
    (2, "1.2.3.4", "9.9.9.9"), (1, "", ""),
])  # fmt: skip
def test_only_our_own_proxies_say_where_somebody_is(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    scope = {"headers": [(b"x-forwarded-for", forwarded.encode())], "client": ["9.9.9.9", 1]}

    assert slots.address_of(scope) == address


@live
async def test_one_window_too_many_is_told_so_and_closed(settings, player):
    settings.SOCKETS_PER_PLAYER = 2
    tabs = [await Tab.of(player), await Tab.of(player)]
    third = Tab(await in_database(cookie_of)(player))
    await third.open()

    assert await third.close_code() == 4429
    assert third.heard[-1]["code"] == "crowded"

    await tabs[0].leave()
    await tabs[1].leave()
    await (await Tab.of(player)).leave()


@live
async def test_a_heartbeat_keeps_the_place(settings, player):
    settings.SOCKETS_PER_PLAYER = 1
    tab = await Tab.of(player)
    await in_database(cache.clear)()

    await tab.tell("ping")
    await tab.next("pong")

    assert await in_database(slots.take)(player=player.uuid.hex, address="") is None
    await tab.leave()


def test_a_taken_place_is_passed_over_without_reading_all_of_them(monkeypatch, settings):
    settings.SOCKETS_PER_PLAYER, settings.SOCKETS_PER_ADDRESS = 50, 0
    guesses = iter([7, 7, 8])
    monkeypatch.setattr("messaging.slots.random.randrange", lambda limit: next(guesses))
    monkeypatch.setattr("messaging.slots.cache.get_many", None)

    taken = [slots.take(player="ada", address="") for _ in range(2)]

    assert taken == [["messaging.socket.player.ada.7"], ["messaging.socket.player.ada.8"]]
