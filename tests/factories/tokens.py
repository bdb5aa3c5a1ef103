from datetime import timedelta

import factory
from django.utils import timezone

from players.models import ApiToken
from players.queries.tokens import hash_of
from players.rules.scopes import SCOPES
from tests.factories.players import PlayerFactory


class ApiTokenFactory(factory.django.DjangoModelFactory):
    """A token with every scope; what its program sends is `pf_` and the number of the token."""

    class Meta:
        model = ApiToken

    class Params:
        secret = factory.Sequence(lambda n: f"pf_{n:043}")

    player = factory.SubFactory(PlayerFactory)
    name = "My program"
    prefix = factory.LazyAttribute(lambda token: token.secret[:10])
    token_hash = factory.LazyAttribute(lambda token: hash_of(token.secret))
    scopes = factory.LazyFunction(lambda: list(SCOPES))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


def bearer(token: str) -> dict[str, str]:
    """The headers with which a program comes, for Django's test client."""
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}
