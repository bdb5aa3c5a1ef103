import factory

from players.models import PlayerRelationship
from tests.factories.players import PlayerFactory

Kind = PlayerRelationship.Kind


class RelationshipFactory(factory.django.DjangoModelFactory):
    """One row only; a friendship has two, see `befriend`."""

    class Meta:
        model = PlayerRelationship

    player = factory.SubFactory(PlayerFactory)
    other = factory.SubFactory(PlayerFactory)
    kind = Kind.FOLLOW


def befriend(player, other):
    RelationshipFactory(player=player, other=other, kind=Kind.FRIEND)
    RelationshipFactory(player=other, other=player, kind=Kind.FRIEND)


def rows():
    """All that is between players, as (player, kind, other)."""
    found = PlayerRelationship.objects.values_list("player__username", "kind", "other__username")
    return sorted(found)
