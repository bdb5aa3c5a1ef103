"""What lies between a question and the first word of its answer: few statements, and nobody who sleeps."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.actions.together import say_together
from messaging.frames import Send
from messaging.operations import is_plain, say_alone
from messaging.queries.ahead import Wish
from npcs.models import Npc
from padawanforge.kit import jobs
from rooms.actions.rooms import enter_room
from rooms.actions.talks import open_talk
from rooms.models import Reply, RoomNpc, RoomSettings
from tests.durability import WAITS, as_in_a_server, patience
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory
from tests.rooms.scripted import scripted

pytestmark = pytest.mark.django_db(transaction=True)
BOOKED = 'INSERT INTO "npcs_aicall"'


@pytest.fixture
def queue():
    """Jobs wait, as for a worker, until the test takes them out."""
    queue = jobs.ready_queue()
    queue.immediate = False
    yield queue
    queue.flush()
    queue.immediate = True


def of_a_room(player, provider):
    room = RoomNpcFactory(npc__name="Vega", npc__provider=provider).room
    RoomNpc.objects.update(cooldown_seconds=0)
    enter_room(room=room, player=player)
    return room.channel, "@Vega what is a comet?"


def of_a_talk(player, provider):
    talk = open_talk(player=player, npc=NpcFactory(name="Vega", provider=provider))
    return talk.channel, "What is a comet?"


def ask(player, channel, text):
    """As a socket does."""
    frame = Send(room=channel.uuid, cid=uuid4(), body=text)
    if is_plain(frame):
        [answer] = say_together([Wish(player.pk, frame.room, frame.cid, frame.body)])
    else:
        answer = say_alone(player.pk, frame)
    assert answer["dup"] is False


def answer(queue):
    """What is made for the answer alone; before it, other jobs that its question left."""
    tasks = []
    while task := queue.dequeue():
        tasks.append(task)
    for task in tasks:
        if task.args[0] != "rooms.react":
            queue.execute(task)
    with CaptureQueriesContext(connection) as made:
        for task in tasks:
            if task.args[0] == "rooms.react":
                queue.execute(task)
    return [query["sql"] for query in made.captured_queries]


@pytest.mark.parametrize(
    ("place", "until_queued", "until_asked"), [(of_a_room, 17, 22), (of_a_talk, 14, 23)], ids=["room", "talk"]
)
def test_few_statements_lie_between_a_question_and_the_provider(queue, place, until_queued, until_asked):
    player = PlayerFactory()
    with scripted() as server:
        channel, text = place(player, AiProviderFactory(api_endpoint=server.url))
        # The first question of a day makes the rows in which the rest is counted.
        ask(player, channel, text)
        answer(queue)
        Reply.objects.update(created_at=timezone.now() - timedelta(hours=1))

        with CaptureQueriesContext(connection) as asked:
            ask(player, channel, f"{text} And why?")
        statements = answer(queue)

    assert len(server.requests) == 2
    assert "And why?" in server.requests[1]["messages"][-1]["content"]
    booked = next(number for number, sql in enumerate(statements, 1) if sql.startswith(BOOKED))
    assert len(asked) <= until_queued, "\n".join(query["sql"][:200] for query in asked.captured_queries)
    assert booked <= until_asked, "\n".join(statement[:200] for statement in statements[:booked])
    assert Reply.objects.filter(ending="answered").count() == 2
    assert Npc.objects.get().interaction_count == 2


def test_only_that_an_answer_has_begun_does_not_wait_for_the_disk(queue):
    player = PlayerFactory()
    channel, text = of_a_room(player, AiProviderFactory())
    RoomSettings.objects.update(npc_budget=1)
    stored = []

    def note(execute, sql, *rest):
        found = re.match('INSERT .*INTO "(messaging_message|rooms_reply)" ', sql)
        if found:
            stored.append((found[1], patience() == WAITS[connection.vendor]))
        return execute(sql, *rest)

    with as_in_a_server(), connection.execute_wrapper(note):
        ask(player, channel, text)
        ask(player, channel, f"{text} And why?")

    # The second question is told that the room has used up its budget.
    said = ("messaging_message", True)
    assert stored == [said, ("rooms_reply", False), said, said]
