"""Whatever two players, two characters and staff do in whatever order: no word of one reaches the other."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_lowercase
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from npcs.actions import memory_extraction, memory_keeping, memory_upkeep
from npcs.actions.memory import Asking, recall, remember_exchange
from npcs.models import Memory, MemoryProfile
from npcs.rules.memory.scenes import Reach, Scene
from tests.factories.memory import MemoryPolicyFactory
from tests.factories.npcs import InteractionFactory
from tests.factories.players import PlayerFactory

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TOKEN = re.compile(r"zz[ab][a-z]+", re.IGNORECASE)
WHO, WHERE = st.integers(0, 1), st.sampled_from(["talk", "public", "room", "other room"])
SAYING = st.sampled_from(
    [
        "My dog is {}",
        "I like {}",
        "Remember that the code is {}",
        "I live in {}",
        "Well, {} it is",
        "My name is {}",
    ]
)


class Wall(RuleBasedStateMachine):
    """Each saying holds a word of its own, so that it is known wherever it turns up."""

    @initialize()
    def begin(self):
        self.npcs = [MemoryPolicyFactory(reflects=True).npc for _ in range(2)]
        self.players = PlayerFactory.create_batch(2)
        places = {"talk": Reach.PRIVATE, "public": Reach.PUBLIC, "room": Reach.ROOM, "other room": Reach.ROOM}
        self.scenes = {name: (uuid4(), reach) for name, reach in places.items()}
        self.told = {}  # word -> (character, player, place)
        self.messages = {}  # word -> message
        self.forgotten = set()
        self.now = NOW

    def scene(self, where, message=None):
        place, reach = self.scenes[where]
        return Scene(place=place, reach=reach, message=message)

    @rule(a=WHO, p=WHO, where=WHERE, saying=SAYING)
    def tell(self, a, p, where, saying):
        number = len(self.told)
        letters = ascii_lowercase[number // 26 % 26] + ascii_lowercase[number % 26]
        word = f"Zz{'ab'[p]}{letters}"
        message, player = uuid4(), self.players[p]
        interaction = InteractionFactory(npc=self.npcs[a], player=player, message=saying.format(word))
        kept = remember_exchange(
            interaction=interaction, player=player, scene=self.scene(where, message), now=self.now
        )
        self.now += timedelta(minutes=1)
        if kept is not None:
            self.told[word.lower()] = (a, p, where)
            self.messages[word.lower()] = message

    @rule()
    def work(self):
        MemoryProfile.objects.update(due_at=self.now)
        for pk in MemoryProfile.objects.values_list("pk", flat=True):
            memory_extraction.extract(pk=pk, now=self.now)

    @rule(days=st.integers(1, 40))
    def nights(self, days):
        self.now += timedelta(days=days)
        for pk in memory_upkeep.due_to_reflect(now=self.now):
            memory_upkeep.reflect(pk=pk, now=self.now)
        memory_upkeep.forget_weak(now=self.now)
        memory_upkeep.keep_caps(now=self.now)
        memory_upkeep.refresh_stale(since=self.now)

    @rule(choice=st.integers(0, 50))
    def forget_a_message(self, choice):
        if self.messages:
            word = sorted(self.messages)[choice % len(self.messages)]
            player = self.players[self.told[word][1]]
            memory_keeping.forget_message(message=self.messages[word], player_id=player.pk)
            self.forgotten.add(word)

    @rule(choice=st.integers(0, 50))
    def delete_a_memory(self, choice):
        rows = list(Memory.objects.filter(player__in=self.players).order_by("pk"))
        if rows:
            memory = rows[choice % len(rows)]
            memory_keeping.delete_memory(memory=memory)
            if memory.kind != "reflection":
                self.forgotten |= {word.lower() for word in TOKEN.findall(memory.text)}

    @rule(a=WHO, p=WHO, is_on=st.booleans())
    def switch(self, a, p, is_on):
        memory_keeping.switch_memory(player=self.players[p], npc=self.npcs[a], is_on=is_on)

    @rule(p=WHO, choice=st.integers(0, 50), is_back=st.booleans())
    def change_branch(self, p, choice, is_back):
        turn = memory_keeping.bring_back if is_back else memory_keeping.put_aside
        messages = list(self.messages.values())[choice : choice + 2]
        turn(messages=messages, player_id=self.players[p].pk)

    @rule(p=WHO)
    def pin_all(self, p):
        Memory.objects.filter(player=self.players[p]).update(is_pinned=True)

    @invariant()
    def nothing_reaches_anybody_else(self):
        if not hasattr(self, "npcs"):
            return
        for a, npc in enumerate(self.npcs):
            for where in (*self.scenes, None):
                for p, player in ((0, self.players[0]), (1, self.players[1]), (None, None)):
                    scene = self.scene(where) if where else Scene()
                    question = "What do you know? " + " ".join(self.told)
                    asking = Asking(
                        npc=npc, player=player, scene=scene, question=question, heard="", now=self.now
                    )
                    found = recall(asking)
                    text = "\n".join([found.core, *(memory.text for memory in found.memories)])
                    for word in TOKEN.findall(text):
                        self.check(word.lower(), a, p, where)

    @invariant()
    def what_is_derived_holds_only_what_may_stand_there(self):
        if not hasattr(self, "npcs"):
            return
        for profile in MemoryProfile.objects.filter(npc__in=self.npcs):
            a, p = self.npcs.index(profile.npc), self.players.index(profile.player)
            text = f"{profile.core} {profile.conversation_summary} {profile.last_messages}"
            for word in TOKEN.findall(f"{text} {profile.learned_preferences}"):
                self.check(word.lower(), a, p, "talk")

    def check(self, word, a, p, where):
        assert word not in self.forgotten
        npc, player, told_at = self.told[word]
        assert (npc, player) == (a, p)
        if where != "talk":
            assert told_at in ("public", where)


@pytest.mark.django_db
def test_no_word_of_one_player_reaches_the_other_whatever_happens():
    run_state_machine_as_test(
        Wall,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            deadline=None,
            database=None,
            # Making a failure smaller would take minutes.
            phases=(Phase.generate,),
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_memories_are_read_by_their_own_modules_only():
    """Whoever reads memories another way might forget the wall."""
    allowed = {
        "npcs/models/memory.py",
        "npcs/queries/memory.py",
        "npcs/queries/memory_export.py",
        "npcs/actions/memory.py",
        "npcs/actions/memory_extraction.py",
        "npcs/actions/memory_keeping.py",
        "npcs/actions/memory_section.py",
        "npcs/actions/memory_upkeep.py",
        "npcs/admin/memory.py",
        "npcs/memory_api.py",
        "npcs/views/memory.py",
        "npcs/player_data.py",
        # Counts the rows of a character, and reads none.
        "npcs/queries/storage.py",
    }
    readers = set()
    for package in ("npcs", "learning", "messaging", "rooms", "players", "padawanforge"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in ("objects", "memories"):
                    owner = node.value.id if isinstance(node.value, ast.Name) else ""
                    if (node.attr == "objects" and owner == "Memory") or (
                        node.attr == "memories" and owner == "npc"
                    ):
                        readers.add(str(path.relative_to(ROOT)))

    assert readers <= allowed
    assert "npcs/queries/memory.py" in readers
