"""Whoever is linked with somebody in another messenger hears of it where he can undo it."""

import pytest

from messaging.models import Notification
from npcs.models import OutsideIdentity
from tests.factories.npcs import BotAssignmentFactory
from tests.factories.players import PlayerFactory
from tests.npcs.bridges import ALL, TOKEN, Bridge
from tests.npcs.test_linking import YAN, code_of, linked, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot():
    return BotAssignmentFactory(bot_token=TOKEN, bot_platform="discord", npc__name="Vega", permissions=ALL)


@pytest.fixture
def bridge(client, django_capture_on_commit_callbacks):
    return Bridge(client, django_capture_on_commit_callbacks)


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


def test_a_link_is_told_to_the_account_with_the_way_to_undo_it(bridge, bot, ada, client):
    identity = linked(bridge, bot, ada)

    news = Notification.objects.get(recipient=ada)
    assert news.title == "You are linked with somebody on Discord"
    assert "“Zed” there wrote a code of your account to the bot of Vega" in news.message

    client.force_login(ada)
    page = client.get(news.action_url)
    undo = f"/characters/~messengers/{identity.uuid}/unlink/"
    assert undo in page.content.decode()
    client.post(undo)
    assert not OutsideIdentity.objects.exists()


def test_who_is_linked_already_is_not_told_again(bridge, bot, ada):
    linked(bridge, bot, ada)
    linked(bridge, bot, ada)

    assert Notification.objects.filter(recipient=ada).count() == 1


def test_a_code_that_links_nobody_is_no_news(bridge, bot, ada):
    bo = PlayerFactory(username="bo")
    linked(bridge, bot, bo)

    told(bridge, bot, code_of(ada).text)
    told(bridge, bot, "link @ada 0000-0000-0000", **YAN)

    assert not Notification.objects.filter(recipient=ada).exists()
