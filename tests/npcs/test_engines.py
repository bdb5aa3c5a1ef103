"""Who is asked, who steps in, and what is written down about it."""

from datetime import date
from decimal import Decimal

import pytest

from npcs.actions.speaking import FROM_MY_NOTES
from npcs.llm import breaker
from npcs.llm.layout import WINDOW_TOKENS
from npcs.models import AiCall, AiModel, FallbackStep, Interaction, UserAiSettings
from npcs.queries.engines import line_for
from npcs.rules.prices import Price, cost_of, price_for
from tests.factories.npcs import AiProviderFactory, ModelPriceFactory, NpcFactory
from tests.factories.players import PlayerFactory
from tests.npcs.astronomers import COMET, ask, astronomer
from tests.npcs.fake_provider import WORDS, fake_provider

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 15)
ANSWER = "The Moon orbits the Earth in about 27 days [1]."


def names(npc=None, player=None, purpose="chat") -> list[str]:
    line = line_for(npc=npc, player=player, purpose=purpose, today=TODAY)
    return [f"{engine.provider and engine.provider.name}:{engine.model}" for engine in line.engines]


def test_the_character_s_provider_comes_first_then_the_order_of_the_purpose():
    own, default, spare = (AiProviderFactory(name=name) for name in ("own", "default", "spare"))
    npc = NpcFactory(provider=own, ai_model="larger")
    for position, provider in enumerate((default, own, spare)):
        FallbackStep.objects.create(purpose="chat", position=position, provider=provider)

    assert names(npc) == ["own:larger", "default:tiny", "own:tiny", "spare:tiny"]
    assert names(npc, purpose="json") == ["own:larger"]


def test_without_an_order_the_default_provider_steps_in():
    AiProviderFactory(name="default", is_default=True)
    AiProviderFactory(name="other")

    assert names(NpcFactory()) == ["default:tiny"]


def test_providers_that_are_switched_off_are_left_out():
    off = AiProviderFactory(name="off", is_active=False)
    FallbackStep.objects.create(purpose="chat", position=1, provider=off)

    line = line_for(npc=NpcFactory(provider=off), player=None, purpose="chat", today=TODAY)

    assert (line.engines, line.note) == ([], "off is switched off")


def test_a_player_s_own_key_goes_first_and_only_for_him_and_for_talking():
    AiProviderFactory(name="default", is_default=True)
    player = PlayerFactory()
    UserAiSettings.objects.create(player=player, provider_type="openai", api_key="sk-own", ai_model="gpt")

    assert names(NpcFactory(), player) == ["None:gpt", "default:tiny"]
    assert names(NpcFactory(), PlayerFactory()) == ["default:tiny"]
    assert names(NpcFactory(), player, purpose="json") == ["default:tiny"]


def test_finding_the_line_costs_the_same_however_long_it_is(django_assert_num_queries):
    npc = NpcFactory(provider=AiProviderFactory())
    for position in range(3):
        FallbackStep.objects.create(purpose="chat", position=position, provider=AiProviderFactory())

    with django_assert_num_queries(1):
        line_for(npc=npc, player=None, purpose="chat", today=TODAY)

    for step in FallbackStep.objects.all():
        AiModel.objects.create(provider=step.provider, name="tiny", window_tokens=32_000)
        ModelPriceFactory(provider=step.provider, model_pattern="*", input_price=7)
    with django_assert_num_queries(3):
        engines = line_for(npc=npc, player=None, purpose="chat", today=TODAY).engines

    assert [(engine.window, engine.price is not None) for engine in engines] == [
        (WINDOW_TOKENS, False),
        *[(32_000, True)] * 3,
    ]


def test_the_window_is_the_one_that_staff_named_for_the_model():
    provider = AiProviderFactory(is_default=True)
    AiModel.objects.create(provider=provider, name="tiny", window_tokens=32_000)

    assert line_for(npc=None, player=None, purpose="chat", today=TODAY).engines[0].window == 32_000


def test_a_busy_server_an_error_and_then_text_is_one_answer_and_one_call_in_three_attempts():
    npc, player = astronomer(), PlayerFactory()

    with fake_provider("busy", then=["error", "ok"]) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?", player=player)

    call = AiCall.objects.get()
    assert (speech.outcome, speech.text) == ("ok", ANSWER)
    assert (call.state, call.attempts, call.tokens_in, call.tokens_cached, call.tokens_out) == (
        "ok",
        3,
        40,
        8,
        9,
    )
    assert (call.player, call.npc, call.interaction_id) == (player, npc, speech.interaction)
    assert len(server.requests) == 3


def test_the_next_provider_steps_in_and_both_are_written_down():
    npc = astronomer()

    with fake_provider("error") as broken, fake_provider() as spare:
        npc.provider = AiProviderFactory(api_endpoint=broken.url, display_name="Broken")
        AiProviderFactory(api_endpoint=spare.url, display_name="Spare", is_default=True)
        speech = ask(npc, "What is a comet?")

    row = Interaction.objects.get()
    assert (speech.engine, row.outcome) == ("Spare · tiny", "ok")
    assert row.interaction_context["fallback"] == "connection"
    assert row.interaction_context["faults"][0]["status"] == 500
    assert list(row.calls.order_by("pk").values_list("state", "tokens_in")) == [("failed", 0), ("ok", 40)]


