from uuid import uuid4

import pytest

from npcs.actions.sections import Place
from npcs.actions.speaking import speak
from npcs.llm.base import Turn
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.tool_use import agent, wanting


@pytest.fixture
def npc():
    return NpcFactory(name="Vega", slug="vega")


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


@pytest.fixture
def ask():
    """Ask a character whose model wants something done; the server is there as long as the test."""
    open_servers = []

    def asking(*calls, player=None, place=None, **fields):
        context, server = wanting(*calls)
        open_servers.append(context)
        npc = agent(server, **fields)
        player = player or PlayerFactory()
        heard = [Turn("user", "Please do it.", "Ada")]
        place = place or Place("talk", uuid4(), "private")
        speech = speak(npc=npc, heard=heard, player=player, on_text=lambda piece: None, place=place)
        return speech, server, npc, player

    yield asking
    for context in open_servers:
        context.__exit__(None, None, None)
