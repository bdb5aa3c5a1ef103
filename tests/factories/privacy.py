from datetime import timedelta

import factory
from django.utils import timezone

from players.models import AccountDeletion, DataExport, Guardianship, PlayerPersonalInfo
from players.queries.guardians import hashed
from tests.factories.players import PlayerFactory


class GuardianshipFactory(factory.django.DjangoModelFactory):
    """Asked for a moment ago; the link in the letter ends with `token`."""

    class Meta:
        model = Guardianship

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")

    player = factory.SubFactory(PlayerFactory)
    guardian_email = "guardian@example.org"
    token_hash = factory.LazyAttribute(lambda row: hashed(row.token))
    asked_at = factory.LazyFunction(timezone.now)


class DataExportFactory(factory.django.DjangoModelFactory):
    """Asked for, and not begun by anybody."""

    class Meta:
        model = DataExport

    player = factory.SubFactory(PlayerFactory)


class AccountDeletionFactory(factory.django.DjangoModelFactory):
    """Its day has come."""

    class Meta:
        model = AccountDeletion

    player = factory.SubFactory(PlayerFactory)
    player_uuid = factory.SelfAttribute("player.uuid")
    due_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))
    queued_at = factory.SelfAttribute("due_at")


def born_years_ago(player, years):
    """Give the player a birthday in the middle of the year that many years ago."""
    born = timezone.localdate().replace(year=timezone.localdate().year - years, day=1) - timedelta(days=40)
    PlayerPersonalInfo.objects.filter(player=player).update(date_of_birth=born)
    return player


def minor(**fields):
    return born_years_ago(PlayerFactory(**fields), 12)
