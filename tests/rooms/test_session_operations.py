"""The session over the socket."""

from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.database import in_database
from rooms.actions.session_people import watch_session
from rooms.models import SessionAnswer, SessionParticipant
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db(transaction=True)


async def playing(**plan):
    quiz = await in_database(lambda: new_quiz(**plan).begin())()
    tab = await Tab.of(quiz.players[0], quiz.room.channel)
    return quiz, tab, str(quiz.room.channel.uuid)


async def test_an_answer_is_acknowledged_and_the_same_again_is_the_same():
    _, tab, room = await playing()
    cid = str(uuid4())

    first, again = [
        await tab.ask("verdict", room=room, round=1, verdict=True, confidence=2, cid=cid) for _ in range(2)
    ]
    other = await tab.ask("verdict", room=room, round=1, verdict=False)

    assert (first["op"], first["round"], first["verdict"]) == ("ok", 1, True)
    assert again["received_at"] == first["received_at"]
    assert (other["op"], other["code"]) == ("err", "already_locked")
    assert await in_database(SessionAnswer.objects.filter(confidence=2).count)() == 1
    await tab.leave()


async def test_who_comes_back_is_told_question_time_and_own_answer():
    quiz, tab, room = await playing(seconds=60)
    await tab.ask("verdict", room=room, round=1, verdict=False)
    await tab.leave()

    tab = await Tab.of(quiz.players[0], quiz.room.channel)
    state = (await tab.ask("session", room=room))["session"]

    statement = await in_database(lambda: quiz.statement.text)()
    assert (state["phase"], state["statement"], state["my_verdict"]) == ("question", statement, False)
    assert state["ends_at"].startswith(quiz.session.phase_ends_at.isoformat()[:19])
    assert (state["key"], state["explanation"]) == (None, "")
    await tab.leave()


async def test_the_way_is_measured_by_the_server():
    quiz, tab, room = await playing()

    begun = await tab.ask("probe", room=room)
    done = await tab.ask("probe", room=room, t=begun["t"])
    forged = await tab.ask("probe", room=room, t="1:abc")

    mine = await in_database(SessionParticipant.objects.get)(player=quiz.players[0])
    assert (done["op"], mine.rtt_ms) == ("ok", done["rtt_ms"])
    assert (forged["op"], forged["code"]) == ("err", "forbidden")
    await tab.leave()


async def test_the_probe_of_somebody_else_is_not_taken():
    quiz, tab, room = await playing()
    other = await Tab.of(quiz.players[1], quiz.room.channel)

    begun = await tab.ask("probe", room=room)
    stolen = await other.ask("probe", room=room, t=begun["t"])

    assert stolen["op"] == "err"
    for one in (tab, other):
        await one.leave()


async def test_watchers_and_strangers_answer_nothing():
    quiz, tab, room = await playing()
    watcher, stranger = await in_database(lambda: PlayerFactory.create_batch(2))()
    await in_database(watch_session)(session=quiz.session, player=watcher, now=timezone.now())
    strange = await Tab.of(stranger)

    refused = await strange.ask("verdict", room=room, round=1, verdict=True)

    assert (refused["op"], refused["code"]) == ("err", "not_member")
    for one in (tab, strange):
        await one.leave()


async def test_a_channel_without_a_game_has_none():
    quiz, tab, room = await playing()
    await in_database(quiz.session.delete)()

    answers = [await tab.ask(op, room=room) for op in ("session", "probe")]

    assert {frame["op"] for frame in answers} == {"err"}
    await tab.leave()
