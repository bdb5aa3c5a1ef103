"""Answers that count move the skill of those who gave them and the difficulty of their statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from django.db import transaction
from django.db.models import Avg, QuerySet

from learning.actions.cards import (
    Held,
    after_event,
    fact_of_statement,
    held_cards,
    is_graded,
    says_fact,
    store_cards,
    was_due,
)
from learning.actions.totals import count_answers
from learning.models import AnswerEvent, Settlement, Statement, TopicSkill
from learning.queries.pools import pools_of
from learning.queries.today import today_of
from learning.rules.cards import CardState, Grade, Seen, grade_of, usual_ms
from learning.rules.mastery import Pool, mastery
from learning.rules.pay import Today, xp_for_answer
from learning.rules.skill import Estimate, new_topic
from learning.rules.steps import Answered, ItemState, SkillState, step
from players.actions.activity import Noted, ask_for_evaluation, mark_for_evaluation, note_answers
from players.models import PlayerGameData

MEASURED = (
    "settlement", "first_attempt", "due_review", "grade", "p_before", "theta_before", "beta_before",
    "theta_after", "beta_after", "xp",
)  # fmt: skip
SKILL_COLUMNS = (
    "theta_mean", "theta_var", "n_answers", "n_rapid", "active_days", "last_at", "pace", "mastery",
    "mastery_low",
)  # fmt: skip
ITEM_COLUMNS = ("beta_mean", "beta_var", "n_first", "n_first_correct", "n_rapid")
BATCH = 500


@transaction.atomic
def settle(*, statement_id: int, event_ids: Iterable[int]) -> list[AnswerEvent]:
    """Let the answers to this statement count, in the order in which they came; those that already do are
    left out. However many there are, it takes the same number of queries.
    """
    # First the statement, then the players: whoever needs both takes them in this order. The answers are
    # read behind the locks, so that nobody else has settled them meanwhile.
    statement = Statement.objects.select_for_update(no_key=True).get(pk=statement_id)
    pending = AnswerEvent.objects.filter(pk__in=list(event_ids), statement=statement, settlement=None)
    lock_players(pending.values("player_id"))
    events = list(pending.order_by("pk"))
    if not events:
        return []
    players = sorted({event.player_id for event in events})
    _measure(events, statement, Hands.of(events, statement, _skills(players, statement.topic_id)))
    count_answers(events)
    note_answers([Noted(one.player_id, one.received_at, one.correct, one.rapid) for one in events])
    # A session asks at its end; who plays on would be looked at after each statement.
    mark_for_evaluation(players)
    ask_for_evaluation({one.player_id for one in events if one.session_uuid is None})
    return events


def skill_state(row: TopicSkill) -> SkillState:
    return SkillState(
        estimate=Estimate(row.theta_mean, row.theta_var),
        answers=row.n_answers,
        rapid=row.n_rapid,
        days=row.active_days,
        last_at=row.last_at,
        pace=row.pace,
    )


def item_state(row: Statement) -> ItemState:
    return ItemState(
        estimate=Estimate(row.beta_mean, row.beta_var),
        first=row.n_first,
        first_correct=row.n_first_correct,
        rapid=row.n_rapid,
    )


def answered(event: AnswerEvent) -> Answered:
    return Answered(
        at=event.received_at,
        is_right=event.correct,
        is_rapid=event.rapid,
        is_first=event.first_attempt,
        by_guest=event.by_guest,
        confidence=event.confidence,
        is_skip=event.answer is None,
        is_hinted=event.hinted,
        response_ms=event.rt_ms,
    )


def skill_row(*, player_id: int, topic_id: int, state: SkillState, pool: Pool) -> TopicSkill:
    share = mastery(mean=state.estimate.mean, variance=state.estimate.variance, pool=pool)
    return TopicSkill(
        player_id=player_id,
        topic_id=topic_id,
        theta_mean=state.estimate.mean,
        theta_var=state.estimate.variance,
        n_answers=state.answers,
        n_rapid=state.rapid,
        active_days=state.days,
        last_at=state.last_at,
        pace=state.pace,
        mastery=share.share,
        mastery_low=share.low,
    )


def store_skills(rows: Sequence[TopicSkill]) -> None:
    TopicSkill.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["player", "topic"],
        update_fields=SKILL_COLUMNS,
        batch_size=BATCH,
    )


def item_row(*, statement_id: int, state: ItemState) -> Statement:
    """A row to update, with nothing but the figures."""
    return Statement(
        pk=statement_id,
        beta_mean=state.estimate.mean,
        beta_var=state.estimate.variance,
        n_first=state.first,
        n_first_correct=state.first_correct,
        n_rapid=state.rapid,
    )


def store_item(*, statement_id: int, state: ItemState) -> None:
    row = item_row(statement_id=statement_id, state=state)
    figures = {column: getattr(row, column) for column in ITEM_COLUMNS}
    Statement.objects.filter(pk=statement_id).update(**figures)


def lock_players(player_ids: Sequence[int] | QuerySet) -> None:
    """The same rows, in the same order, as the totals of a round take."""
    rows = PlayerGameData.objects.filter(player__in=player_ids)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


@dataclass(slots=True)
class Hands:
    """What an answer to one statement moves at the players' side, by player."""

    skills: dict[int, SkillState]
    cards: dict[int, Held]
    today: dict[int, Today]

    @classmethod
    def of(
        cls, events: Sequence[AnswerEvent], statement: Statement, skills: dict[int, SkillState]
    ) -> "Hands":
        moments = {event.player_id: event.received_at for event in events}
        return cls(skills, held_cards(list(skills), statement), today_of(moments))


