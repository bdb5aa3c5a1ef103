"""Conclusions that a model draws from what one player said: each names what it rests on, or it is dropped."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from npcs.actions import memory_keeping, memory_upkeep
from npcs.models import AiCall, AiControl, Memory, MemoryPolicy, ModelPrice, UsageDay
from tests.factories.memory import MemoryFactory, MemoryPolicyFactory, MemoryProfileFactory
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import PlayerFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BUILT_IN = "Came back to "
CONCLUSION = "Comes back to volcanoes, and is less afraid of them each time."


def reflecting(player, npc=None, about="volcano"):
    """A pair with enough between them: seven sayings of one matter."""
    npc = npc or MemoryPolicyFactory(reflects=True).npc
    MemoryProfileFactory(npc=npc, player=player)
    return npc, [
        MemoryFactory(
            npc=npc, player=player, text=f"The {about} near village{n}", importance=8, created_at=NOW
        )
        for n in range(7)
    ]


def answering(*found):
    return fake_provider(words=[json.dumps({"insights": found})])


def concluded(*memories, text=CONCLUSION):
    return {"text": text, "memories": [memory.pk for memory in memories]}


def provided(server, **fields):
    return AiProviderFactory(api_endpoint=server.url, is_default=True, provider_type="ollama", **fields)


def reflect(now=NOW):
    return [memory_upkeep.reflect(pk=pk, now=now) for pk in memory_upkeep.due_to_reflect(now=now)]


def conclusions(player):
    return list(Memory.objects.filter(kind="reflection", player=player).values_list("text", flat=True))


def test_a_model_concludes_and_its_conclusion_names_what_it_rests_on():
    ada = PlayerFactory()
    npc, said = reflecting(ada)

    with answering(concluded(said[0], said[3])) as server:
        provided(server)
        assert reflect() == [1]
        assert reflect(NOW + timedelta(hours=1)) == []

    memory = Memory.objects.get(kind="reflection")
    assert (memory.text, memory.player, memory.npc, memory.visibility) == (CONCLUSION, ada, npc, "private")
    assert set(memory.sources.all()) == {said[0], said[3]}
    assert len(server.requests) == 1


def test_two_players_never_meet_in_a_request_or_in_a_conclusion():
    ada, bo = PlayerFactory(), PlayerFactory()
    npc, of_ada = reflecting(ada)
    _, of_bo = reflecting(bo, npc=npc, about="comet")

    with answering(
        concluded(of_ada[0], of_ada[1]), concluded(of_bo[0], of_bo[1], text="Likes comets.")
    ) as server:
        provided(server)
        assert reflect() == [1, 1]

    shown = [str(request["messages"]) for request in server.requests]
    assert [("volcano" in text, "comet" in text) for text in shown] == [(True, False), (False, True)]
    assert (conclusions(ada), conclusions(bo)) == ([CONCLUSION], ["Likes comets."])


def test_what_rests_on_nothing_or_on_what_was_not_shown_is_dropped():
    ada, bo = PlayerFactory(), PlayerFactory()
    npc, said = reflecting(ada)
    foreign = MemoryFactory(npc=npc, player=bo, text="My cat is Tom")
    behind_doors = MemoryFactory(npc=npc, player=ada, visibility="room", place=npc.uuid, text="My own secret")
    wrong = [
        concluded(text="Rests on nothing."),
        concluded(said[0], foreign, text="Knows Tom."),
        concluded(said[1], said[2]),
    ]

    with answering(*wrong) as server:
        provided(server)
        assert reflect() == [1]

    assert conclusions(ada) == [CONCLUSION]
    assert "Tom" not in str(server.requests)
    assert behind_doors.text not in str(server.requests)


@pytest.mark.parametrize("mode", ["error", "unauthorised", "broken_json", "silent", "cut"])
def test_a_server_that_fails_leaves_it_to_the_built_in_engine(mode):
    ada = PlayerFactory()
    reflecting(ada)

    with fake_provider(mode) as server:
        provided(server)
        assert reflect() == [1]

    assert server.requests
    assert conclusions(ada)[0].startswith(BUILT_IN)


@pytest.mark.parametrize(
    "words",
    ["I would rather chat.", '{"insights": "many"}', '{"insights": [{"text": "Nothing below."', "[]"],
)
def test_junk_is_mended_once_for_each_way_and_then_left_to_the_built_in_engine(words):
    ada = PlayerFactory()
    reflecting(ada)

    with fake_provider(words=[words]) as server:
        provided(server)
        assert reflect() == [1]

    assert conclusions(ada)[0].startswith(BUILT_IN)


def test_when_nothing_that_a_model_says_may_stand_the_built_in_engine_concludes():
    ada = PlayerFactory()
    reflecting(ada)

    with answering({"text": "Knows Tom.", "memories": [10**9]}) as server:
        provided(server)
        assert reflect() == [1]

    assert conclusions(ada)[0].startswith(BUILT_IN)


def test_a_model_may_find_that_there_is_nothing():
    ada = PlayerFactory()
    reflecting(ada)

    with answering() as server:
        provided(server)
        assert reflect() == [0]

    assert conclusions(ada) == []


def test_tokens_and_money_are_the_characters_and_the_log_says_what_for():
    ada = PlayerFactory()
    npc, said = reflecting(ada)

    with answering(concluded(said[0], said[1])) as server:
        provider = provided(server)
        ModelPrice.objects.create(
            provider=provider, model_pattern="*", input_price=Decimal(1000), output_price=Decimal(1000),
            valid_from=NOW.date() - timedelta(days=1),
        )  # fmt: skip
        reflect()

    call = AiCall.objects.get()
    assert (call.purpose, call.npc, call.player, call.state) == ("memory", npc, None, "ok")
    assert (call.tokens_in, call.tokens_out) == (40, 9)
    assert call.cost > 0
    booked = {row.scope: row for row in UsageDay.objects.all()}
    assert sorted(booked) == ["npc", "site"]
    assert (booked["npc"].key, booked["npc"].tokens, booked["npc"].cost) == (str(npc.uuid), 49, call.cost)


def test_where_nothing_may_be_spent_nobody_is_asked():
    ada = PlayerFactory()
    _, said = reflecting(ada)
    AiControl.objects.update_or_create(pk=AiControl.ID, defaults={"tokens_per_npc": 10})

    with answering(concluded(said[0], said[1])) as server:
        provided(server)
        assert reflect() == [1]

    assert server.requests == []
    assert conclusions(ada)[0].startswith(BUILT_IN)


def test_who_has_switched_it_off_is_shown_to_nobody():
    ada, bo = PlayerFactory(), PlayerFactory()
    reflecting(ada)
    other, _ = reflecting(bo)
    memory_keeping.switch_all_memory(player=ada, is_on=False)
    MemoryPolicy.objects.filter(npc=other).update(reflects=False)

    with answering() as server:
        provided(server)
        assert reflect() == []

    assert server.requests == []


def test_a_conclusion_goes_with_the_memories_it_rests_on():
    ada = PlayerFactory()
    _, said = reflecting(ada)
    with answering(concluded(said[0], said[1])) as server:
        provided(server)
        reflect()

    memory_keeping.delete_memory(memory=said[0])
    assert conclusions(ada) != [CONCLUSION]
    memory_keeping.delete_memory(memory=said[1])

    assert conclusions(ada) == []


def test_what_is_deleted_while_the_model_thinks_is_in_no_conclusion():
    ada = PlayerFactory()
    _, said = reflecting(ada)
    profile = ada.memory_profiles.get()

    with answering(concluded(said[0], said[1]), concluded(said[2], said[3], text="Goes on.")) as server:
        provided(server)
        claimed, recent = memory_upkeep._claimed(profile.pk, now=NOW)
        found = memory_upkeep.model_insights(claimed, recent)
        memory_keeping.delete_memory(memory=said[1])
        assert memory_upkeep._keep(profile.pk, recent, found, now=NOW) == 1

    assert conclusions(ada) == ["Goes on."]


def test_of_two_who_begin_at_once_one_asks():
    ada = PlayerFactory()
    _, said = reflecting(ada)
    pk = ada.memory_profiles.get().pk

    with answering(concluded(said[0], said[1])) as server:
        provided(server)
        assert [memory_upkeep.reflect(pk=pk, now=NOW) for _ in range(2)] == [1, 0]

    assert len(server.requests) == 1


def test_a_night_leaves_a_job_for_each_pair(commit):
    reflecting(PlayerFactory())
    reflecting(PlayerFactory())

    with commit():
        assert memory_upkeep.reflect_all(now=NOW) == 2

    assert Memory.objects.filter(kind="reflection").count() == 2
