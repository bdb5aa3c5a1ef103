"""What may be used where: by the switches of the room, by its level of moderation, by who asks."""

from datetime import datetime, timedelta

from messaging.models import Channel, ChannelMember
from messaging.permissions import may_use
from messaging.queries.moderation import level_in, rank_in
from messaging.rules import levels
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.permissions import has_account


class SwitchedOff(DomainError):
    code = "off"


class NotYet(DomainError):
    """New here: later it is possible."""

    code = "newcomer"


SENTENCES = {
    "attachments": "Files are switched off here.",
    "polls": "Polls are switched off here.",
    "reactions": "Reactions are switched off here.",
}


def refuse_switched_off(channel: Channel, feature: str) -> None:
    if not may_use(channel, feature):
        raise SwitchedOff(SENTENCES[feature])


def refuse_files(player: Player, channel: Channel, now: datetime) -> None:
    """Whether the player may send files here at this moment."""
    refuse_switched_off(channel, "attachments")
    if not has_account(player):
        raise SwitchedOff("Guests can't send files. Make an account first; it keeps what you have.")
    if rank_in(player, channel) > 0:
        return
    level, _ = level_in(channel)
    if level.name == levels.STRICT:
        raise SwitchedOff("In this room only moderators send files.")
    if level.name == levels.NORMAL and not _is_settled(player, channel, now):
        raise NotYet(f"You can send files here after {levels.NEWCOMER_HOURS} hours as a member.")


def _is_settled(player: Player, channel: Channel, now: datetime) -> bool:
    before = now - timedelta(hours=levels.NEWCOMER_HOURS)
    return ChannelMember.objects.filter(channel=channel, player=player, joined_at__lte=before).exists()