def _measure(events: Sequence[AnswerEvent], statement: Statement, hands: Hands) -> None:
    """Go through the answers one by one and store where they have led."""
    known = AnswerEvent.objects.filter(
        statement=statement, settlement__isnull=False, player__in=list(hands.skills)
    )
    seen = set(known.values_list("player_id", flat=True))
    settlement = Settlement.objects.create()
    item = item_state(statement)
    for event in events:
        event.settlement, event.first_attempt = settlement, event.player_id not in seen
        seen.add(event.player_id)
        item = _take(event, statement, item, hands)
    # Rows that are known to be there; to say it as an insertion that meets them is the fastest way by far.
    AnswerEvent.objects.bulk_create(
        events, update_conflicts=True, unique_fields=["id"], update_fields=MEASURED, batch_size=BATCH
    )
    store_item(statement_id=statement.pk, state=item)
    _store_players(hands.skills, statement.topic_id)
    fact = fact_of_statement(statement)
    store_cards({(pk, statement.topic_id, fact): held for pk, held in hands.cards.items()})


def _take(event: AnswerEvent, statement: Statement, item: ItemState, hands: Hands) -> ItemState:
    """Write down what the answer says and changes; the statement's state after it."""
    pk = event.player_id
    skill, held, today = hands.skills[pk], hands.cards.get(pk), hands.today.get(pk, Today())
    taken = step(skill, item, answered(event))
    event.p_before = taken.p_before
    event.theta_before, event.theta_after = skill.estimate.mean, taken.skill.estimate.mean
    event.beta_before, event.beta_after = item.estimate.mean, taken.item.estimate.mean
    event.due_review = was_due(event, held)
    event.grade = _grade(event, statement, skill, held)
    event.xp = earned(event, today)
    hands.skills[pk] = taken.skill
    hands.today[pk] = Today(today.answers + (not event.rapid), today.xp + event.xp)
    after = after_event(event, held, fact=fact_of_statement(statement), shown=says_fact(statement))
    if after is not None:
        hands.cards[pk] = after
    return taken.item


def earned(event: AnswerEvent, today: Today) -> int:
    """What a measured answer is worth after the answers that the day has seen."""
    return xp_for_answer(
        is_correct=event.correct,
        rapid=event.rapid,
        p_before=event.p_before or 0.0,
        is_worth=event.first_attempt or event.due_review,
        today=today,
    )


def _grade(event: AnswerEvent, statement: Statement, skill: SkillState, held: Held | None) -> Grade | None:
    if not is_graded(event, held):
        return None
    own = exp(skill.pace) if skill.answers else None
    seen = Seen(
        is_right=event.correct,
        is_rapid=event.rapid,
        response_ms=event.rt_ms,
        usual_ms=usual_ms(own_ms=own, own_answers=skill.answers, statement_ms=statement.rt_median_ms),
        confidence=event.confidence,
        is_skip=event.answer is None,
        is_hinted=event.hinted,
    )
    return grade_of(seen, held.state if held else CardState())


def _store_players(skills: Mapping[int, SkillState], topic_id: int) -> None:
    pool = pools_of([topic_id])[topic_id]
    store_skills(
        [
            skill_row(player_id=player_id, topic_id=topic_id, state=state, pool=pool)
            for player_id, state in skills.items()
        ]
    )


def _skills(player_ids: Sequence[int], topic_id: int) -> dict[int, SkillState]:
    """Where the players stand in the topic; who is new to it begins with half of what the others promise."""
    rows = TopicSkill.objects.filter(player__in=player_ids)
    known = {row.player_id: skill_state(row) for row in rows.filter(topic=topic_id)}
    new = [player_id for player_id in player_ids if player_id not in known]
    others = dict(rows.filter(player__in=new).order_by().values_list("player_id").annotate(Avg("theta_mean")))
    return known | {player_id: SkillState(new_topic(others.get(player_id))) for player_id in new}
