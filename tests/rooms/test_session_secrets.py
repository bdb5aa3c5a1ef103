"""While a question is open, nothing that leaves the server tells its key."""

import json
import re
from dataclasses import fields

import pytest
from django.urls import reverse

from learning.models import Statement
from messaging.database import in_database
from messaging.models import ChannelEvent
from messaging.queries import logged_after
from rooms.models import GameSession, Room, SessionParticipant
from rooms.queries.sessions import panel_for
from tests.messaging.sockets import Tab
from tests.rooms.quiz import SECRETS, new_quiz

HTMX = {"HX-Request": "true"}


@pytest.fixture
def quiz(db):
    """Round 1 is over, question 2 is open, and one of the two has answered it."""
    quiz = new_quiz().begin()
    ada, bo = quiz.players
    quiz.play({ada: True, bo: True})
    quiz.answer(ada)
    return quiz


def everything_said(quiz):
    return json.dumps([event.data for event in logged_after(quiz.room.channel_id, 0, limit=1000)])


def pages(client, quiz, viewer):
    """All pages on which a player could look for the key."""
    client.force_login(viewer)
    slug = quiz.room.slug
    addresses = [
        quiz.room.get_absolute_url(),
        viewer.get_absolute_url(),
        "/home/",
        f"/api/v1/rooms/{slug}/session",
        f"/api/v1/rooms/{slug}/messages",
    ]
    found = [client.get(address) for address in addresses]
    found.append(client.get(reverse("rooms:session", args=[slug]), headers=HTMX))
    assert {page.status_code for page in found} == {200}
    return "\n".join(page.content.decode() for page in found)


@pytest.mark.parametrize("who", [0, 1])
def test_pages_and_answers_do_not_hold_explanation_or_source(client, quiz, who):
    text = pages(client, quiz, quiz.players[who])

    assert quiz.statement.text in text
    assert not any(f"{secret} {number}" in text for secret in SECRETS for number in unplayed(quiz))


def unplayed(quiz):
    """The numbers in the explanations of the open statement and of those to come."""
    rounds = quiz.session.rounds.filter(revealed_at=None)
    return [entry.statement.explanation.rsplit(" ", 1)[1] for entry in rounds]


def test_statements_to_come_are_nowhere(client, quiz):
    text = pages(client, quiz, quiz.players[0]) + everything_said(quiz)

    assert quiz.session.rounds.get(number=3).statement.text not in text


def test_events_and_messages_hold_neither_statement_nor_explanation(quiz):
    said = everything_said(quiz)

    assert not any(secret in said for secret in SECRETS)
    assert not any(statement.text in said for statement in Statement.objects.all())


def test_what_is_shown_is_the_same_whatever_the_key_is(client, quiz):
    client.force_login(quiz.players[1])
    panel, api = reverse("rooms:session", args=[quiz.room.slug]), f"/api/v1/rooms/{quiz.room.slug}/session"
    changing = re.compile(r'data-now="\d+"|name="csrfmiddlewaretoken" value="\w+"')

    seen = []
    for key in (True, False):
        Statement.objects.filter(pk=quiz.statement.pk).update(answer=key)
        page = client.get(panel, headers=HTMX).content.decode()
        seen.append((changing.sub("", page), client.get(api).json()))

    assert seen[0] == seen[1]


@pytest.mark.django_db
@pytest.mark.parametrize("phase", ["lobby", "question"])
def test_the_template_is_given_no_statement_before_the_reveal(phase):
    quiz = new_quiz()
    if phase == "question":
        quiz.begin()

    panel = panel_for(room=quiz.room, player=quiz.players[0], may_start=False)

    parts = [getattr(panel, part.name) for part in fields(panel)]
    kinds = {type(part) for part in parts} | {
        type(one) for part in parts if type(part) is list for one in part
    }
    assert kinds <= {Room, GameSession, SessionParticipant, list, str, int, bool, type(None)}


def test_after_the_reveal_everybody_in_the_room_may_know(client, quiz):
    quiz.answer(quiz.players[1])

    text = pages(client, quiz, quiz.players[1])

    assert quiz.statement.explanation in text
    assert quiz.statement.source_reference in text
    assert f"it is {str(quiz.statement.answer).lower()}" in text


def test_payloads_hold_phase_and_times_only(quiz):
    events = ChannelEvent.objects.filter(type__startswith="session.")

    assert {frozenset(event.payload) for event in events} == {
        frozenset({"session", "phase", "round", "rounds", "ends_at"})
    }


@pytest.mark.django_db(transaction=True)
async def test_open_pages_hear_of_an_answer_and_not_what_it_was():
    quiz = await in_database(lambda: new_quiz().begin())()
    tab = await Tab.of(quiz.players[1], quiz.room.channel)

    await in_database(quiz.answer)(quiz.players[0])

    frame = await tab.next("sig", where=lambda frame: frame["type"] == "session.progress")
    assert frame["data"] == {
        "session": str(quiz.session.uuid), "phase": "question", "answered": 1, "players": 2, "ready": 2,
    }  # fmt: skip
    assert [heard["op"] for heard in await tab.silent() if heard["op"] == "ev"] == []
    await tab.leave()
