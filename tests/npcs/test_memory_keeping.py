"""The player's rights over what is remembered of him: correct, pin, delete, switch off; branches; the nights."""

from datetime import timedelta
from uuid import uuid4

import pytest

from npcs.actions import memory_keeping, memory_upkeep
from npcs.models import Memory, MemoryPolicy, MemoryProfile
from npcs.rules.memory.scenes import Reach, Scene
from tests.factories.memory import MemoryFactory, MemoryPolicyFactory, MemoryProfileFactory
from tests.factories.players import PlayerFactory
from tests.npcs.test_memory import MINUTE, NOW, PRIVATE, minds, remembering, tell, texts, work

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pair():
    return remembering(), PlayerFactory()


def fact(npc, player, text="My dog is Rex"):
    tell(npc, player, text)
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)
    return Memory.objects.get(kind="fact", text=text)


# --- Deleting --------------------------------------------------------------------------------------------


def test_a_deleted_fact_is_gone_with_the_saying_that_it_came_from():
    npc, player = pair()
    memory = fact(npc, player)

    assert memory_keeping.delete_memory(memory=memory) == 2

    assert not Memory.objects.exists()
    assert minds(npc, player, "What is my dog called?") == []


def test_what_is_derived_is_made_without_it():
    npc, player = pair()
    memory = fact(npc, player, "I like chess")
    tell(npc, player, "The desert was warm and I rode a camel", now=NOW + MINUTE)
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)
    before = MemoryProfile.objects.get()

    memory_keeping.delete_memory(memory=memory)

    after = MemoryProfile.objects.get()
    for text in (before.core, before.conversation_summary, str(before.last_messages)):
        assert "chess" in text
    assert "likes chess" in before.learned_preferences
    for text in (
        after.core,
        after.conversation_summary,
        str(after.last_messages),
        str(after.learned_preferences),
    ):
        assert "chess" not in text
    assert "camel" in after.conversation_summary


def test_a_conclusion_that_stands_on_nothing_else_goes_too_and_the_others_are_made_anew():
    npc, player = pair()
    one, two = (
        MemoryFactory(npc=npc, player=player, text=f"My volcano {word}") for word in ("secret", "plain")
    )
    alone = MemoryFactory(npc=npc, player=player, kind="reflection", text="Only the secret")
    both = MemoryFactory(npc=npc, player=player, kind="reflection", text="Both, also the secret")
    alone.sources.set([one])
    both.sources.set([one, two])

    memory_keeping.delete_memory(memory=one)

    assert not Memory.objects.filter(pk=alone.pk).exists()
    both.refresh_from_db()
    assert "secret" not in both.text
    assert "plain" in both.text


def test_a_deleted_message_takes_all_that_was_kept_of_it_and_nothing_of_anybody_else():
    npc, player = pair()
    memory, other = fact(npc, player), MemoryFactory(npc=npc, text="My cat is Tom")
    Memory.objects.filter(pk=other.pk).update(source_message=memory.source_message)

    assert memory_keeping.forget_message(message=memory.source_message, player_id=player.pk) == 2

    assert texts() == ["My cat is Tom"]


def test_everything_can_be_forgotten_at_once():
    npc, player = pair()
    fact(npc, player)
    other = MemoryFactory(npc=npc)

    assert memory_keeping.forget_everything(player=player, npc=npc) == 2

    assert list(Memory.objects.all()) == [other]
    profile = MemoryProfile.objects.get(player=player)
    assert (profile.core, profile.conversation_summary, profile.last_messages) == ("", "", [])


# --- Correcting ------------------------------------------------------------------------------------------


def test_a_corrected_fact_comes_to_mind_as_corrected_and_its_source_does_not():
    npc, player = pair()
    memory = fact(npc, player)

    memory_keeping.correct_memory(memory=memory, text="My dog is Max", now=NOW)

    assert minds(npc, player, "What is my dog called?") == ["My dog is Max"]
    memory.refresh_from_db()
    assert (memory.origin, memory.value) == ("player", "max")


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 601])
def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(text):
    memory = MemoryFactory(text="My dog is Rex")

    with pytest.raises((memory_keeping.MemoryEmpty, memory_keeping.MemoryTooLong)):
        memory_keeping.correct_memory(memory=memory, text=text, now=NOW)

    memory.refresh_from_db()
    assert memory.text == "My dog is Rex"


def test_two_memories_cannot_be_corrected_into_one():
    npc, player = pair()
    one, two = (
        MemoryFactory(npc=npc, player=player, text=text) for text in ("My dog is Rex", "My dog is Max")
    )

    with pytest.raises(memory_keeping.AlreadyRemembered):
        memory_keeping.correct_memory(memory=two, text="my dog is REX", now=NOW)

    assert texts() == [one.text, two.text]


# --- Branches of a talk ----------------------------------------------------------------------------------


