"""Sockets that knock at the same moment: each as if it came alone, all for the price of one."""

from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging.actions.greetings import Greeting, Ticket, admit_together, greet_together
from messaging.models import Channel
from players.actions.bans import ban
from players.actions.relationships import block
from players.models import Player, PlayerPreferences
from tests.factories.players import PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db


def ticket(player):
    client = Client()
    client.force_login(player)
    return Ticket(client.session.session_key)


def cost(act, asked):
    with CaptureQueriesContext(connection) as queries:
        act(asked)
    return len(queries)


def test_many_tickets_cost_as_many_queries_as_one():
    tickets = [ticket(PlayerFactory()) for _ in range(9)]
    # What is remembered of rights is the same for both.
    admit_together(tickets)

    assert cost(admit_together, tickets[:1]) == cost(admit_together, tickets)


def test_many_greetings_cost_as_many_queries_as_one():
    greetings = [Greeting(uuid4(), PlayerFactory().pk, keeps_log=True) for _ in range(9)]
    greet_together(greetings)

    assert cost(greet_together, greetings[:1]) == cost(greet_together, greetings)


def test_each_ticket_admits_its_own_player_and_a_bad_one_nobody():
    ada, signed_out, renamed, banned = (PlayerFactory() for _ in range(4))
    tickets = [ticket(player) for player in (ada, signed_out, renamed, banned)]
    SessionStore(tickets[1].session_key).delete()
    # A new password ends the sessions of before.
    renamed.set_password("another")
    renamed.save()
    ban(player=banned, by=SystemAdminFactory(), reason="Spam")

    admitted = admit_together([*tickets, Ticket("no-such-session"), Ticket(tickets[0].session_key)])

    assert [each and each.player for each in admitted] == [ada, None, None, None, None, ada]


def test_each_socket_takes_a_place_until_all_are_taken(settings):
    settings.SOCKETS_PER_PLAYER = 2
    ada, bo = (ticket(PlayerFactory()) for _ in range(2))

    admitted = admit_together([ada, ada, ada, bo])

    assert [len(each.places) if each.places is not None else None for each in admitted] == [1, 1, None, 1]


def test_each_hears_of_himself_and_of_his_own_blocks():
    ada, bo, cy = people = [PlayerFactory() for _ in range(3)]
    block(player=ada, other=bo)
    PlayerPreferences.objects.filter(player=cy).update(ui_preferences={"presence": "hidden"})

    found = greet_together([Greeting(uuid4(), player.pk, keeps_log=False) for player in people])

    assert [greeted.me["uuid"] for greeted in found] == [str(player.uuid) for player in people]
    assert [greeted.sight for greeted in found] == [
        ({bo.uuid.hex}, False),
        ({ada.uuid.hex}, False),
        (frozenset(), True),
    ]


def test_who_was_shut_out_meanwhile_is_greeted_by_nobody():
    gone, fine = PlayerFactory(), PlayerFactory()
    Player.objects.filter(pk=gone.pk).update(is_active=False)

    found = greet_together([Greeting(uuid4(), player.pk, keeps_log=True) for player in (gone, fine)])

    assert [greeted is None for greeted in found] == [True, False]
    assert list(Channel.objects.filter(kind="player").values_list("uuid", flat=True)) == [fine.uuid]
