"""Direct conversations: whom one may write to, whose side is which, who is in a group."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from messaging.models import Channel, ChannelMember, Conversation, DirectState, LiveConnection, Message
from messaging.rules import direct as rules
from players.models import Player, PlayerRelationship
from players.queries.privacy import is_minor_today
from players.queries.relationships import SEGMENTS, are_friends, is_blocked_between

Standing = DirectState.Standing
OF_PLAYER = tuple(f"player__{segment}" for segment in SEGMENTS)


def may_write_to(player: Player, other: Player, *, was_answered: bool = False) -> bool:
    """By fresh rows; nobody learns from the answer which of the reasons it was."""
    if player.pk == other.pk or player.is_guest or other.is_guest:
        return False
    if not other.is_active or other.leaves_at is not None or is_blocked_between(player.pk, other.pk):
        return False
    return rules.may_write(
        are_friends=are_friends(player, other),
        is_minor_involved=is_minor_today(player) or is_minor_today(other),
        level=other.preferences.privacy_level,
        was_answered=was_answered,
    )


def may_be_among(player: Player, people: Collection[Player]) -> bool:
    """Whether the player may be in a group with all of them; the caller has selected the segments."""
    ids = [person.pk for person in people]
    ties = PlayerRelationship.objects.filter(player=player, other__in=ids)
    friends = set(ties.filter(kind=PlayerRelationship.Kind.FRIEND).values_list("other", flat=True))
    blocked = PlayerRelationship.objects.filter(kind=PlayerRelationship.Kind.BLOCKED)
    away = set(blocked.filter(player=player, other__in=ids).values_list("other", flat=True))
    away |= set(blocked.filter(other=player, player__in=ids).values_list("player", flat=True))
    is_minor = is_minor_today(player)
    return all(
        rules.may_be_together(
            are_friends=person.pk in friends,
            is_minor_involved=is_minor or is_minor_today(person),
            is_blocked=person.pk in away,
        )
        for person in people
    )


def people_named(usernames: Iterable[str]) -> list[Player]:
    """Those who are there, with their segments, in the order of their names."""
    names = {name.lower() for name in usernames}
    found = Player.objects.present().select_related(*SEGMENTS).filter(username__in=names)
    return list(found.order_by("username"))


def conversation_between(player: Player, other: Player) -> Conversation | None:
    pair = rules.pair_of(player.pk, other.pk)
    return Conversation.objects.select_related("channel").filter(pair=pair).first()


def state_of(player: Player, uuid: UUID) -> DirectState | None:
    """The conversation as the player sees it; None for a stranger and for who has left."""
    mine = members_only(DirectState.objects.filter(player=player, conversation__uuid=uuid))
    return mine.select_related("conversation__channel", "player").first()


def other_state(state: DirectState) -> DirectState | None:
    """The other's side of a pair; None when that player is gone for good."""
    others = members_only(DirectState.objects.filter(conversation=state.conversation_id))
    return others.exclude(player=state.player_id).select_related(*OF_PLAYER).first()


def people_of(conversation: Conversation) -> list[DirectState]:
    """The sides of those who are in it, the owner first, then by the time of their joining."""
    rows = members_only(DirectState.objects.filter(conversation=conversation)).select_related(*OF_PLAYER)
    owner = owner_of(conversation)
    return sorted(rows, key=lambda state: (state.player_id != owner, state.pk))


def owner_of(conversation: Conversation) -> int | None:
    """The id of the player who may take others out of the group."""
    owners = ChannelMember.objects.filter(channel=conversation.channel_id, role=ChannelMember.Role.OWNER)
    return owners.values_list("player_id", flat=True).first()


def owned_groups(player_id: int) -> list[Conversation]:
    """The groups out of which the player may take others."""
    mine = {"channel__members__player": player_id, "channel__members__role": ChannelMember.Role.OWNER}
    return list(Conversation.objects.filter(pair="", **mine).select_related("channel").order_by("pk"))


def sides(channel: Channel, player: Player) -> tuple[DirectState, list[DirectState]] | None:
    """The player's side and those of the others who are there; None when the player's is missing."""
    rows = members_only(DirectState.objects.filter(conversation__channel=channel))
    found = list(rows.select_related("conversation", *OF_PLAYER).order_by("pk"))
    mine = [state for state in found if state.player_id == player.pk]
    theirs = [state for state in found if state.player_id != player.pk]
    return (mine[0], theirs) if mine else None


def may_answer(player: Player, channel: Channel) -> bool:
    """Whether the other may still be written to; who wrote first, or said yes, may be.

    In a group whoever belongs to it may write; a block there hides the words of two from each other.
    """
    if is_group(channel):
        return True
    both = sides(channel, player)
    if both is None or not both[1]:
        return False
    mine, [theirs] = both
    return may_write_to(mine.player, theirs.player, was_answered=theirs.standing == Standing.OPEN)


def is_in_conversation(player: Player, names: Collection[UUID]) -> bool:
    """Whether one of these channels or messages is of a conversation that the player is in."""
    mine = Channel.objects.filter(kind=rules.DIRECT, members__player=player)
    return (
        mine.filter(uuid__in=names).exists()
        or Message.objects.filter(uuid__in=names, channel__in=mine.values("pk")).exists()
    )


def is_group(channel: Channel) -> bool:
    return Conversation.objects.filter(channel=channel, pair="").exists()


def looking(channel: Channel, players: Sequence[int], now: datetime) -> set[int]:
    """Those of the players who have the conversation open and in use."""
    tabs = LiveConnection.objects.filter(channel=channel, player__in=players, expires_at__gt=now)
    return set(tabs.filter(state=LiveConnection.State.ACTIVE).values_list("player_id", flat=True))


def members_only(states: QuerySet[DirectState]) -> QuerySet[DirectState]:
    """Without the sides of those who have left, or were never let in."""
    member = ChannelMember.objects.filter(
        channel=OuterRef("conversation__channel"), player=OuterRef("player")
    )
    return states.filter(Exists(member))


def channels_of(conversations: Sequence[UUID]) -> list[int]:
    rows = Conversation.objects.filter(uuid__in=conversations).order_by("pk")
    return list(rows.values_list("channel_id", flat=True))


def titles(ids: Sequence[int]) -> dict[int, str]:
    """By the name that a group has, else by who writes to each other."""
    found = dict(Conversation.objects.filter(channel__in=ids).values_list("channel_id", "title"))
    people: dict[int, list[str]] = {pk: [] for pk in ids if not found.get(pk)}
    members = ChannelMember.objects.filter(channel__in=people).select_related("player__profile")
    for member in members.order_by("pk"):
        people[member.channel_id].append(member.player.name)
    return found | {pk: rules.title_of(names) for pk, names in people.items()}


def addresses(ids: Sequence[int]) -> dict[int, str]:
    rows = Conversation.objects.filter(channel__in=ids).values_list("channel_id", "uuid")
    return {channel: f"/messages/{uuid}/" for channel, uuid in rows}
