"""What a character must not say now, whatever its notes say: an app above registers what is being asked.

    @withheld.register
    def asked(occasion: Asking) -> Iterable[str]:
        return [statement.text for statement in ...]

Notes, memories, summaries and earlier lines reach every engine without the sentences that decide one of these.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from npcs.actions.sections import Entry, Occasion
from npcs.builtin.secrets import Secrets
from npcs.llm.base import Turn
from padawanforge.kit.memory import recalled

# What staff wrote about how to speak is followed, not told on; notes come without it already.
AS_THEY_ARE = frozenset({"rules", "persona", "teaching", "lesson", "direction", "knowledge"})


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom, and where, an answer is made: by their ids; None where nobody asks, or nowhere."""

    player_id: int | None
    place: UUID | None


Source = Callable[[Asking], Iterable[str]]

_sources: list[Source] = []


def register(source: Source) -> Source:
    _sources.append(source)
    return source


def secrets_for(*, player_id: int | None, place: UUID | None) -> Secrets:
    asking = Asking(player_id, place)
    return recalled(asking, lambda: Secrets(text for source in _sources for text in source(asking)))


def secrets_of(occasion: Occasion) -> Secrets:
    return secrets_for(player_id=occasion.player.pk if occasion.player else None, place=occasion.place.uuid)


def offers_without(secrets: Secrets, offers: Mapping[str, Sequence[Entry]]) -> dict[str, Sequence[Entry]]:
    """What the sections offer without what decides; an entry that says nothing else is gone."""
    return {
        name: entries if name in AS_THEY_ARE else entries_without(secrets, entries)
        for name, entries in offers.items()
    }


def entries_without(secrets: Secrets, entries: Sequence[Entry]) -> Sequence[Entry]:
    if not secrets:
        return entries
    told = [replace(entry, text=secrets.kept_from(entry.text)) for entry in entries]
    return [entry for entry in told if entry.text]


def heard_without(secrets: Secrets, heard: Sequence[Turn]) -> Sequence[Turn]:
    """Earlier lines without what decides. The last thing asked stays whole, or nobody could ask about it."""
    if not secrets:
        return heard
    last = max((number for number, turn in enumerate(heard) if turn.role == "user"), default=-1)
    told = [
        turn if number == last or turn.role == "system" else replace(turn, text=secrets.kept_from(turn.text))
        for number, turn in enumerate(heard)
    ]
    return [turn for turn in told if turn.text]
