"""Memory's part in a prompt, and in the writing down of an answer."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from npcs.actions import sections
from npcs.actions.memory import Asking, note_recalled, recall, remember_exchange
from npcs.actions.sections import Entry, Occasion
from npcs.models import Interaction, Memory
from npcs.rules.memory.scenes import Reach, Scene

SECTION = "memory"
SOURCE = "memory:"
CORE_SOURCE = "memory:core"


def keep_exchange(occasion: Occasion, interaction: Interaction) -> None:
    """For the transaction in which the answer is written down."""
    remember_exchange(
        interaction=interaction, player=occasion.player, scene=scene_of(occasion), now=occasion.now
    )


def scene_of(occasion: Occasion) -> Scene:
    place = occasion.place
    return Scene(place=place.uuid, reach=Reach(place.reach), message=place.message)


def remembered(occasion: Occasion) -> list[Entry]:
    """The core first, then what comes to mind; nothing where memory is off."""
    recalled = recall(
        Asking(
            npc=occasion.npc,
            player=occasion.player,
            scene=scene_of(occasion),
            question=occasion.question,
            heard="\n".join(turn.text for turn in occasion.heard),
            now=occasion.now,
        )
    )
    subject = str(occasion.player.uuid) if occasion.player is not None else ""
    entries = [Entry(recalled.core, CORE_SOURCE, label="in short", subject=subject)] if recalled.core else []
    return [*entries, *(_entry(memory, occasion, subject) for memory in recalled.memories)]


def note_placed(occasion: Occasion, sources: Collection[str]) -> None:
    note_recalled(npc=occasion.npc, ids=_ids(sources), now=occasion.now)


def texts_of(sources: Collection[str]) -> Mapping[str, str]:
    rows = Memory.objects.filter(pk__in=_ids(sources)).values_list("pk", "text")
    return {f"{SOURCE}{pk}": text for pk, text in rows}


def _entry(memory: Memory, occasion: Occasion, subject: str) -> Entry:
    is_own = memory.player_id is not None
    outdated = ", no longer true" if memory.is_over else ""
    label = f"{memory.get_kind_display().lower()}, {_ago(occasion.now - memory.created_at)}{outdated}"
    return Entry(memory.text, f"{SOURCE}{memory.pk}", label=label, subject=subject if is_own else "")


def _ago(age: timedelta) -> str:
    days = max(age, timedelta(0)).days
    return "today" if not days else "yesterday" if days == 1 else f"{days} days ago"


def _ids(sources: Collection[str]) -> list[int]:
    numbers = (source.removeprefix(SOURCE) for source in sources if source.startswith(SOURCE))
    return [int(number) for number in numbers if number.isdigit()]


sections.register(SECTION, remembered, placed=note_placed, show=texts_of)
