"""Groups of people who write to one another: beginning, adding, leaving, and who may take others out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from messaging.actions.channels import add_member, open_channel, remove_member
from messaging.actions.direct import MayNotWrite, TooManyNew, check_pace, write
from messaging.actions.direct_letter import PLAIN, Letter
from messaging.actions.messages import Posted, record_event
from messaging.models import Channel, ChannelMember, Conversation, DirectState
from messaging.queries.direct import may_be_among, may_write_to, members_only, owner_of, people_of
from messaging.refusals import NotYours
from messaging.rules import direct as rules
from padawanforge.kit import markdown
from padawanforge.kit.errors import DomainError
from players.models import Player
from players.queries.relationships import SEGMENTS, are_friends

Role, Standing = ChannelMember.Role, DirectState.Standing


class NoGroup(DomainError):
    code = "invalid"


class GroupFull(DomainError):
    code = "full"


@transaction.atomic
def begin_group(*, player: Player, others: Sequence[Player], title: str, now: datetime) -> Conversation:
    """Each of the others must be somebody whom the player may write to; who is no friend gets a request.

    Those who can't be in one group with the rest are left out, and nobody is told why.
    """
    others = list({other.pk: other for other in others if other.pk != player.pk}.values())
    if len(others) < 2:
        raise NoGroup("Choose at least two others for a group.")
    if len(others) >= rules.MAX_GROUP:
        raise GroupFull(f"A group has at most {rules.MAX_GROUP} people.")
    # The row is the lock: who begins many at once comes to the limit as well. Not the key: two who begin a
    # group with each other refer to one another's rows, and would wait for each other.
    Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    player = Player.objects.select_related(*SEGMENTS).get(pk=player.pk)
    check_reach(player, others)
    check_pace(player, now)
    channel = open_channel(kind=rules.DIRECT)
    conversation = Conversation.objects.create(
        channel=channel, title=checked_title(title), created_by=player, created_at=now
    )
    add_member(channel=channel, player=player, role=Role.OWNER)
    DirectState.objects.create(conversation=conversation, player=player, last_at=now)
    _let_in(conversation, player, others, now)
    return conversation


@transaction.atomic
def write_to_group(
    *,
    player: Player,
    others: Sequence[Player],
    title: str,
    text: str,
    now: datetime,
    client_id: UUID | None = None,
    letter: Letter = PLAIN,
) -> Posted:
    """The first words to a new group; what begins with a refused message does not begin."""
    conversation = begin_group(player=player, others=others, title=title, now=now)
    return write(conversation=conversation, player=player, text=text, client_id=client_id, letter=letter)


@transaction.atomic
def add_people(*, state: DirectState, others: Sequence[Player], now: datetime) -> int:
    """Let others in, who read what is said from now on; how many came in. Silent about who could not."""
    conversation = _locked_group(state)
    if state.standing != Standing.OPEN:
        raise NotYours("Accept the request before you add somebody.")
    player = Player.objects.select_related(*SEGMENTS).get(pk=state.player_id)
    here = {side.player_id for side in people_of(conversation)}
    new = [other for other in others if other.pk not in here]
    check_reach(player, new)
    if len(here) + len(new) > rules.MAX_GROUP:
        raise GroupFull(f"A group has at most {rules.MAX_GROUP} people.")
    return _let_in(conversation, player, new, now)


def check_reach(player: Player, others: Sequence[Player]) -> None:
    """In the same words for whoever is not there, has blocked, or wants no letters from strangers."""
    if out_of_reach := [other.username for other in others if not may_write_to(player, other)]:
        raise MayNotWrite(f"You can't write to {', '.join(out_of_reach)}.")


@transaction.atomic
def rename(*, state: DirectState, title: str) -> bool:
    """False when it is called so already."""
    conversation, title = _locked_group(state), checked_title(title)
    if state.standing != Standing.OPEN:
        raise NotYours("Accept the request before you change something.")
    if conversation.title == title:
        return False
    Conversation.objects.filter(pk=conversation.pk).update(title=title)
    _tell_change(conversation, state.player, title=title)
    return True


@transaction.atomic
def leave(*, state: DirectState, now: datetime) -> bool:
    """The last owner's place goes to who is there longest. Who left comes back only if a friend asks him."""
    conversation = _locked_group(state)
    DirectState.objects.filter(pk=state.pk).update(standing=Standing.DECLINED, answered_at=now)
    was_there = remove_member(channel=conversation.channel, player=state.player)
    settle_owner(conversation)
    return was_there


