"""What the log forgets nobody can miss."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions import trimming
from messaging.actions.messages import record_event
from messaging.actions.personal_log import log_of
from messaging.actions.trimming import remove_ownerless_logs, trim_logs
from messaging.database import in_database
from messaging.models import Channel, ChannelEvent
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(trimming, "KEPT_EVENTS", 3)


def record(channel, count, *, days=0, type="room.updated"):
    for _ in range(count):
        event = record_event(channel=channel, type=type)
        ChannelEvent.objects.filter(pk=event.pk).update(created_at=timezone.now() - timedelta(days=days))


def kept(channel):
    return list(ChannelEvent.objects.filter(channel=channel).order_by("seq").values_list("seq", flat=True))


def test_what_is_old_and_not_among_the_newest_goes(channel):
    record(channel, 4, days=31)
    record(channel, 2)

    assert trim_logs(now=timezone.now()) == 3
    assert kept(channel) == [4, 5, 6]


@pytest.mark.parametrize(("count", "days"), [(3, 400), (9, 29)])
def test_the_newest_and_the_last_thirty_days_stay(channel, count, days):
    record(channel, count, days=days)

    assert trim_logs(now=timezone.now()) == 0
    assert len(kept(channel)) == count


def test_who_entered_stays_known(channel):
    record(channel, 1, days=400, type="member.joined")
    record(channel, 4, days=400)

    trim_logs(now=timezone.now())

    assert kept(channel) == [1, 3, 4, 5]


def test_a_log_is_trimmed_by_batches(channel, monkeypatch):
    monkeypatch.setattr(trimming, "BATCH", 2)
    record(channel, 8, days=31)

    assert [trim_logs(now=timezone.now()) for _ in range(4)] == [2, 2, 1, 0]


def test_a_log_without_its_player_goes(db):
    gone, left = PlayerFactory(), PlayerFactory()
    log_of(gone)
    log_of(left)
    gone.delete()

    remove_ownerless_logs()

    assert list(Channel.objects.values_list("uuid", flat=True)) == [left.uuid]


@pytest.mark.django_db(transaction=True)
async def test_who_is_further_behind_than_the_log_begins_again(channel, player, monkeypatch):
    monkeypatch.setattr("messaging.actions.openings.MAX_RESUME", 3)
    await in_database(record)(channel, 8, days=31)
    await in_database(trim_logs)(now=timezone.now())
    known = {"room": str(channel.uuid), "epoch": str(channel.log_epoch)}

    tab = await Tab.of(player, since=[{**known, "seq": 2}])

    answer = await tab.next("sub")
    assert (answer["mode"], answer["head"]) == ("reset", 8)
    await tab.tell("resume", **known, seq=5)
    assert (await tab.next("sub"))["mode"] == "resumed"
    assert [event["seq"] for event in await tab.events(3)] == [6, 7, 8]
    await tab.leave()
