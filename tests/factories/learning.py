from datetime import date, timedelta
from uuid import uuid4

import factory
from django.utils import timezone

from learning.models import (
    AnswerEvent,
    Hint,
    LeagueCohort,
    LeagueEntry,
    LeagueMember,
    Settlement,
    Statement,
    Topic,
    TopicSkill,
)
from tests.factories.players import PlayerFactory


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


class StatementFactory(factory.django.DjangoModelFactory):
    """An approved true statement."""

    class Meta:
        model = Statement

    topic = factory.SubFactory(TopicFactory)
    text = factory.Sequence(lambda n: f"Planet number {n} goes round its star on a closed path.")
    answer = True
    explanation = "Planets follow ellipses with the star in one focus."
    source_reference = "Notes on the planets"
    lifecycle = Statement.Lifecycle.APPROVED


class SettlementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Settlement


class AnswerEventFactory(factory.django.DjangoModelFactory):
    """A right answer that counts already, given four seconds after the statement was shown."""

    class Meta:
        model = AnswerEvent

    player = factory.SubFactory(PlayerFactory)
    statement = factory.SubFactory(StatementFactory)
    statement_version = 1
    mode = "quiz"
    received_at = factory.LazyFunction(timezone.now)
    shown_at = factory.LazyAttribute(lambda event: event.received_at - timedelta(seconds=4))
    rt_ms = 4000
    answer = True
    correct = True
    first_attempt = True
    settlement = factory.SubFactory(SettlementFactory)
    p_before = 0.75
    idempotency_key = factory.Sequence(lambda n: f"test:{n}")


class HintFactory(factory.django.DjangoModelFactory):
    """The first hint to a statement of some practice."""

    class Meta:
        model = Hint

    player = factory.SubFactory(PlayerFactory)
    statement = factory.SubFactory(StatementFactory)
    session_uuid = factory.LazyFunction(uuid4)
    ladder = factory.LazyAttribute(lambda hint: f"practice:{hint.session_uuid}:1")
    level = 1
    text = "Say it in your own words."
    created_at = factory.LazyFunction(timezone.now)


class TopicSkillFactory(factory.django.DjangoModelFactory):
    """Somebody who knows half of the topic, by 40 answers on 5 days."""

    class Meta:
        model = TopicSkill

    player = factory.SubFactory(PlayerFactory)
    topic = factory.SubFactory(TopicFactory)
    theta_mean = 0.0
    theta_var = 0.25
    n_answers = 40
    active_days = 5
    last_at = factory.LazyFunction(timezone.now)
    mastery = 0.5
    mastery_low = 0.4


class LeagueEntryFactory(factory.django.DjangoModelFactory):
    """Somebody who joined long ago."""

    class Meta:
        model = LeagueEntry

    player = factory.SubFactory(PlayerFactory)
    joined_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=90))


class LeagueCohortFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LeagueCohort

    week = date(2026, 3, 2)
    number = factory.Sequence(lambda n: n + 1)


class LeagueMemberFactory(factory.django.DjangoModelFactory):
    """A first week, nothing done yet."""

    class Meta:
        model = LeagueMember

    cohort = factory.SubFactory(LeagueCohortFactory)
    player = factory.SubFactory(PlayerFactory)
    week = factory.SelfAttribute("cohort.week")
    expected = 20
    measured_until = factory.LazyFunction(timezone.now)
