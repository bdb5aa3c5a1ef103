"""What this app keeps about a player: how it is given out, forgotten, and looked for afterwards."""

from django.db.models import Q

from players.actions.erasure import erase
from players.models import (
    ApiToken,
    DataExport,
    Guardianship,
    Player,
    PlayerPersonalInfo,
    PlayerRelationship,
)
from players.personal_data import Area, register
from players.queries.own_data import documents, installed
from players.rules.erasure import FORMER_NAME

MODELS = frozenset(
    {
        "players.PlayerProfile",
        "players.PlayerPreferences",
        "players.PlayerGameData",
        "players.PlayerPersonalInfo",
        "players.PlayerRelationship",
        "players.PlayerAchievement",
        "players.ExperienceEntry",
        "players.ActivityDay",
        "players.ConnectedAccount",
        "players.ApiToken",
        "players.SiteBan",
        "players.DemoSession",
        "players.ConsentEntry",
        "players.Guardianship",
        "players.DataExport",
        "players.AccountDeletion",
        "players.Player_groups",
        "players.Player_user_permissions",
        "account.EmailAddress",
        "socialaccount.SocialAccount",
        "mfa.Authenticator",
        "usersessions.UserSession",
        "admin.LogEntry",
    }
)


def remains(player_id: int) -> list[str]:
    """The row itself and what must be gone beside it."""
    player = Player.objects.select_related("profile", "personal_info").get(pk=player_id)
    checks = {
        "The account has not been closed.": not player.is_former or player.is_active,
        "There is an e-mail address.": bool(player.email) or player.emailaddress_set.exists(),
        "There is a way to sign in.": player.has_usable_password() or player.socialaccount_set.exists(),
        "There are roles.": player.groups.exists() or player.user_permissions.exists(),
        "The profile has a name.": player.profile.display_name != FORMER_NAME or bool(player.profile.name),
        "The profile has a text or a picture.": bool(
            player.profile.bio
            or player.profile.avatar
            or player.profile.picture
            or player.profile.social_links
        ),
        "There is personal information.": _has_personal_info(player.personal_info),
    }
    leftovers = {
        "relationships": PlayerRelationship.objects.filter(Q(player=player) | Q(other=player)),
        "API tokens": ApiToken.objects.filter(player=player),
        "exports": DataExport.objects.filter(player=player),
        "guardians": Guardianship.objects.filter(player=player),
    }
    for label in ("mfa.Authenticator", "usersessions.UserSession"):
        if model := installed(label):
            leftovers[str(model._meta.verbose_name_plural)] = model._default_manager.filter(user=player)
    found = [sentence for sentence, is_left in checks.items() if is_left]
    return found + [f"There are {name}." for name, rows in leftovers.items() if rows.exists()]


def _has_personal_info(info: PlayerPersonalInfo) -> bool:
    fields = (field for field in info._meta.concrete_fields if not field.is_relation)
    return any(
        getattr(info, field.name) for field in fields if field.name not in {"created_at", "updated_at"}
    )


register(
    Area(
        name="players",
        title="Account and progress",
        models=MODELS,
        export=documents,
        erase=erase,
        remains=remains,
    )
)
