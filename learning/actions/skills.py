"""Answers that count move the skill of those who gave them and the difficulty of their statement."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Avg, QuerySet

from learning.models import AnswerEvent, Settlement, Statement, TopicSkill
from learning.queries.pools import pools_of
from learning.rules.mastery import Pool, mastery
from learning.rules.pay import xp_for_answer
from learning.rules.skill import Estimate, new_topic
from learning.rules.steps import Answered, ItemState, SkillState, Step, step
from players.actions.activity import Noted, ask_for_evaluation, mark_for_evaluation, note_answers
from players.models import PlayerGameData

MEASURED = ("settlement", "first_attempt", "p_before", "theta_before", "beta_before", "theta_after", "xp")
SKILL_COLUMNS = (
    "theta_mean", "theta_var", "n_answers", "n_rapid", "active_days", "last_at", "mastery", "mastery_low",
)  # fmt: skip
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
    _measure(events, statement, _skills(players, statement.topic_id))
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


def store_item(*, statement_id: int, state: ItemState) -> None:
    Statement.objects.filter(pk=statement_id).update(
        beta_mean=state.estimate.mean,
        beta_var=state.estimate.variance,
        n_first=state.first,
        n_first_correct=state.first_correct,
        n_rapid=state.rapid,
    )


def lock_players(player_ids: Sequence[int] | QuerySet) -> None:
    """The same rows, in the same order, as the totals of a round take."""
    rows = PlayerGameData.objects.filter(player__in=player_ids)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _measure(events: Sequence[AnswerEvent], statement: Statement, skills: dict[int, SkillState]) -> None:
    """Go through the answers one by one and store where they have led."""
    known = AnswerEvent.objects.filter(statement=statement, settlement__isnull=False, player__in=list(skills))
    seen = set(known.values_list("player_id", flat=True))
    settlement = Settlement.objects.create()
    item = item_state(statement)
    for event in events:
        event.settlement, event.first_attempt = settlement, event.player_id not in seen
        seen.add(event.player_id)
        taken = step(skills[event.player_id], item, answered(event))
        _write(event, skills[event.player_id], item, taken)
        skills[event.player_id], item = taken.skill, taken.item
    # Rows that are known to be there; to say it as an insertion that meets them is the fastest way by far.
    AnswerEvent.objects.bulk_create(
        events, update_conflicts=True, unique_fields=["id"], update_fields=MEASURED, batch_size=BATCH
    )
    store_item(statement_id=statement.pk, state=item)
    _store_players(skills, statement.topic_id)


def _write(event: AnswerEvent, skill: SkillState, item: ItemState, taken: Step) -> None:
    event.p_before = taken.p_before
    event.theta_before, event.theta_after = skill.estimate.mean, taken.skill.estimate.mean
    event.beta_before = item.estimate.mean
    event.xp = xp_for_answer(is_correct=event.correct, rapid=event.rapid, p_before=taken.p_before)


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
