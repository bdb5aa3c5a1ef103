"""The first statement of a new player: answered alone, without a clock, and paid in any case."""

from datetime import datetime
from random import Random

from django.db import transaction
from django.db.models import QuerySet

from learning.actions.answers import Circumstances, record_answer
from learning.models import AnswerEvent, Statement
from learning.queries.statements import pick_statements, topics_with_counts
from npcs.choices import Difficulty
from players.actions.onboarding import complete_tutorial
from players.actions.progress import award_xp
from players.models import Player

MODE = "tutorial"
# For having dared; a right answer earns its own besides.
FIRST_STEP_XP = 10


def tutorial_statement(player: Player, *, rng: Random) -> Statement | None:
    """An easy one, from what the player wants to learn when there is any; None when nothing can be played."""
    wanted = {word.casefold() for word in player.personal_info.interests}
    topics = [topic for topic in topics_with_counts() if topic.name.casefold() in wanted]
    others = list(topics_with_counts().exclude(pk__in=[topic.pk for topic in topics]))
    rng.shuffle(topics)
    rng.shuffle(others)
    for topic in [*topics, *others]:
        if found := pick_statements(topic=topic, difficulty=Difficulty.BEGINNER, count=1, rng=rng):
            return found[0]
    return None


@transaction.atomic
def answer_tutorial(
    *, player: Player, statement: Statement, verdict: bool, shown_at: datetime, now: datetime
) -> AnswerEvent:
    """Record the answer, count it and pay for it; a second answer changes nothing and finds the first."""
    # The lock comes with this update, so of two answers that are sent at once one is the first.
    is_first = complete_tutorial(player=player)
    given = tutorial_answers(player).first()
    if given and not is_first:
        return given
    event = record_answer(
        player=player,
        statement=statement,
        verdict=verdict,
        at=Circumstances(shown_at=shown_at, received_at=now, session_uuid=None, mode=MODE),
        idempotency_key=_key(player),
    )
    if is_first:
        award_xp(
            player=player,
            amount=FIRST_STEP_XP + event.xp,
            reason="First statement",
            source_type=MODE,
            source_id=str(player.uuid),
        )
    return event


def tutorial_answers(player: Player) -> QuerySet[AnswerEvent]:
    """The player's answer, if it was given."""
    return AnswerEvent.objects.filter(idempotency_key=_key(player)).select_related("statement__topic")


def _key(player: Player) -> str:
    return f"tutorial:{player.uuid}"
