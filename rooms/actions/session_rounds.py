"""Which statements a session asks."""

from collections.abc import Sequence
from random import Random

from learning.models import Statement
from learning.queries.statements import other_sides, pick_statements
from learning.rules.keys import turned
from rooms.actions import tournaments
from rooms.actions.session_refusals import NotEnoughStatements
from rooms.models import GameSession, SessionRound


def prepare(session: GameSession) -> None:
    """The statements of all rounds; of a tournament, the pairs too."""
    if session.is_tournament:
        tournaments.set_up(session)
    else:
        choose_rounds(session)


def choose_rounds(session: GameSession) -> None:
    """Since the opening, statements may have been taken out of play: then the session is shorter."""
    everybody = session.participants.select_related("player")
    chosen = pick_statements(
        topic=session.topic,
        difficulty=session.difficulty,
        count=session.rounds_planned,
        rng=Random(session.uuid.int),
        avoid_recent_for=[participant.player for participant in everybody],
    )
    if not chosen:
        raise NotEnoughStatements(f"{session.topic} has no statements of that kind any more.")
    others = _for_neighbours(chosen) if session.are_neighbours_apart else {}
    SessionRound.objects.bulk_create(
        SessionRound(session=session, number=number, statement=statement, other=others.get(statement.pk))
        for number, statement in enumerate(chosen, start=1)
    )
    session.rounds_planned = len(chosen)
    session.save(update_fields=["rounds_planned", "updated_at"])


def _for_neighbours(chosen: Sequence[Statement]) -> dict[int, Statement]:
    """The other sides of facts, as many as leave the neighbours' keys balanced."""
    sides = other_sides(chosen)
    turns = turned([one.answer for one in chosen], may_turn=[one.pk in sides for one in chosen])
    return {one.pk: sides[one.pk] for one, turn in zip(chosen, turns, strict=True) if turn}
