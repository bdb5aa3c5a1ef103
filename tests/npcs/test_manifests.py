"""What the console shows of a prompt, how long, and who hears what it all costs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import Notification
from npcs.actions.manifests import HIDDEN, forget_manifests, manifest_for
from npcs.actions.spending import close_day, watch_money
from npcs.models import AiControl, Interaction, Memory, UsageDay
from tests.factories.npcs import AiProviderFactory, InteractionFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.npcs.astronomers import COMET, ask, astronomer
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db


def memory_of(player, npc, text: str) -> Memory:
    now = timezone.now()
    return Memory.objects.create(
        npc=npc, player=player, kind="fact", text=text, fingerprint=text, valid_from=now, created_at=now
    )


def row_with_memories():
    """An answer whose prompt held one memory of who asked and, as nobody ever should, one of somebody else."""
    npc, asking, other = NpcFactory(), PlayerFactory(), PlayerFactory()
    lines = [
        {"source": f"memory:{memory_of(player, npc, text).pk}", "tokens": 5, "subject": str(player.uuid)}
        for player, text in ((asking, "Likes tea."), (other, "Owes money."))
    ]
    part = {"section": "memory", "tokens": 10, "cap": 100, "placed": lines, "dropped": []}
    return InteractionFactory(npc=npc, player=asking, manifest=[part]), asking


def test_the_console_shows_sections_tokens_revision_provider_cost_and_latency(client):
    npc = astronomer()
    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, display_name="Test server")
        ask(npc, "What is a comet?")
    client.force_login(GameMasterFactory())

    page = client.get(reverse("admin:npcs_interaction_change", args=[Interaction.objects.get().pk]))

    shown = page.content.decode()
    for part in (
        "Notes:",
        "Who you are:",
        "passage:",
        COMET,
        "Test server",
        "revision 1",
        "Answered",
        "unknown",
    ):
        assert part in shown


def test_what_belongs_to_other_players_is_hidden():
    row, _ = row_with_memories()

    by_master = manifest_for(row, GameMasterFactory())[0].lines
    by_reader = manifest_for(row, SystemAdminFactory())[0].lines

    assert [line.text for line in by_master] == [HIDDEN, HIDDEN]
    assert [line.source for line in by_master] == ["memory", "memory"]
    assert [line.is_hidden for line in by_reader] == [False, True]
    assert [line.tokens for line in by_master] == [5, 5]


def test_the_page_of_a_game_master_holds_nothing_that_belongs_to_a_player(client):
    row, _ = row_with_memories()
    client.force_login(GameMasterFactory())

    page = client.get(reverse("admin:npcs_interaction_change", args=[row.pk])).content.decode()

    assert "Likes tea" not in page
    assert "Owes money" not in page
    assert HIDDEN in page


def test_manifests_are_emptied_after_thirty_days(time_machine):
    time_machine.move_to("2026-01-15 12:00:00+00:00")
    row, _ = row_with_memories()
    time_machine.shift(timedelta(days=29))
    before = forget_manifests(now=timezone.now())
    time_machine.shift(timedelta(days=2))

    after = forget_manifests(now=timezone.now())

    row.refresh_from_db()
    assert (before, after, row.manifest) == (0, 1, [])


def test_the_system_s_admins_hear_once_what_a_day_has_cost(django_capture_on_commit_callbacks, time_machine):
    time_machine.move_to("2026-01-16 00:05:00+00:00")
    admin, npc = SystemAdminFactory(), NpcFactory(name="Vega")
    PlayerFactory()
    day = timezone.now().date() - timedelta(days=1)
    AiControl.objects.create(money_per_day=Decimal(5), currency="EUR")
    UsageDay.objects.create(scope="site", day=day, calls=7, tokens=1200, cost=Decimal("1.5"))
    UsageDay.objects.create(scope="npc", key=str(npc.uuid), day=day, tokens=900)

    with django_capture_on_commit_callbacks(execute=True):
        told = [close_day(now=timezone.now()) for _ in range(2)]

    news = Notification.objects.get()
    assert told == [True, False]
    assert (news.recipient, news.message) == (
        admin, "7 calls, 1,200 tokens, 1.50 EUR of 5.00; most by Vega (900).",
    )  # fmt: skip


def test_a_day_without_any_call_is_not_worth_a_line(django_capture_on_commit_callbacks):
    SystemAdminFactory()

    with django_capture_on_commit_callbacks(execute=True):
        assert not close_day(now=timezone.now())

    assert not Notification.objects.exists()


@pytest.mark.parametrize(("cost", "count"), [("3.99", 0), ("4.00", 1)])
def test_the_alarm_is_given_once_at_eighty_percent(django_capture_on_commit_callbacks, cost, count):
    SystemAdminFactory()
    AiControl.objects.create(money_per_day=Decimal(5))
    UsageDay.objects.create(scope="site", day=timezone.now().date(), calls=1, cost=Decimal(cost))

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            watch_money(now=timezone.now())

    assert Notification.objects.filter(title__startswith="Most of today's money").count() == count
