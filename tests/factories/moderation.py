from datetime import timedelta

import factory
from django.utils import timezone

from messaging.models import Case, Sanction
from tests.factories.players import PlayerFactory


class SanctionFactory(factory.django.DjangoModelFactory):
    """A mute of an hour, everywhere, that nobody took: its row only."""

    class Meta:
        model = Sanction

    target = factory.SubFactory(PlayerFactory)
    scope = "site"
    kind = "mute"
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(hours=1))
    text_to_target = "Please read the rules."


class CaseFactory(factory.django.DjangoModelFactory):
    """An open case about a player."""

    class Meta:
        model = Case

    subject_type = "player"
    target = factory.SubFactory(PlayerFactory)
    subject_id = factory.LazyAttribute(lambda case: case.target.uuid)
    category = "insult"
    opened_at = factory.LazyFunction(timezone.now)
