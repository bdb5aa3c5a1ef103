"""The review cards of the players who have answered one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from learning.models import AnswerEvent, ReviewCard, Statement
from learning.rules.cards import CardState, Grade, is_due, may_review, reviewed
from learning.rules.facts import fact_of, seed_of

STATE_COLUMNS = (
    "state", "step", "stability", "difficulty", "due", "last_review", "reps", "lapses", "since_lapse",
)  # fmt: skip
BATCH = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A card in the hand: its state, and whether the variant shown last says the fact."""

    state: CardState
    says_fact: bool


def card_state(row: ReviewCard) -> CardState:
    return CardState(**{column: getattr(row, column) for column in STATE_COLUMNS})


def fact_of_statement(statement: Statement) -> str:
    return fact_of(pk=statement.pk, fact_key=statement.fact_key)


def says_fact(statement: Statement) -> bool:
    return statement.polarity == Statement.Polarity.AFFIRMS


def held_cards(player_ids: Collection[int], statement: Statement) -> dict[int, Held]:
    """The players' cards of the statement's fact."""
    rows = ReviewCard.objects.filter(
        player__in=player_ids, topic=statement.topic_id, fact_key=fact_of_statement(statement)
    )
    return {row.player_id: Held(card_state(row), row.last_variant) for row in rows}


def after_event(event: AnswerEvent, held: Held | None, *, fact: str, shown: bool) -> Held | None:
    """The card after an answer that has its grade already; None while there is none."""
    if event.rapid:
        return held
    if event.grade is None:
        return Held(held.state, shown) if held else None
    state = held.state if held else CardState()
    grade = Grade(event.grade)
    return Held(reviewed(state, grade, event.received_at, seed=seed_of(event.player_id, fact)), shown)


def was_due(event: AnswerEvent, held: Held | None) -> bool:
    return held is not None and is_due(held.state, event.received_at)


def is_graded(event: AnswerEvent, held: Held | None) -> bool:
    return held is None or may_review(held.state, event.received_at)


def card_row(*, player_id: int, topic_id: int, fact: str, held: Held) -> ReviewCard:
    values = {column: getattr(held.state, column) for column in STATE_COLUMNS}
    return ReviewCard(
        player_id=player_id, topic_id=topic_id, fact_key=fact, last_variant=held.says_fact, **values
    )


def store_cards(cards: Mapping[tuple[int, int, str], Held]) -> None:
    """Write the cards by player, topic and fact; what the player has put aside stays there."""
    rows = [
        card_row(player_id=player, topic_id=topic, fact=fact, held=held)
        for (player, topic, fact), held in sorted(cards.items())
    ]
    ReviewCard.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["player", "topic", "fact_key"],
        update_fields=[*STATE_COLUMNS, "last_variant"],
        batch_size=BATCH,
    )
