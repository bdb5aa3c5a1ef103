import pytest

from messaging.models import Message
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db(transaction=True)


async def test_what_one_says_the_other_hears(channel, player):
    tab = await Tab.of(player, channel)

    answer = await tab.say(channel, "hello **there**")
    event = await tab.next("ev")

    assert answer["op"] == "ok"
    assert event["data"]["message"]["html"] == "<p>hello <strong>there</strong></p>\n"
    assert event["n"] == 1
    assert await Message.objects.acount() == 1
    await tab.leave()
