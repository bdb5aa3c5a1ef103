"""An answer that grows in everybody's open page."""

import pytest

from messaging.database import in_database
from npcs.models import Npc
from rooms.actions.drafts import DELTA_SECONDS
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory
from tests.messaging.sockets import Tab
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room():
    return RoomNpcFactory(npc__name="Vega").room


@pytest.fixture
def ada(room):
    return enter_room(room=room, player=PlayerFactory()).player


async def answer_heard_by(tab, room, player):
    """The frames from the first sign of the answer to the answer itself."""
    await in_database(say)(room=room, player=player, text="@Vega where is the Moon?")
    frames = [await tab.next("sig", where=lambda frame: frame["type"] == "npc.thinking")]
    while frames[-1]["op"] != "ev":
        frames.append(
            await tab.next(
                "sig", "ev", where=lambda frame: frame["op"] == "sig" or "draft" in frame["data"]["message"]
            )
        )
    return frames


async def test_pieces_come_before_the_answer_that_replaces_them(room, ada):
    with fake_provider() as server:
        provider = await in_database(AiProviderFactory)(api_endpoint=server.url)
        await in_database(Npc.objects.update)(provider=provider)
        tab = await Tab.of(ada, room.channel)

        thinking, *deltas, answer = await answer_heard_by(tab, room, ada)

    message = answer["data"]["message"]
    assert {frame["data"]["draft"] for frame in (thinking, *deltas)} == {message["draft"]}
    assert thinking["data"]["npc"]["name"] == message["author"]["name"] == "Vega"
    assert [frame["data"]["chunk_no"] for frame in deltas] == list(range(1, len(deltas) + 1))
    assert message["text"].startswith("".join(frame["data"]["text"] for frame in deltas).strip())
    assert deltas
    await tab.leave()


async def test_many_pieces_are_told_in_few_frames(room, ada):
    words = [f"word{number} " for number in range(200)]
    with fake_provider(words=words) as server:
        provider = await in_database(AiProviderFactory)(api_endpoint=server.url)
        await in_database(Npc.objects.update)(provider=provider)
        tab = await Tab.of(ada, room.channel)

        _, *deltas, answer = await answer_heard_by(tab, room, ada)

    assert answer["data"]["message"]["text"].split() == "".join(words).split()
    assert 1 <= len(deltas) < len(words) / 4
    assert DELTA_SECONDS == 0.08
    await tab.leave()
