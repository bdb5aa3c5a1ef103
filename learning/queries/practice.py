"""What one learner is asked next, and what lies ready for him."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from django.db.models import Count, Exists, OuterRef, Q

from learning.models import AnswerEvent, Practice, ReviewCard, Statement, Topic, TopicSkill
from learning.queries.due import DueFact, due_facts
from learning.rules.choosing import (
    NOT_AGAIN_WITHIN,
    TARGET,
    WARM_UP,
    Candidate,
    Purpose,
    allowed_key,
    chosen,
    difficulty_for,
    in_band,
    purpose_of,
    target_of,
)
from learning.rules.facts import alone, fact_of
from learning.rules.skill import Estimate, mean_of, new_topic

NEAR = 25
FACTS = 8
TOPICS_TRIED = 3
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    statement: Statement
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Learner:
    """What the choice looks at: where the player stands, and what was asked lately."""

    player_id: int
    topic_id: int | None
    skills: dict[int, Estimate]
    answers: dict[int, int]
    recent: frozenset[int]
    keys: list[bool] = field(default_factory=list)
    outcomes: list[bool] = field(default_factory=list)

    def skill_in(self, topic_id: int) -> Estimate:
        known = self.skills.get(topic_id)
        return known or new_topic(mean_of([one.mean for one in self.skills.values()]))

    def target_in(self, topic_id: int) -> float:
        return target_of(answers=self.answers.get(topic_id, 0), last=self.outcomes)


def learner_of(practice: Practice) -> Learner:
    rows = TopicSkill.objects.filter(player=practice.player_id).order_by("topic")
    events = AnswerEvent.objects.filter(player=practice.player_id)
    given = events.filter(session_uuid=practice.uuid, settlement__isnull=False).order_by("pk")
    pairs = list(given.values_list("statement__answer", "correct"))
    recent = events.order_by("-received_at").values_list("statement_id", flat=True)[:NOT_AGAIN_WITHIN]
    known = list(rows)
    return Learner(
        player_id=practice.player_id,
        topic_id=practice.topic_id,
        skills={row.topic_id: Estimate(row.theta_mean, row.theta_var) for row in known},
        answers={row.topic_id: row.n_answers for row in known},
        recent=frozenset(recent),
        keys=[key for key, _ in pairs],
        outcomes=[correct for _, correct in pairs],
    )


def next_statement(practice: Practice, *, number: int, now: datetime, rng: Random) -> Chosen | None:
    """What is asked as the n-th; None when nothing can be played. In a bounded number of queries."""
    learner = learner_of(practice)
    planned = purpose_of(number=number, seed=practice.pk)
    order = [planned, *(one for one in (Purpose.DUE, Purpose.NEW, Purpose.PROBE) if one != planned)]
    for purpose in order:
        if found := _FINDERS[purpose](learner, now, rng):
            return Chosen(found, purpose)
    # A small topic is through: then even what was asked a moment ago.
    without_memory = replace(learner, recent=frozenset())
    found = _probe(without_memory, now, rng)
    return Chosen(found, Purpose.PROBE) if found else None


def _due(learner: Learner, now: datetime, rng: Random) -> Statement | None:
    """Of the facts that fade most a variant that wasn't shown last."""
    facts = due_facts(learner.player_id, topic_id=learner.topic_id, now=now, limit=FACTS)
    by_fact = {(one.topic_id, one.fact): one for one in facts}
    last = {pk: one.last_variant for pk, one in by_fact.items()}
    statements = _turns(statements_of(facts), last)
    target = learner.target_in(learner.topic_id) if learner.topic_id else TARGET
    return _pick(statements, [_candidate(one, learner) for one in statements], learner, target, rng)


def _turns(statements: Sequence[Statement], last: Mapping[tuple[int, str], bool]) -> list[Statement]:
    """Of each fact the variants that weren't shown last; all of them where there are no others."""
    by_fact: dict[tuple[int, str], list[Statement]] = {}
    for one in statements:
        by_fact.setdefault((one.topic_id, _fact(one)), []).append(one)
    found: list[Statement] = []
    for fact, variants in by_fact.items():
        found += [one for one in variants if _says_fact(one) != last[fact]] or variants
    return found


def _new(learner: Learner, now: datetime, rng: Random) -> Statement | None:
    """A fact that the player has never answered, near the difficulty that is aimed at."""
    for topic_id in _topics(learner, rng):
        skill, target = learner.skill_in(topic_id), learner.target_in(topic_id)
        statements = [one for one in _near(learner, topic_id, skill, target) if one.pk not in learner.recent]
        candidates = [_candidate(one, learner) for one in statements]
        fitting = [one for one in candidates if in_band(one, skill=0.0)] or candidates
        if found := _pick(statements, fitting, learner, target, rng, now=now):
            return found
    return None


