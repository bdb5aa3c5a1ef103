"""What a page hears when its player may no longer read, and until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.channels import remove_member
from messaging.database import in_database
from messaging.models import Sanction
from tests.factories.messaging import ChannelFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("hours", [[5], [5, 48], [], [5, None]])
async def test_who_is_banned_hears_until_when_now_and_when_he_comes_back(channel, player, hours):
    begun, now = await Tab.of(player, channel), timezone.now()
    ends = [hour and now + timedelta(hours=hour) for hour in hours]

    def ban():
        for end in ends:
            Sanction.objects.create(
                target=player, scope="room", channel=channel, kind="ban", starts_at=now, ends_at=end
            )
        remove_member(channel=channel, player=player, reason="banned")

    await in_database(ban)()
    since = {"room": str(channel.uuid), "epoch": str(channel.log_epoch), "seq": 0}
    later = await Tab.of(player, since=[since])

    # The longest counts, and one without end has none.
    told = {"until": max(ends).isoformat()} if ends and all(ends) else {}
    room = {"op": "revoked", "room": str(channel.uuid)}
    assert await begun.next("revoked") == {**room, "reason": "banned", **told}
    assert await later.next("revoked") == {**room, "reason": "not_member", **told}
    refused = await later.ask("sub", room=str(channel.uuid))
    assert (refused["code"], refused.get("until")) == ("not_member", told.get("until"))
    for tab in (begun, later):
        await tab.leave()


async def test_a_ban_that_is_over_or_holds_elsewhere_is_not_told(channel, player):
    begun, now = await Tab.of(player, channel), timezone.now()

    def ban():
        elsewhere = ChannelFactory()
        for where, hour in ((channel, -1), (elsewhere, 5)):
            Sanction.objects.create(
                target=player,
                scope="room",
                channel=where,
                kind="ban",
                starts_at=now - timedelta(days=1),
                ends_at=now + timedelta(hours=hour),
            )
        remove_member(channel=channel, player=player, reason="left")

    await in_database(ban)()

    assert "until" not in await begun.next("revoked")
    await begun.leave()


def test_who_asks_by_http_is_told_too(client, channel, player):
    end = timezone.now() + timedelta(hours=5)
    Sanction.objects.create(
        target=player, scope="room", channel=channel, kind="ban", starts_at=timezone.now(), ends_at=end
    )
    remove_member(channel=channel, player=player, reason="banned")
    client.force_login(player)

    answer = client.get(f"/api/v1/channels/{channel.uuid}/events?wait=false")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_member")
    assert answer.json()["until"] == end.isoformat()