def test_after_the_first_words_nobody_else_takes_over():
    npc = astronomer()

    with fake_provider("cut") as broken, fake_provider() as spare:
        npc.provider = AiProviderFactory(api_endpoint=broken.url)
        AiProviderFactory(api_endpoint=spare.url, is_default=True)
        speech = ask(npc, "What is a comet?")

    assert spare.requests == []
    assert speech.text.startswith(FROM_MY_NOTES["friendly"])


@pytest.mark.parametrize(
    ("mode", "state", "tokens"),
    [
        ("unauthorised", "failed", (0, 0)),
        ("no_model", "failed", (0, 0)),
        ("closed", "failed", (0, 0)),
        ("error", "failed", (0, 0)),
        ("hang", "failed", ("prompt", 0)),
        ("cut", "failed", ("prompt", "words")),
        ("unfinished", "failed", ("prompt", "words")),
        ("broken_json", "failed", ("prompt", 0)),
        ("silent", "failed", ("prompt", 0)),
        ("length", "ok", ("prompt", "words")),
        ("uncounted", "ok", ("prompt", "words")),
        ("ok", "ok", (40, 9)),
    ],
)
def test_every_ending_is_billed_as_what_it_was(mode, state, tokens):
    npc = astronomer()
    expected = {"words": -(-len("".join(WORDS)) // 4)}

    with fake_provider(mode) as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, timeout_seconds=1)
        ask(npc, "What is a comet?")

    call, row = AiCall.objects.get(), Interaction.objects.get()
    expected["prompt"] = sum(part["tokens"] for part in row.manifest)
    assert call.state == state
    assert call.tokens_out == expected.get(tokens[1], tokens[1])
    assert call.tokens_in == pytest.approx(expected.get(tokens[0], tokens[0]), rel=0.15)
    assert call.is_estimated == (mode != "ok")


def test_a_model_that_repeats_itself_is_ended_before_the_limit():
    npc = astronomer()

    with fake_provider("parrot") as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speech = ask(npc, "What is a comet?")

    assert speech.text == "The Moon orbits the Earth. I like comets…"
    assert speech.outcome == "truncated"


def test_five_failures_open_the_circuit_and_one_caller_tries_again(time_machine):
    time_machine.move_to("2026-01-15 12:00:00+00:00")

    for _ in range(4):
        breaker.note_failure("p")
    assert breaker.may_ask("p")
    breaker.note_failure("p")
    assert not breaker.may_ask("p")

    time_machine.shift(31)
    assert (breaker.may_ask("p"), breaker.may_ask("p")) == (True, False)
    breaker.note_failure("p")
    assert not breaker.may_ask("p")

    time_machine.shift(31)
    assert breaker.may_ask("p")
    breaker.note_success("p")
    assert (breaker.may_ask("p"), breaker.may_ask("p")) == (True, True)


def test_failures_that_are_minutes_apart_open_nothing(time_machine):
    time_machine.move_to("2026-01-15 12:00:00+00:00")

    for _ in range(10):
        breaker.note_failure("p")
        time_machine.shift(61)

    assert breaker.may_ask("p")


def test_a_provider_that_keeps_failing_is_left_alone_for_a_while():
    npc = astronomer()

    with fake_provider("unauthorised") as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        speeches = [ask(npc, "What is a comet?") for _ in range(7)]

    assert len(server.requests) == 5
    assert AiCall.objects.count() == 5
    assert COMET in speeches[-1].text


def test_a_provider_gets_no_more_requests_than_staff_allows():
    npc = astronomer()

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url, rate_limits={"requests_per_minute": 2})
        engines = [ask(npc, "What is a comet?").engine for _ in range(3)]

    assert engines == ["Test server · tiny", "Test server · tiny", "built-in engine"]
    assert len(server.requests) == 2


def test_what_an_answer_cost_is_computed_from_the_price_of_its_day():
    npc = astronomer()

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        ModelPriceFactory(
            provider=npc.provider, model_pattern="ti*", input_price=10, cached_price=1, output_price=100
        )
        ModelPriceFactory(provider=npc.provider, input_price=999, output_price=999)
        ModelPriceFactory(provider=npc.provider, model_pattern="ti*", input_price=1, output_price=1, valid_from=date(2999, 1, 1))  # fmt: skip
        ask(npc, "What is a comet?")

    # 32 tokens at 10, 8 at 1, 9 at 100, each for a million.
    assert AiCall.objects.get().cost == Decimal("0.001228")
    assert Interaction.objects.get().cost_estimate == Decimal("0.001228")


def test_an_unknown_price_is_not_nothing():
    npc = astronomer()

    with fake_provider() as server:
        npc.provider = AiProviderFactory(api_endpoint=server.url)
        ask(npc, "What is a comet?")

    assert Interaction.objects.get().cost_estimate is None


def test_the_built_in_engine_costs_nothing():
    ask(astronomer(), "What is a comet?")

    assert Interaction.objects.get().cost_estimate == 0


def test_the_pattern_that_says_most_gives_the_price():
    general, special = Price("*", Decimal(1), Decimal(1)), Price("gpt-5*", Decimal(2), Decimal(2))

    assert price_for("gpt-5-mini", [general, special]) == special
    assert price_for("other", [general, special]) == general
    assert price_for("other", [special]) is None
    assert cost_of(None, tokens_in=1, tokens_cached=0, tokens_out=1) is None
