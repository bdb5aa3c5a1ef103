from datetime import UTC, date, datetime

import factory

from players.models import Achievement, ActivityDay, PlayerAchievement
from tests.factories.players import PlayerFactory


class ActivityDayFactory(factory.django.DjangoModelFactory):
    """A row only; `players.actions.activity` keeps them while somebody plays."""

    class Meta:
        model = ActivityDay

    player = factory.SubFactory(PlayerFactory)
    day = date(2026, 3, 2)
    answers = 10
    correct = 8


class AchievementFactory(factory.django.DjangoModelFactory):
    """One more than those of the file."""

    class Meta:
        model = Achievement

    code = factory.Sequence(lambda n: f"test-{n}")
    name = factory.Sequence(lambda n: f"Test {n}")
    description = "Reach something."
    tier = "bronze"
    points = 5
    series = "test"
    position = 99
    rule = {">=": [{"var": "level"}, 2]}


class PlayerAchievementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlayerAchievement

    player = factory.SubFactory(PlayerFactory)
    achievement = factory.SubFactory(AchievementFactory)
    points = 5
    unlocked_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
