"""What may be spent, by whom, and that nothing gets past it."""

import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from npcs.actions.budgets import BudgetSpent, Caller, Spent, book, close_lost_calls, settle
from npcs.models import AiCall, AiControl, Budget, Interaction, UsageDay
from npcs.queries.embedding import current_embedder
from npcs.queries.engines import engine_of
from tests.factories.npcs import AiProviderFactory, ModelPriceFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.npcs.astronomers import ask, astronomer
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
NOON = "2026-01-15 12:00:00+00:00"


def used(scope: str = "site", key: str = "") -> int:
    row = UsageDay.objects.filter(scope=scope, key=key).first()
    return row.tokens if row else 0


def engine(**fields):
    return engine_of(AiProviderFactory(**fields), today=timezone.now().date())


def test_who_has_too_little_left_is_refused_before_anything_is_asked(time_machine):
    time_machine.move_to(NOON, tick=False)
    npc, player = astronomer(max_tokens=100), PlayerFactory()
    budget = Budget.objects.create(player=player, tokens_per_day=1000)
    UsageDay.objects.create(scope="player", key=str(player.uuid), day=timezone.now().date(), tokens=950)

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        refused = ask(npc, "What is a comet?", player=player)
        asked_before = len(server.requests)
        Budget.objects.filter(pk=budget.pk).update(tokens_per_day=5000)
        answered = ask(npc, "What is a comet?", player=player)

    assert (refused.outcome, asked_before) == ("no_budget", 0)
    assert refused.text == (
        "You have used the 1,000 tokens that you have for characters' answers today. "
        "It starts anew at 00:00 UTC (in 12\xa0hours)."
    )
    assert answered.outcome == "ok"
    assert used("player", str(player.uuid)) == 950 + 49


def test_every_scope_is_counted_with_what_was_really_used():
    npc, player = astronomer(), PlayerFactory()

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        ask(npc, "What is a comet?", player=player)

    assert (used(), used("npc", str(npc.uuid)), used("player", str(player.uuid))) == (49, 49, 49)


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("npc", "Vega has used the 10 tokens that it has for its answers today."),
        ("place", "The 10 tokens for characters' answers in this place are used today."),
        ("role", "You have used the 10 tokens that you have for characters' answers today."),
    ],
)
def test_a_budget_of_a_character_a_place_or_a_role_holds(scope, sentence):
    npc, player = NpcFactory(name="Vega"), PlayerFactory()
    place = player.uuid
    named = {"npc": {"npc": npc}, "place": {"place": place}, "role": {"role": "padawan"}}[scope]
    Budget.objects.create(tokens_per_day=10, **named)

    with pytest.raises(BudgetSpent) as refusal:
        book(Caller("chat", player, npc, place), engine(), tokens_in=8, tokens_out=8)

    assert str(refusal.value).startswith(sentence)
    assert not AiCall.objects.exists()
    assert not UsageDay.objects.exclude(tokens=0).exists()


def test_the_money_of_the_day_holds_for_all_together():
    AiControl.objects.create(money_per_day=Decimal("1.00"))
    dear = engine()
    ModelPriceFactory(provider=dear.provider, input_price=100, output_price=100)
    dear = engine_of(dear.provider, today=timezone.now().date())

    book(Caller(), dear, tokens_in=5000, tokens_out=4000)
    with pytest.raises(BudgetSpent, match="What may be spent on answers today is spent"):
        book(Caller(), dear, tokens_in=1000, tokens_out=1000)

    assert UsageDay.objects.get(scope="site").cost == Decimal("0.9")


def test_settling_twice_is_the_same_as_once():
    engine_ = engine()
    call = book(Caller(), engine_, tokens_in=100, tokens_out=100)

    for _ in range(2):
        settle(call, engine_, Spent("ok", tokens_in=30, tokens_out=20))

    assert used() == 50


def test_what_a_dead_process_left_stays_booked_and_is_marked(time_machine):
    time_machine.move_to(NOON)
    call = book(Caller(), engine(), tokens_in=100, tokens_out=100)

    time_machine.shift(timedelta(minutes=11))

    assert close_lost_calls(now=timezone.now()) == 1
    call.refresh_from_db()
    assert (call.state, used()) == ("lost", 200)


def test_a_call_with_the_player_s_own_key_costs_the_installation_nothing():
    own = engine_of(AiProviderFactory(), today=timezone.now().date())
    own = type(own)(label="own", kind="openai", url=own.url, model="gpt", provider=None, key="k")
    player = PlayerFactory()
    Budget.objects.create(player=player, tokens_per_day=0)

    call = book(Caller("chat", player), own, tokens_in=100, tokens_out=100)
    settle(call, own, Spent("ok", tokens_in=30, tokens_out=20))

    assert (used(), call.is_own_key) == (0, True)


def test_while_the_staff_has_stopped_all_providers_none_is_asked():
    npc = astronomer()
    AiControl.objects.create(is_stopped=True)

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, is_default=True)
        speech = ask(npc, "What is a comet?")

    assert server.requests == []
    assert (speech.engine, speech.outcome) == ("built-in engine", "ok")
    assert Interaction.objects.get().interaction_context["fallback"] == "stopped"


def test_no_vectors_are_asked_for_either_while_all_are_stopped(settings):
    settings.EMBEDDINGS, settings.EMBEDDINGS_PROVIDER, settings.EMBEDDINGS_MODEL = "provider", "", "tiny"
    AiProviderFactory(is_default=True)
    before = current_embedder()

    AiControl.objects.create(is_stopped=True)

    assert (before is None, current_embedder()) == (False, None)


def test_providers_are_asked_from_one_place_only():
    """Whatever speaks to a provider goes through the door that knows the switch, the budgets and the bill."""
    users = {
        str(path.relative_to(ROOT))
        for app in ("npcs", "learning", "messaging", "rooms", "padawanforge")
        for path in (ROOT / app).rglob("*.py")
        if "OpenAiCompatible(" in path.read_text() and path.name != "openai_compatible.py"
    }

    assert users == {"npcs/actions/engines.py"}


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_get_tokens_than_there_are():
    player, provider = PlayerFactory(), AiProviderFactory()
    Budget.objects.create(player=player, tokens_per_day=500)
    day = timezone.now().date()
    outcomes = []

    def take() -> None:
        try:
            book(Caller("chat", player), engine_of(provider, today=day), tokens_in=50, tokens_out=50)
            outcomes.append("booked")
        except BudgetSpent:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["booked"] * 5 + ["refused"] * 3
    assert used("player", str(player.uuid)) == 500
