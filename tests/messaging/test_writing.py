"""Who is writing is known for a few seconds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions.writing import note_writing
from messaging.database import in_database
from messaging.queries.writing import FRESH_SECONDS, is_anybody_writing, writing_in
from tests.factories.messaging import ChannelFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("seconds_ago", "is_author", "is_on", "is_writing"),
    [
        (1, False, True, True),
        (1, False, False, False),
        (FRESH_SECONDS, False, True, False),
        # What the author wrote before the message is the message; since then it is something new.
        (3, True, True, False),
        (1, True, True, True),
    ],
)
def test_who_counts_as_writing(seconds_ago, is_author, is_on, is_writing):
    channel, player = ChannelFactory(), PlayerFactory()
    note_writing(channel=channel, player=player, is_on=True, now=NOON - seconds_ago * SECOND)
    if not is_on:
        note_writing(channel=channel, player=player, is_on=False, now=NOON)

    author = player.pk if is_author else None

    assert is_anybody_writing(channel, author_id=author, since=NOON - 2 * SECOND, now=NOON) is is_writing


def test_writing_in_one_channel_is_not_writing_in_another():
    note_writing(channel=ChannelFactory(), player=PlayerFactory(), is_on=True, now=NOON)

    assert not is_anybody_writing(ChannelFactory(), author_id=None, since=NOON, now=NOON)


@pytest.mark.django_db(transaction=True)
async def test_what_a_page_tells_is_noted_and_taken_back(channel, player):
    tab = await Tab.of(player, channel)

    await tab.ask("typing", room=str(channel.uuid), on=True)
    writing = list(await in_database(writing_in)(channel))
    await tab.ask("typing", room=str(channel.uuid), on=False)

    assert (writing, writing_in(channel)) == ([player.pk], {})
    await tab.leave()
