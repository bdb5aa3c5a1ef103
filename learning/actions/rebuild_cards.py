"""Review cards found anew from the answers. They depend on their player's alone, so a few are done at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from learning.actions.cards import STATE_COLUMNS, Held, after_event, card_state, store_cards
from learning.actions.skills import lock_players
from learning.models import AnswerEvent, ReviewCard, Statement
from learning.rules.facts import fact_of

CHUNK = 50
READ = 2000
ROUNDING = 1e-6
Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class CardDifference:
    """A card that isn't what the answers say; None where there is none, or should be none."""

    key: Key
    stored: Held | None
    replayed: Held | None

    def __str__(self) -> str:
        return f"card {self.key[0]}/{self.key[1]}/{self.key[2]}: {_figures(self.stored)} -> {_figures(self.replayed)}"


def differences_of_cards(*, player_ids: Iterable[int] | None = None) -> list[CardDifference]:
    return [one for ids in _chunks(player_ids) for one in _compare(ids)]


def rebuild_cards(*, player_ids: Iterable[int] | None = None) -> list[CardDifference]:
    """Write what the replay finds; the differences that there were. The players' own locks hold off answers
    that come in meanwhile.
    """
    found: list[CardDifference] = []
    for ids in _chunks(player_ids):
        with transaction.atomic():
            lock_players(ids)
            here = list(_compare(ids))
            store_cards({one.key: one.replayed for one in here if one.replayed is not None})
            for one in here:
                if one.replayed is None:
                    player, topic, fact = one.key
                    ReviewCard.objects.filter(player=player, topic=topic, fact_key=fact).delete()
        found += here
    return found


def _compare(player_ids: list[int]) -> Iterator[CardDifference]:
    replayed = _replay(player_ids)
    for row in ReviewCard.objects.filter(player__in=player_ids).order_by("pk").iterator(READ):
        key = (row.player_id, row.topic_id, row.fact_key)
        stored, found = Held(card_state(row), row.last_variant), replayed.pop(key, None)
        if found is None or not _alike(stored, found):
            yield CardDifference(key, stored, found)
    for key, held in sorted(replayed.items(), key=lambda one: one[0]):
        yield CardDifference(key, None, held)


def _replay(player_ids: list[int]) -> dict[Key, Held]:
    cards: dict[Key, Held] = {}
    events = AnswerEvent.objects.filter(player__in=player_ids, settlement__isnull=False, rapid=False)
    about = events.annotate(
        topic=F("statement__topic"), fact_key=F("statement__fact_key"), side=F("statement__polarity")
    )
    for event in about.order_by("settlement", "pk").iterator(READ):
        fact = fact_of(pk=event.statement_id, fact_key=event.fact_key)
        key = (event.player_id, event.topic, fact)
        shown = event.side == Statement.Polarity.AFFIRMS
        if (held := after_event(event, cards.get(key), fact=fact, shown=shown)) is not None:
            cards[key] = held
    return cards


def _alike(stored: Held, replayed: Held) -> bool:
    if stored.says_fact != replayed.says_fact:
        return False
    for column in STATE_COLUMNS:
        ours, theirs = getattr(stored.state, column), getattr(replayed.state, column)
        is_same = abs(ours - theirs) <= ROUNDING if isinstance(ours, float) else ours == theirs
        if not is_same:
            return False
    return True


def _chunks(player_ids: Iterable[int] | None) -> Iterator[list[int]]:
    if player_ids is None:
        answered = set(AnswerEvent.objects.order_by().values_list("player_id", flat=True).distinct())
        ids = sorted(
            answered | set(ReviewCard.objects.order_by().values_list("player_id", flat=True).distinct())
        )
    else:
        ids = sorted(set(player_ids))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _figures(held: Held | None) -> str:
    if held is None:
        return "nothing"
    return f"{held.state.reps} reviews, {held.state.stability:.2f} days, due {held.state.due:%Y-%m-%d}"
