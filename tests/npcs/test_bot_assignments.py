"""Bots of other messengers: their tokens are kept and never shown, and end with the character."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from npcs.actions.retirement import UNDO_DAYS, bring_back, delete, purge_due, retire
from npcs.models import BotAssignment
from npcs.queries.retirement import ties_of
from tests.factories.npcs import BotAssignmentFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.test_npc_admin import root  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TOKEN = "a-token-of-some-length-wxyz"
ADD = reverse("admin:npcs_botassignment_add")


def form_of(npc, **changes):
    return {
        "npc": npc.pk, "bot_platform": "discord", "bot_name": "Vega the Bot", "is_active": "on",
        "new_token": TOKEN, "channels": "general\n\n stars \ngeneral", "permissions": ["answer", "context"],
        "webhook_url": "", "bot_avatar": "", "settings": "{}",
    } | changes  # fmt: skip


def change_page(bot):
    return reverse("admin:npcs_botassignment_change", args=[bot.pk])


def test_a_game_master_connects_a_bot(client):
    client.force_login(GameMasterFactory())

    client.post(ADD, form_of(NpcFactory()))

    bot = BotAssignment.objects.get()
    assert (bot.bot_token, bot.is_active) == (TOKEN, True)
    assert bot.channels == ["general", "stars"]
    assert bot.permissions == ["answer", "context"]


def test_players_find_the_door_closed(client):
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(reverse("admin:npcs_botassignment_changelist")).status_code == 403


def test_the_token_is_encrypted_in_the_database():
    bot = BotAssignmentFactory(bot_token=TOKEN)

    with connection.cursor() as cursor:
        cursor.execute("SELECT bot_token FROM npcs_botassignment WHERE id = %s", [bot.pk])
        stored = cursor.fetchone()[0]

    assert TOKEN not in stored
    assert BotAssignment.objects.get().bot_token == TOKEN


def test_of_a_token_only_its_end_is_shown(root):  # noqa: F811
    bot = BotAssignmentFactory(bot_token=TOKEN)

    page = root.get(change_page(bot)).content.decode()
    listed = root.get(reverse("admin:npcs_botassignment_changelist")).content.decode()

    assert TOKEN not in page + listed
    assert "•••• wxyz" in page
    assert "•••• wxyz" in listed


def test_saving_without_a_token_keeps_the_one_there_is(root):  # noqa: F811
    bot = BotAssignmentFactory(bot_token=TOKEN)

    root.post(change_page(bot), form_of(bot.npc, new_token="", bot_name="Other"))

    bot.refresh_from_db()
    assert (bot.bot_name, bot.bot_token) == ("Other", TOKEN)


def test_a_token_is_forgotten_when_that_is_asked_for(root):  # noqa: F811
    bot = BotAssignmentFactory(bot_token=TOKEN)

    root.post(change_page(bot), form_of(bot.npc, new_token="", forget_token="on", is_active=""))

    bot.refresh_from_db()
    assert (bot.bot_token, bot.is_active) == (None, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"new_token": ""}, "A bot without a token can&#x27;t be active."),
        ({"new_token": "short"}, "at least 20 characters"),
        ({"bot_platform": "My Messenger"}, "Small letters, digits, - and _ only."),
        ({"webhook_url": "http://10.0.0.1/"}, "Only addresses that begin with https:// are fetched."),
        ({"bot_avatar": "javascript:alert(1)"}, "Only addresses that begin with https:// are fetched."),
        ({"permissions": ["everything"]}, "everything is not one of the available choices"),
        ({"channels": "x" * 101}, "A channel has at most 100 characters."),
    ],
)
def test_what_makes_no_sense_is_sent_back(root, changes, said):  # noqa: F811
    page = root.post(ADD, form_of(NpcFactory(), **changes)).content.decode()

    assert said in page
    assert not BotAssignment.objects.exists()


def test_a_character_has_one_bot_on_a_platform(root):  # noqa: F811
    bot = BotAssignmentFactory(bot_platform="discord")

    page = root.post(ADD, form_of(bot.npc)).content.decode()

    assert "This character has a bot on this platform already." in page
    with pytest.raises(IntegrityError), transaction.atomic():
        BotAssignmentFactory(npc=bot.npc, bot_platform="discord")
    assert BotAssignmentFactory(npc=bot.npc, bot_platform="slack").pk


def test_the_database_keeps_no_active_bot_without_token():
    with pytest.raises(IntegrityError), transaction.atomic():
        BotAssignmentFactory(bot_token=None, is_active=True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(root, django_assert_max_num_queries, count):  # noqa: F811
    BotAssignmentFactory.create_batch(count)

    with django_assert_max_num_queries(8):
        response = root.get(reverse("admin:npcs_botassignment_changelist"))

    assert len(response.context["cl"].result_list) == count


def test_a_deleted_character_is_disconnected_at_once_and_for_good():
    bot = BotAssignmentFactory(channels=["general"])

    delete(npc=bot.npc, player=None, now=NOW)
    bring_back(npc=bot.npc, player=None)

    bot.refresh_from_db()
    assert (bot.bot_token, bot.is_active, bot.channels) == (None, False, ["general"])
    assert bot.npc.is_active


def test_a_retired_character_keeps_its_bot_for_its_return():
    bot = BotAssignmentFactory()

    retire(npc=bot.npc, player=None, now=NOW)
    bring_back(npc=bot.npc, player=None)

    bot.refresh_from_db()
    assert bot.is_active
    assert bot.bot_token


def test_bots_are_counted_before_a_character_is_deleted_and_go_with_it():
    bot = BotAssignmentFactory()
    counted = {tie.label: tie.count for tie in ties_of(bot.npc)}

    delete(npc=bot.npc, player=None, now=NOW)
    purge_due(now=NOW + timedelta(days=UNDO_DAYS, minutes=1))

    assert counted == {"bot assignment": 1}
    assert not BotAssignment.objects.exists()
