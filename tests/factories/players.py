import factory

from players.actions.accounts import register
from players.actions.onboarding import skip_onboarding
from players.choices import RoleName
from players.models import ExperienceEntry, Player


class PlayerFactory(factory.django.DjangoModelFactory):
    """A padawan with the four segment rows, made by the same action as at sign-up."""

    class Meta:
        model = Player

    username = factory.Sequence(lambda n: f"player-{n}")
    email = factory.LazyAttribute(lambda player: f"{player.username}@example.org")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        role = kwargs.pop("role", RoleName.PADAWAN)
        display_name = kwargs.pop("display_name", "")
        player = Player(**kwargs)
        player.set_password("correct horse battery")
        register(player=player, role=role, display_name=display_name)
        # Home shows itself at once; the first steps of a new player have tests of their own.
        skip_onboarding(player=player)
        return player


class GameMasterFactory(PlayerFactory):
    """Somebody who may create characters, rooms and sessions (besides what a padawan may)."""

    is_staff = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs["role"] = RoleName.GAME_MASTER
        return super()._create(model_class, *args, **kwargs)


class GuestFactory(PlayerFactory):
    is_guest = True
    email = None

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs["role"] = RoleName.GUEST
        return super()._create(model_class, *args, **kwargs)


class SystemAdminFactory(PlayerFactory):
    """Somebody with the role only; administrators made by `create_admin` are superusers besides."""

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs["role"] = RoleName.SYSTEM_ADMIN
        return super()._create(model_class, *args, **kwargs)


class ExperienceEntryFactory(factory.django.DjangoModelFactory):
    """A line of the ledger only; `players.actions.progress.award_xp` keeps the totals as well."""

    class Meta:
        model = ExperienceEntry

    player = factory.SubFactory(PlayerFactory)
    delta = 10
    reason = "right answer"
    source_type = "answer"
    source_id = factory.Sequence(str)
