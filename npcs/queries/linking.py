"""Whom a player is in other messengers, and what was said there."""

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from npcs.models import BotAssignment, BotMessage, BotPermission, Npc, OutsideIdentity
from padawanforge.kit.paging import Page, page_of

PAGE_SIZE = 20


def identities_of(player_id: int, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """The latest first, each with `said`: how many of its messages there are now."""
    return page_of(_mine(player_id).annotate(said=_said()), order=("-pk",), cursor=cursor, limit=limit)


def identity_of(player_id: int, uuid: UUID) -> OutsideIdentity | None:
    return _mine(player_id).annotate(said=_said()).filter(uuid=uuid).first()


def bots_to_write_to() -> list[BotAssignment]:
    """The bots to which somebody can write alone, and so show there who he is here."""
    active = BotAssignment.objects.filter(is_active=True, npc__in=Npc.objects.active())
    bots = active.select_related("npc").order_by("npc__name", "bot_platform")
    return [bot for bot in bots if bot.may(BotPermission.DIRECT)]


def heard_from(identity: OutsideIdentity) -> QuerySet[BotMessage]:
    """All that has come from the identity by way of this bot, and is still kept."""
    return BotMessage.objects.filter(bot=identity.bot_id, author_key=identity.author_key)


def said_by(identity: OutsideIdentity) -> QuerySet[BotMessage]:
    """Of it, what was said to the character."""
    return heard_from(identity).filter(kind=BotMessage.Kind.TALK)


def _mine(player_id: int) -> QuerySet[OutsideIdentity]:
    return OutsideIdentity.objects.filter(player=player_id).select_related("bot__npc", "player")


def _said() -> Coalesce:
    rows = BotMessage.objects.filter(
        bot=OuterRef("bot"), author_key=OuterRef("author_key"), kind=BotMessage.Kind.TALK
    )
    counted = rows.order_by().values("bot").annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted), 0)
