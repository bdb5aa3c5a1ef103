"""Everything that this app keeps about a player, as documents of an export."""

from collections.abc import Iterable, Iterator

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Model, Q

from players.models import (
    ActivityDay,
    ApiToken,
    AuditEntry,
    ConnectedAccount,
    ConsentEntry,
    ExperienceEntry,
    Guardianship,
    Player,
    PlayerAchievement,
    PlayerRelationship,
    SiteBan,
)
from players.personal_data import Document, Row
from players.queries.exports import CHUNK, columns


def documents(player_id: int) -> Iterator[Document]:
    player = Player.objects.select_related(
        "profile", "preferences", "game_data", "personal_info", "primary_role"
    ).get(pk=player_id)
    yield Document("account/account.json", "Account", _account(player))
    for name in ("profile", "preferences", "game_data", "personal_info"):
        yield Document(
            f"account/{name}.json", name.replace("_", " ").capitalize(), columns(getattr(player, name))
        )
    yield from _sign_in(player)
    yield from _learning(player)
    yield Document("account/relationships.json", "Friends, follows and blocks", _relationships(player))
    yield Document("account/consents.json", "Consents", _rows(ConsentEntry, player=player))
    yield Document("account/guardian.json", "Guardian", _rows(Guardianship, "token_hash", player=player))
    yield Document("account/bans.json", "Bans", _rows(SiteBan, player=player))
    yield Document("account/audit.json", "What was done to and with the account", _audit(player))


def _account(player: Player) -> Row:
    row = columns(player, without=("id", "password", "auth_epoch"))
    roles = player.groups.exclude(role=None).order_by("role__level")
    row["roles"] = list(roles.values_list("role__display_name", flat=True))
    row["primary_role"] = player.primary_role.display_name if player.primary_role else None
    return row


def _sign_in(player: Player) -> Iterator[Document]:
    yield Document("account/addresses.json", "E-mail addresses", _rows(EmailAddress, user=player))
    yield Document("account/connected_accounts.json", "Connected accounts", _connections(player))
    yield Document("account/tokens.json", "API tokens", _rows(ApiToken, "token_hash", player=player))
    yield Document(
        "account/sessions.json",
        "Sessions and devices",
        _rows(installed("usersessions.UserSession"), "session_key", user=player),
    )
    yield Document(
        "account/second_factors.json",
        "Second factors and passkeys",
        _rows(installed("mfa.Authenticator"), "data", user=player),
    )
    # Kept when a guest becomes a padawan.
    demo = getattr(player, "demo_session", None)
    if demo is not None:
        yield Document("account/demo.json", "The visit as a guest", columns(demo))
        activities = (columns(row) for row in demo.activities.order_by("pk").iterator(CHUNK))
        yield Document("account/demo_activities.json", "What was done as a guest", activities)


def _learning(player: Player) -> Iterator[Document]:
    yield Document("progress/experience.json", "Experience", _rows(ExperienceEntry, player=player))
    yield Document("progress/days.json", "Days", _rows(ActivityDay, player=player))
    yield Document("progress/achievements.json", "Achievements", _achievements(player))


def _achievements(player: Player) -> Iterator[Row]:
    held = PlayerAchievement.objects.filter(player=player).select_related("achievement").order_by("pk")
    for row in held.iterator(CHUNK):
        yield {"code": row.achievement.code, "name": row.achievement.name, **columns(row, without=("id",))}


def _connections(player: Player) -> Iterator[Row]:
    rows = ConnectedAccount.objects.filter(player=player).select_related("account").order_by("pk")
    for row in rows:
        yield {"provider": row.account.provider, "uid": row.account.uid, **columns(row)}


def _relationships(player: Player) -> Iterator[Row]:
    """The own rows, and what others ask and follow; that somebody blocks is not the player's to know."""
    theirs = (
        Q(other=player) & ~Q(kind=PlayerRelationship.Kind.BLOCKED) & ~Q(kind=PlayerRelationship.Kind.FRIEND)
    )
    rows = PlayerRelationship.objects.filter(Q(player=player) | theirs)
    for row in rows.select_related("player__profile", "other__profile").order_by("pk").iterator(CHUNK):
        is_own = row.player_id == player.pk
        other = row.other if is_own else row.player
        yield {"kind": row.kind, "by_me": is_own, "with": other.name, "since": row.created_at}


def _audit(player: Player) -> Iterator[Row]:
    """Names nobody else: who acted is only told when it was the player."""
    is_about = Q(object_type=Player._meta.label, object_id=str(player.uuid))
    did = Q(actor_uuid=player.uuid) | Q(on_behalf_of_uuid=player.uuid)
    for row in AuditEntry.objects.filter(did | is_about).order_by("pk").iterator(CHUNK):
        yield {
            "at": row.created_at,
            "verb": row.verb,
            "by_me": row.actor_uuid == player.uuid,
            "object": f"{row.object_type} {row.object_id}",
            "before": row.before,
            "after": row.after,
            "reason": row.reason,
        }


def _rows(model: type[Model] | None, *without: str, **owner: Player) -> Iterable[Row]:
    """The player's rows of the model, as they are stored; nothing when the app isn't installed."""
    if model is None:
        return iter(())
    rows = model._default_manager.filter(**owner).order_by("pk")
    return (columns(row, without=("id", *without)) for row in rows.iterator(CHUNK))


def installed(label: str) -> type[Model] | None:
    """A model of an app that an installation may do without."""
    return apps.get_model(label) if apps.is_installed(f"allauth.{label.split('.', maxsplit=1)[0]}") else None
