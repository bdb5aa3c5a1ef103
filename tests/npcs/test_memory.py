"""Characters remember: what is kept of a talk, what comes to mind where, and the wall between people."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from npcs.actions import memory_extraction, memory_keeping
from npcs.actions.memory import Asking, Note, recall, remember, remember_exchange
from npcs.models import Memory, MemoryProfile
from npcs.rules.memory.scenes import Reach, Scene
from tests.factories.memory import MemoryFactory, MemoryPolicyFactory
from tests.factories.npcs import InteractionFactory, NpcFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PRIVATE = Scene(reach=Reach.PRIVATE)
PUBLIC = Scene(place=uuid4(), reach=Reach.PUBLIC)
MINUTE = timedelta(minutes=1)


def remembering():
    return MemoryPolicyFactory().npc


def tell(npc, player, *lines, scene=PRIVATE, now=NOW):
    """The player says it and is answered."""
    for line in lines:
        interaction = InteractionFactory(npc=npc, player=player, message=line, response="I see.")
        told = Scene(place=scene.place, reach=scene.reach, message=uuid4())
        remember_exchange(interaction=interaction, player=player, scene=told, now=now)


def work(npc, player, now=NOW + timedelta(hours=1)):
    return memory_extraction.extract(pk=MemoryProfile.objects.get(npc=npc, player=player).pk, now=now)


def minds(npc, player, question="What do you know of me?", scene=PRIVATE, now=NOW, heard=""):
    """What comes to mind, as it would stand in a prompt."""
    found = recall(Asking(npc=npc, player=player, scene=scene, question=question, heard=heard, now=now))
    return [line for line in found.core.splitlines() if not line.startswith("Name: ")] + [
        memory.text for memory in found.memories
    ]


def texts(**filters):
    return list(Memory.objects.filter(**filters).order_by("pk").values_list("text", flat=True))


# --- Keeping ---------------------------------------------------------------------------------------------


def test_what_a_player_says_is_kept_and_the_answer_is_not():
    npc, player = remembering(), PlayerFactory()

    tell(npc, player, "I rode a camel through the desert")

    episode = Memory.objects.get()
    assert (episode.kind, episode.text) == ("episode", "I rode a camel through the desert")
    assert episode.interaction is not None
    assert "I see" not in episode.text


def test_a_character_remembers_nobody_unless_its_makers_say_so():
    npc, player = NpcFactory(), PlayerFactory()

    tell(npc, player, "My dog is Rex")

    assert not Memory.objects.exists()
    assert not MemoryProfile.objects.exists()


def test_of_somebody_without_a_name_nothing_is_kept():
    tell(remembering(), None, "My dog is Rex")

    assert not Memory.objects.exists()


@pytest.mark.parametrize("switch", ["one", "all"])
def test_while_it_is_off_nothing_is_kept_and_nothing_comes_to_mind(switch):
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")

    def turn(is_on):
        if switch == "one":
            memory_keeping.switch_memory(player=player, npc=npc, is_on=is_on)
        else:
            memory_keeping.switch_all_memory(player=player, is_on=is_on)

    turn(False)
    tell(npc, player, "My cat is Tom")

    assert texts() == ["My dog is Rex"]
    assert minds(npc, player) == []
    turn(True)
    assert minds(npc, player) == ["My dog is Rex"]


def test_the_same_message_answered_again_is_one_episode():
    npc, player = remembering(), PlayerFactory()
    scene = Scene(reach=Reach.PRIVATE, message=uuid4())

    for _ in range(2):
        interaction = InteractionFactory(npc=npc, player=player, message="My dog is Rex")
        remember_exchange(interaction=interaction, player=player, scene=scene, now=NOW)

    assert Memory.objects.count() == 1
    assert MemoryProfile.objects.get().interaction_count == 1


def test_facts_are_looked_for_after_eight_exchanges_or_ten_minutes_of_silence():
    npc, player = remembering(), PlayerFactory()

    tell(npc, player, "The sky is blue")
    first = MemoryProfile.objects.get().due_at
    tell(npc, player, *[f"Line number {n}" for n in range(7)])

    assert first == NOW + 10 * MINUTE
    assert MemoryProfile.objects.get().due_at == NOW


def test_what_is_to_be_remembered_is_looked_at_at_once_but_not_all_the_time():
    npc, player = remembering(), PlayerFactory()

    tell(npc, player, "Remember that my dog is Rex")
    assert MemoryProfile.objects.get().due_at == NOW
    work(npc, player, now=NOW)
    tell(npc, player, "Remember that my cat is Tom")

    assert MemoryProfile.objects.get().due_at == NOW + 5 * MINUTE


# --- Facts -----------------------------------------------------------------------------------------------


def test_facts_are_drawn_from_what_was_said_and_the_work_is_done_once():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "Well, my dog is Rex. I like chess!", "What is a comet?")

    assert work(npc, player) == 2
    assert work(npc, player) == 0
    assert texts(kind="fact") == ["My dog is Rex", "I like chess"]
    fact = Memory.objects.get(text="My dog is Rex")
    episode = fact.sources.get()
    assert fact.source_message == episode.source_message
    assert MemoryProfile.objects.get().pending == 0


def test_the_same_fact_again_comes_to_mind_more_easily_instead_of_twice():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")
    work(npc, player)
    tell(npc, player, "my dog is REX!")
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)

    fact = Memory.objects.get(kind="fact")
    assert fact.access_count == 1
    assert fact.sources.count() == 2


def test_a_newer_fact_ends_the_older_one_which_is_still_known_as_former():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "I live in Graz")
    work(npc, player)
    tell(npc, player, "I live in Vienna", now=NOW + MINUTE)
    MemoryProfile.objects.update(due_at=NOW)
    work(npc, player)

    old, new = Memory.objects.filter(kind="fact").order_by("pk")
    assert (old.text, old.superseded_by, old.is_over) == ("I live in Graz", new, True)
    assert "Lives in: vienna" in minds(npc, player)
    heard = "I live in Graz I live in Vienna"
    assert "I live in Graz" not in minds(npc, player, "Where do I live?", heard=heard)


def test_who_asks_what_was_before_hears_of_it():
    npc, player = remembering(), PlayerFactory()
    new = MemoryFactory(
        npc=npc, player=player, text="My favourite colour is red", attribute="favourite colour"
    )
    MemoryFactory(
        npc=npc, player=player, text="My favourite colour is blue", attribute="favourite colour", valid_to=NOW,
        superseded_by=new,
    )  # fmt: skip

    assert "My favourite colour is blue" not in minds(npc, player, "What is my favourite colour?")
    assert "My favourite colour is blue" in minds(npc, player, "What was my favourite colour before?")


def test_a_saying_that_was_deleted_during_the_work_leaves_no_fact():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")
    profile = MemoryProfile.objects.get()
    episodes = list(Memory.objects.all())
    found = memory_extraction.facts_of(profile, episodes)

    memory_keeping.delete_memory(memory=episodes[0])
    new = memory_extraction._store(profile, [it.pk for it in episodes], found, now=NOW)

    assert found
    assert new == 0
    assert not Memory.objects.exists()


def test_switched_off_during_the_work_nothing_is_stored():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")
    profile = MemoryProfile.objects.get()
    episodes = list(Memory.objects.all())
    found = memory_extraction.facts_of(profile, episodes)

    memory_keeping.switch_all_memory(player=player, is_on=False)

    assert memory_extraction._store(profile, [it.pk for it in episodes], found, now=NOW) == 0
    assert not Memory.objects.filter(kind="fact").exists()


def test_only_one_of_two_workers_gets_the_work():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")
    pk = MemoryProfile.objects.get().pk
    later = NOW + timedelta(hours=1)
    MemoryProfile.objects.filter(pk=pk).update(due_at=later + memory_extraction.LEASE)

    assert memory_extraction.extract(pk=pk, now=later) == 0
    assert memory_extraction.extract(pk=pk, now=later + memory_extraction.LEASE) == 1


def test_due_work_is_asked_for(django_capture_on_commit_callbacks):
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")

    with django_capture_on_commit_callbacks(execute=True):
        assert memory_extraction.enqueue_due(now=NOW) == 0
        assert memory_extraction.enqueue_due(now=NOW + 10 * MINUTE) == 1

    assert texts(kind="fact") == ["My dog is Rex"]
    assert MemoryProfile.objects.get().due_at is None


# --- Where it comes to mind ------------------------------------------------------------------------------


def test_what_was_told_in_private_never_surfaces_in_public():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex", "I like chess", scene=PRIVATE)
    tell(npc, player, "My cat is Tom", scene=PUBLIC)
    work(npc, player)

    public = minds(npc, player, "What do you know of my dog, cat and chess?", scene=PUBLIC)

    assert public == ["My cat is Tom"]
    assert {"My dog is Rex", "My cat is Tom"} <= set(minds(npc, player, scene=PRIVATE))


def test_what_was_told_in_a_room_stays_in_that_room_and_between_the_two():
    npc, player = remembering(), PlayerFactory()
    here, elsewhere = (Scene(place=uuid4(), reach=Reach.ROOM) for _ in range(2))
    tell(npc, player, "My dog is Rex", scene=here)

    assert minds(npc, player, scene=here) == ["My dog is Rex"]
    assert minds(npc, player, scene=elsewhere) == []
    assert minds(npc, player, scene=PUBLIC) == []
    assert minds(npc, player, scene=PRIVATE) == ["My dog is Rex"]
    assert minds(npc, player, scene=Scene()) == []


def test_another_player_gets_nothing_wherever_he_asks():
    npc, ada, bob = remembering(), PlayerFactory(), PlayerFactory()
    for scene in (PRIVATE, PUBLIC, Scene(place=PUBLIC.place, reach=Reach.ROOM)):
        tell(npc, ada, "My dog is Rex", scene=scene)
    work(npc, ada)

    for scene in (PRIVATE, PUBLIC, Scene(place=PUBLIC.place, reach=Reach.ROOM), Scene()):
        assert minds(npc, bob, "What is Ada's dog called? Rex?", scene=scene) == []
        assert minds(npc, None, "What is Ada's dog called? Rex?", scene=scene) == []


def test_another_character_gets_nothing():
    npc, other, player = remembering(), remembering(), PlayerFactory()
    tell(npc, player, "My dog is Rex")

    assert minds(other, player) == []


def test_what_is_about_nobody_may_come_to_anybodys_mind():
    npc, player = remembering(), PlayerFactory()
    remember(Note("The library burned down"), npc=npc, player=None, now=NOW)

    assert minds(npc, player, "What about the library?", scene=PUBLIC) == ["The library burned down"]
    assert minds(npc, None, "What about the library?", scene=Scene()) == ["The library burned down"]


def test_no_row_about_nobody_can_be_a_secret():
    npc = remembering()

    with pytest.raises(IntegrityError), transaction.atomic():
        MemoryFactory(npc=npc, player=None, visibility="private")


def test_what_stands_in_the_history_is_not_said_twice():
    npc, player = remembering(), PlayerFactory()
    tell(npc, player, "I rode a camel through the desert")

    assert minds(npc, player, heard="Ada: I rode a camel through the desert!") == []


def test_recalling_costs_the_same_however_much_there_is(django_assert_num_queries):
    npc, player = remembering(), PlayerFactory()
    MemoryFactory(npc=npc, player=player)
    with django_assert_num_queries(2):
        minds(npc, player)
    MemoryFactory.create_batch(5, npc=npc, player=player)
    with django_assert_num_queries(2):
        minds(npc, player)


def test_the_same_thing_on_purpose_twice_is_one_memory():
    npc, player = remembering(), PlayerFactory()

    one = remember(Note("Gave me a lantern", kind="gift"), npc=npc, player=player, now=NOW)
    again = remember(Note("Gave me a lantern!", kind="gift"), npc=npc, player=player, now=NOW)

    assert one == again
    assert Memory.objects.get().access_count == 1