def _probe(learner: Learner, now: datetime, rng: Random) -> Statement | None:
    """Any statement at all, so that the statistics of the statements stay honest."""
    for topic_id in _topics(learner, rng):
        playable = Statement.objects.playable().filter(topic=topic_id)
        ends = playable.order_by("pk").values_list("pk", flat=True)
        first, last = ends.first(), ends.last()
        if first is None or last is None:
            continue
        begin = rng.randint(first, last)
        window = list(playable.filter(pk__gte=begin).order_by("pk")[:NEAR])
        window += list(playable.filter(pk__lt=begin).order_by("pk")[: NEAR - len(window)])
        left = [one for one in window if one.pk not in learner.recent]
        key = allowed_key(learner.keys)
        fitting = [one for one in left if key is None or one.answer is key] or left
        if fitting:
            return _in_turn(rng.choice(fitting), learner, key)
    return None


def _in_turn(statement: Statement, learner: Learner, key: bool | None) -> Statement:
    """The other variant of its fact when this one was shown last, and the keys allow it."""
    if not statement.fact_key:
        return statement
    facts = Statement.objects.playable().filter(topic=statement.topic_id, fact_key=statement.fact_key)
    card = ReviewCard.objects.filter(
        player=learner.player_id, topic=statement.topic_id, fact_key=statement.fact_key
    ).first()
    if card is None or card.last_variant != _says_fact(statement):
        return statement
    other = facts.exclude(polarity=statement.polarity).exclude(pk__in=learner.recent).order_by("pk").first()
    return other if other and key in (None, other.answer) else statement


_FINDERS = {Purpose.DUE: _due, Purpose.NEW: _new, Purpose.PROBE: _probe}


def statements_of(facts: Iterable[DueFact]) -> list[Statement]:
    """The variants of the facts that can be played."""
    wanted, single = Q(pk__in=[]), []
    for one in facts:
        if (pk := alone(one.fact)) is not None:
            single.append(pk)
        else:
            wanted |= Q(topic=one.topic_id, fact_key=one.fact)
    rows = Statement.objects.playable().filter(wanted | Q(pk__in=single))
    return list(rows.order_by("pk"))


def _near(learner: Learner, topic_id: int, skill: Estimate, target: float) -> list[Statement]:
    """Of what is new to the player the nearest below and above the difficulty."""
    aim = difficulty_for(target, skill=skill.mean, variance=0.0)
    answered = AnswerEvent.objects.filter(player=learner.player_id, statement=OuterRef("pk"))
    known = ReviewCard.objects.filter(
        player=learner.player_id, topic=OuterRef("topic"), fact_key=OuterRef("fact_key")
    )
    new = Statement.objects.playable().filter(~Exists(answered), ~Exists(known), topic=topic_id)
    if learner.answers.get(topic_id, 0) >= WARM_UP:
        new = new.telling()
    below = new.filter(beta_mean__lte=aim).order_by("-beta_mean", "pk")[:NEAR]
    above = new.filter(beta_mean__gt=aim).order_by("beta_mean", "pk")[:NEAR]
    return [*below, *above]


def _topics(learner: Learner, rng: Random) -> list[int]:
    """Where to look: the practice's topic, else a few of the player's own, else a few of all."""
    if learner.topic_id is not None:
        return [learner.topic_id]
    own = list(learner.skills)
    rng.shuffle(own)
    playable = Statement.objects.playable().filter(topic=OuterRef("pk"))
    others = Topic.objects.filter(Exists(playable)).exclude(pk__in=own).order_by("pk")
    found = list(others.values_list("pk", flat=True)[:NEAR])
    rng.shuffle(found)
    return [*own[:TOPICS_TRIED], *found[:TOPICS_TRIED]]


def _candidate(statement: Statement, learner: Learner) -> Candidate:
    """Difficulties are relative to the player's skill in the statement's topic, for they may be of several."""
    skill = learner.skill_in(statement.topic_id)
    return Candidate(
        pk=statement.pk,
        is_true=statement.answer,
        difficulty=statement.beta_mean - skill.mean,
        variance=statement.beta_var,
    )


def _pick(
    statements: Sequence[Statement],
    candidates: Sequence[Candidate],
    learner: Learner,
    target: float,
    rng: Random,
    now: datetime | None = None,
) -> Statement | None:
    if now is not None:
        shown = _shown_lately([one.pk for one in candidates], now)
        candidates = [replace(one, shown=shown.get(one.pk, 0)) for one in candidates]
    found = chosen(candidates, skill=0.0, target=target, key=allowed_key(learner.keys), rng=rng)
    return next((one for one in statements if found and one.pk == found.pk), None)


def _shown_lately(pks: Sequence[int], now: datetime) -> dict[int, int]:
    events = AnswerEvent.objects.filter(statement__in=list(pks), received_at__gte=now - AN_HOUR)
    return dict(events.order_by().values_list("statement").annotate(count=Count("pk")))


def _fact(statement: Statement) -> str:
    return fact_of(pk=statement.pk, fact_key=statement.fact_key)


def _says_fact(statement: Statement) -> bool:
    return statement.polarity == Statement.Polarity.AFFIRMS