@transaction.atomic
def remove_person(*, state: DirectState, other: Player, now: datetime) -> bool:
    """By the owner; live pages of the other close. False when the other wasn't there."""
    conversation = _locked_group(state)
    if owner_of(conversation) != state.player_id:
        raise NotYours("Only the owner of the group can take somebody out.")
    if other.pk == state.player_id:
        raise NotYours("Leave the group instead.")
    was_there = remove_member(channel=conversation.channel, player=other, reason="removed")
    gone = DirectState.objects.filter(conversation=conversation, player=other)
    gone.update(standing=Standing.DECLINED, answered_at=now)
    return was_there


def settle_owner(conversation: Conversation) -> None:
    """A group without an owner gets one: who accepted and is there longest, else whoever is."""
    if owner_of(conversation) is not None:
        return
    rows = members_only(DirectState.objects.filter(conversation=conversation)).select_related("player")
    there = sorted(rows, key=lambda state: (state.standing != Standing.OPEN, state.pk))
    if not there:
        return
    heir = there[0].player
    ChannelMember.objects.filter(channel=conversation.channel_id, player=heir).update(role=Role.OWNER)
    _tell_change(conversation, heir, owner=str(heir.uuid))


def checked_title(title: str) -> str:
    title = " ".join(markdown.clean_text(title).split())
    if len(title) > rules.TITLE_MAX_LENGTH:
        raise NoGroup(f"A title has at most {rules.TITLE_MAX_LENGTH} characters.")
    return title


def _let_in(conversation: Conversation, player: Player, others: Sequence[Player], now: datetime) -> int:
    sides = people_of(conversation)
    people = [side.player for side in sides]
    waiting = sum(side.standing == Standing.REQUEST for side in sides)
    come = 0
    for other in others:
        is_friend = are_friends(player, other)
        if not may_be_among(other, people) or not _comes_back(conversation, other, is_friend):
            continue
        was_here = DirectState.objects.filter(conversation=conversation, player=other).exists()
        is_asked = was_here or not is_friend
        waiting += is_asked
        if waiting > rules.MAX_WAITING:
            raise TooManyNew(
                f"{rules.MAX_WAITING} people can wait for an answer at a time. Add the rest later."
            )
        _add(conversation, other, Standing.REQUEST if is_asked else Standing.OPEN, now)
        people.append(other)
        come += 1
    return come


def _comes_back(conversation: Conversation, other: Player, is_friend: bool) -> bool:
    """Whether somebody who left or said no may be asked again."""
    left = DirectState.objects.filter(conversation=conversation, player=other, standing=Standing.DECLINED)
    return is_friend or not left.exists()


def _add(conversation: Conversation, other: Player, standing: str, now: datetime) -> None:
    """What was said before is not for who comes later."""
    before = Channel.objects.values_list("last_seq", flat=True).get(pk=conversation.channel_id)
    add_member(channel=conversation.channel, player=other)
    ChannelMember.objects.filter(channel=conversation.channel_id, player=other).update(read_seq=before)
    DirectState.objects.update_or_create(
        conversation=conversation,
        player=other,
        defaults={
            "standing": standing,
            "answered_at": None,
            "archived_at": None,
            "deleted_seq": before,
            "last_at": now,
        },
    )


def _locked_group(state: DirectState) -> Conversation:
    """The group while nobody else comes or goes."""
    Channel.objects.select_for_update().get(pk=state.conversation.channel_id)
    state.refresh_from_db(fields=["standing"])
    conversation = Conversation.objects.select_related("channel").get(pk=state.conversation_id)
    if conversation.pair:
        raise NoGroup("This is a conversation of two. Begin a group instead.")
    if not ChannelMember.objects.filter(channel=conversation.channel_id, player=state.player_id).exists():
        raise NotYours("You are not in this group any more.")
    return conversation


def _tell_change(conversation: Conversation, actor: Player, **change: object) -> None:
    record_event(channel=conversation.channel, type="group.changed", payload=change, actor=actor)
