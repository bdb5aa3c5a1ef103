"""Forgets what this app keeps about a player. Figures stay, so that ledgers balance; words go."""

from functools import partial
from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model, Q
from django.utils import timezone

from padawanforge.kit.events import after_commit
from padawanforge.kit.uploads import forget_picture
from players.actions.exports import delete_export
from players.models import (
    ApiToken,
    DataExport,
    DemoSession,
    Guardianship,
    Player,
    PlayerGameData,
    PlayerPersonalInfo,
    PlayerPreferences,
    PlayerProfile,
    PlayerRelationship,
    SiteBan,
    UsernameReservation,
)
from players.queries.own_data import installed
from players.rules.erasure import FORMER_NAME

# Columns of the segments that say nothing of the person and are needed by the database.
KEPT_COLUMNS = {"created_at", "updated_at"}


def erase(player_id: int) -> None:
    """Everything but the player's own row, which goes last of all."""
    for export in DataExport.objects.filter(player_id=player_id):
        delete_export(export)
    _erase_sign_in(player_id)
    _erase_pictures(player_id)
    _erase_segments(player_id)
    UsernameReservation.objects.filter(holder__in=Player.objects.filter(pk=player_id).values("uuid")).delete()
    PlayerRelationship.objects.filter(Q(player_id=player_id) | Q(other_id=player_id)).delete()
    Guardianship.objects.filter(player_id=player_id).delete()
    SiteBan.objects.filter(player_id=player_id).update(reason="", note="")
    # The funnel counts the visit, not the visitor.
    DemoSession.objects.filter(player_id=player_id).update(player=None)
    of_player = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Player), object_id=str(player_id)
    )
    of_player.update(object_repr=FORMER_NAME, change_message="")


def _erase_sign_in(player_id: int) -> None:
    EmailAddress.objects.filter(user_id=player_id).delete()
    SocialAccount.objects.filter(user_id=player_id).delete()
    ApiToken.objects.filter(player_id=player_id).delete()
    for label in ("mfa.Authenticator", "usersessions.UserSession"):
        if model := installed(label):
            model._default_manager.filter(user_id=player_id).delete()
    _end_sessions(player_id)


def _end_sessions(player_id: int) -> None:
    """Sessions can't be searched by player; each is opened once."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    living = Session.objects.filter(expire_date__gt=timezone.now()).order_by("pk")
    mine = [
        row.session_key
        for row in living.iterator(1000)
        if store.decode(row.session_data).get("_auth_user_id") == str(player_id)
    ]
    Session.objects.filter(session_key__in=mine).delete()


def _erase_pictures(player_id: int) -> None:
    shown = PlayerProfile.objects.filter(player_id=player_id).values_list("avatar", "picture").first() or ()
    for url in shown:
        # Not before the row has lost it: a file that is gone can't come back with a rollback.
        after_commit(partial(forget_picture, url))


def _erase_segments(player_id: int) -> None:
    PlayerProfile.objects.filter(player_id=player_id).update(
        **{
            **blank(PlayerProfile),
            "display_name": FORMER_NAME,
            "profile_visibility": PlayerProfile.Visibility.PRIVATE,
        }
    )
    PlayerPreferences.objects.filter(player_id=player_id).update(**blank(PlayerPreferences))
    PlayerPersonalInfo.objects.filter(player_id=player_id).update(**blank(PlayerPersonalInfo))
    # Totals stay beside the ledger that they sum up; where somebody was, and when he rested, does not.
    PlayerGameData.objects.filter(player_id=player_id).update(
        is_ranked=False, is_listed=False, paused_until=None, day_zones=[], pauses=[]
    )


def blank(model: type[Model]) -> dict[str, object]:
    """What each column of the model holds before anybody has filled it in."""
    fields = (
        field for field in model._meta.concrete_fields if not field.is_relation and not field.primary_key
    )
    return {field.name: field.get_default() for field in fields if field.name not in KEPT_COLUMNS}