def test_what_was_said_on_an_abandoned_branch_is_not_in_the_new_prompt():
    npc, player = pair()
    old = fact(npc, player, "I live in Graz")
    tell(npc, player, "I live in Vienna", now=NOW + MINUTE)
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)
    branch = Memory.objects.filter(kind="episode", text__contains="Vienna").get().source_message

    assert memory_keeping.put_aside(messages=[branch], player_id=player.pk) == 2
    assert "Vienna" not in str(minds(npc, player, "Where do I live?")).title()
    old.refresh_from_db()
    assert not old.is_over
    assert "vienna" not in MemoryProfile.objects.get().core

    assert memory_keeping.bring_back(messages=[branch], player_id=player.pk) == 2
    old.refresh_from_db()
    assert old.is_over
    assert "Lives in: vienna" in minds(npc, player, "Where do I live?")


def test_the_same_said_on_both_branches_is_remembered_once():
    npc, player = pair()
    first = fact(npc, player)
    memory_keeping.put_aside(messages=[first.source_message], player_id=player.pk)
    tell(npc, player, "My dog is Rex", now=NOW + MINUTE)
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)

    memory_keeping.bring_back(messages=[first.source_message], player_id=player.pk)

    assert Memory.objects.active().filter(kind="fact").count() == 1


# --- The nights ------------------------------------------------------------------------------------------


def test_faded_chat_is_forgotten_facts_and_pinned_ones_stay():
    npc, player = pair()
    tell(npc, player, "The sky is blue", "Comets are far away")
    memory = fact(npc, player)
    pinned = Memory.objects.get(text="Comets are far away")
    memory_keeping.pin_memory(memory=pinned, is_pinned=True)

    memory_upkeep.forget_weak(now=NOW + 30 * DAY)

    assert set(texts(state="active")) == {memory.text, pinned.text}
    assert memory_upkeep.delete_forgotten(now=NOW + 100 * DAY) == 0
    assert memory_upkeep.delete_forgotten(now=NOW + 121 * DAY) == 2


def test_what_is_forgotten_is_in_no_prompt_and_no_summary():
    npc, player = pair()
    tell(npc, player, "The sky is blue over the desert")
    work(npc, player)

    memory_upkeep.forget_weak(now=NOW + 30 * DAY)
    memory_upkeep.refresh_stale(since=NOW + 30 * DAY)

    assert minds(npc, player) == []
    assert MemoryProfile.objects.get().conversation_summary == ""


def test_a_pair_keeps_no_more_than_its_cap_and_the_weakest_go(monkeypatch):
    monkeypatch.setattr(memory_upkeep, "ACTIVE_CAP", 2)
    npc, player = pair()
    for weight in (3, 9, 6):
        MemoryFactory(npc=npc, player=player, text=f"weight {weight}", importance=weight, created_at=NOW)
    MemoryFactory.create_batch(2, npc=npc)

    assert memory_upkeep.keep_caps(now=NOW) == 1
    assert texts(state="archived") == ["weight 3"]


def reflecting(player, lines=7, place=None):
    npc = MemoryPolicyFactory(reflects=True).npc
    MemoryProfileFactory(npc=npc, player=player)
    scene = Scene(place=place, reach=Reach.ROOM) if place else PRIVATE
    for n in range(lines):
        memory = MemoryFactory(
            npc=npc, player=player, text=f"The volcano erupted near village{n}", importance=8, created_at=NOW,
            visibility=scene.visibility, place=scene.place,
        )  # fmt: skip
        assert memory.keywords
    return npc


def reflected(*, now):
    """Draws what a night's jobs draw; how many conclusions."""
    return sum(memory_upkeep.reflect(pk=pk, now=now) for pk in memory_upkeep.due_to_reflect(now=now))


def test_a_character_that_reflects_draws_conclusions_with_their_sources_once_a_day():
    player = PlayerFactory()
    npc = reflecting(player)

    assert reflected(now=NOW) == 1
    assert reflected(now=NOW + timedelta(hours=1)) == 0
    reflection = Memory.objects.get(kind="reflection")
    assert reflection.sources.count() == 7
    assert (reflection.player, reflection.visibility) == (player, "private")
    assert minds(npc, player, "volcano", scene=Scene()) == []


def test_without_enough_to_go_on_or_without_the_wish_none_are_drawn():
    player = PlayerFactory()
    npc = reflecting(player, lines=6)
    assert reflected(now=NOW) == 0

    other = reflecting(player)
    MemoryPolicy.objects.filter(npc=other).update(reflects=False)
    assert reflected(now=NOW) == 0
    MemoryPolicy.objects.filter(npc=other).update(reflects=True)
    memory_keeping.switch_all_memory(player=player, is_on=False)
    assert reflected(now=NOW) == 0
    assert npc != other


def test_what_was_said_behind_doors_is_in_no_conclusion():
    reflecting(PlayerFactory(), place=uuid4())

    assert reflected(now=NOW) == 0
