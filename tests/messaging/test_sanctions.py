from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.sanctions import (
    Measure,
    SanctionRefused,
    revoke_sanction,
    sanction,
)
from messaging.checks import Refused
from messaging.models import ChannelMember, Sanction
from messaging.queries.moderation import in_force
from messaging.refusals import NotMember
from players.models import AuditEntry, SiteBan
from players.queries.bans import ban_of
from rooms.actions.rooms import enter_room
from rooms.models import Room
from tests.factories.moderation import SanctionFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def room(db):
    return RoomFactory()


def member_of(room, role="member", player=None):
    player = player or PlayerFactory()
    enter_room(room=room, player=player)
    ChannelMember.objects.filter(channel=room.channel, player=player).update(role=role)
    return player


def measure(kind="mute", *, room=None, hours=1, **more):
    ends_at = timezone.now() + hours * HOUR if hours else None
    given = {"reason_code": "insult", "text": "Be kind.", "ends_at": ends_at, **more}
    return Measure(kind=kind, channel=room.channel if room else None, **given)


def test_a_muted_player_reads_why_and_until_when(room):
    player = member_of(room)
    row = sanction(target=player, by=GameMasterFactory(), measure=measure(room=room))

    with pytest.raises(Refused) as refusal:
        post_message(channel=room.channel, player=player, text="hello")

    until = timezone.localtime(row.ends_at)
    assert refusal.value.code == "muted"
    assert 3_500_000 < refusal.value.told["retry_ms"] <= 3_600_000
    assert str(refusal.value) == (
        f"You can't write here until {until:%d %B %Y, %H:%M}: Be kind. You can appeal under Settings, Measures."
    )


@pytest.mark.parametrize("kind", ["mute", "timeout"])
def test_a_measure_ends_by_the_clock(room, kind):
    player = member_of(room)
    SanctionFactory(target=player, kind=kind, starts_at=timezone.now() - 2 * HOUR)

    posted = post_message(channel=room.channel, player=player, text="hello")

    assert posted.message.hidden_at is None


def test_a_measure_in_one_room_leaves_the_others_open(room):
    player, other = member_of(room), RoomFactory()
    enter_room(room=other, player=player)

    sanction(target=player, by=GameMasterFactory(), measure=measure(room=room))

    assert post_message(channel=other.channel, player=player, text="hello").message.text == "hello"


def test_the_longest_end_wins(room):
    player = member_of(room)
    short = SanctionFactory(target=player)
    longest = SanctionFactory(target=player, ends_at=None)
    middle = SanctionFactory(target=player, ends_at=timezone.now() + 5 * HOUR)

    assert in_force(player, room.channel, timezone.now()) == [longest, middle, short]


def test_a_ban_ends_the_membership_and_closes_the_door(room):
    player = member_of(room)

    sanction(target=player, by=GameMasterFactory(), measure=measure("ban", room=room))

    with pytest.raises(Refused) as refusal:
        enter_room(room=room, player=player)
    assert refusal.value.code == "banned"
    assert not ChannelMember.objects.filter(channel=room.channel, player=player).exists()
    assert Room.objects.get(pk=room.pk).current_players == 0


def test_who_was_removed_may_return(room):
    player = member_of(room)
    row = sanction(target=player, by=GameMasterFactory(), measure=measure("kick", room=room, hours=0))

    enter_room(room=room, player=player)

    assert (row.ends_at, in_force(player, room.channel, timezone.now())) == (None, [])


def test_a_ban_everywhere_is_a_ban_from_the_site_and_is_lifted_with_it(db):
    player, staff = PlayerFactory(), GameMasterFactory()
    row = sanction(target=player, by=staff, measure=measure("ban"))
    assert ban_of(player.pk, timezone.now()) == row.site_ban

    lifted = revoke_sanction(sanction=row, by=staff)

    assert lifted
    assert ban_of(player.pk, timezone.now()) is None
    assert SiteBan.objects.count() == 1


def test_a_restricted_player_writes_for_the_reviewers_first(room):
    player = member_of(room)
    sanction(target=player, by=GameMasterFactory(), measure=measure("restrict"))

    message = post_message(channel=room.channel, player=player, text="hello").message

    assert message.hidden_at is not None
    assert "hello" not in message.html


@pytest.mark.parametrize(("by", "target", "refusal"), [
    ("member", "member", NotMember),
    ("moderator", "moderator", SanctionRefused),
    ("moderator", "owner", SanctionRefused),
])  # fmt: skip
def test_measures_in_a_room_go_down_its_ranks_only(room, by, target, refusal):
    issuer, other = member_of(room, by), member_of(room, target)

    with pytest.raises(refusal):
        sanction(target=other, by=issuer, measure=measure(room=room))

    assert not Sanction.objects.exists()


def test_a_moderator_mutes_a_member_of_his_room_only(room):
    moderator, member = member_of(room, "moderator"), member_of(room)

    row = sanction(target=member, by=moderator, measure=measure(room=room))
    with pytest.raises(SanctionRefused):
        sanction(target=member, by=moderator, measure=measure())

    assert (row.scope, row.issued_by) == ("room", moderator)


def test_staff_stand_above_owners_and_equals_leave_each_other_alone(room):
    owner, staff = member_of(room, "owner"), GameMasterFactory()

    sanction(target=owner, by=staff, measure=measure(room=room))
    with pytest.raises(SanctionRefused):
        sanction(target=GameMasterFactory(), by=staff, measure=measure())
    with pytest.raises(SanctionRefused):
        sanction(target=staff, by=staff, measure=measure())

    assert list(Sanction.objects.values_list("target", flat=True)) == [owner.pk]


def test_only_a_system_admin_acts_everywhere_without_end(db):
    player = PlayerFactory()

    with pytest.raises(SanctionRefused):
        sanction(target=player, by=GameMasterFactory(), measure=measure("mute", hours=0))
    row = sanction(target=player, by=SystemAdminFactory(), measure=measure("mute", hours=0))

    assert row.ends_at is None


def test_giving_and_lifting_are_in_the_log_and_the_player_is_told(db):
    player, staff = PlayerFactory(), GameMasterFactory()

    row = sanction(target=player, by=staff, measure=measure())
    first, second = revoke_sanction(sanction=row, by=staff), revoke_sanction(sanction=row, by=staff)

    verbs = AuditEntry.objects.filter(object_id=str(row.uuid)).order_by("pk").values_list("verb", flat=True)
    assert (first, second) == (True, False)
    assert list(verbs) == ["sanction.given", "sanction.lifted"]
    assert player.notifications.get().title == "A measure against you was lifted"


@pytest.mark.django_db(transaction=True)
def test_a_player_who_enters_while_he_is_banned_is_outside_in_the_end():
    room, player, staff = RoomFactory(), PlayerFactory(), GameMasterFactory()

    at_once(
        lambda: enter_room(room=room, player=player),
        lambda: sanction(target=player, by=staff, measure=measure("ban", room=room)),
    )

    assert not ChannelMember.objects.filter(channel=room.channel, player=player).exists()
    assert Room.objects.get(pk=room.pk).current_players == 0
    assert Sanction.objects.count() == 1
