"""Vectors that a provider makes stand in the log of calls and count against the money of the day."""

from decimal import Decimal

import pytest
from django.utils import timezone

from npcs.actions import probing
from npcs.actions.embedding import mark_stale_vectors
from npcs.models import AiCall, AiControl, AiProvider, Budget, KnowledgeDatum, KnowledgeItem, UsageDay
from npcs.queries import index_for
from npcs.queries.embedding import current_embedder
from npcs.queries.engines import engine_of
from npcs.queries.spending import spending_of
from tests.factories.npcs import ModelPriceFactory, NpcFactory
from tests.npcs.test_embedding import added, server  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(server):  # noqa: F811
    """A million tokens cost two."""
    provider = AiProvider.objects.get()
    ModelPriceFactory(provider=provider, model_pattern="*", input_price=2, output_price=0)
    return provider


def calls():
    return list(AiCall.objects.filter(purpose=AiCall.Purpose.EMBED).order_by("pk"))


def test_notes_and_questions_are_booked(server, provider, commit):  # noqa: F811
    server.tokens = 500_000
    npc = NpcFactory()
    added(npc, commit)
    index_for(npc).search("honeybee")

    assert [(call.state, call.provider, call.ai_model) for call in calls()] == [
        (AiCall.State.OK, provider, "tiny-embed")
    ] * 2
    assert [(call.tokens_in, call.tokens_out, call.is_estimated, call.cost) for call in calls()] == [
        (500_000, 0, False, Decimal(1))
    ] * 2
    assert UsageDay.objects.get(scope=UsageDay.Scope.SITE).cost == Decimal(2)


def test_a_character_pays_for_its_own_notes_and_for_what_is_looked_up_in_them(server, provider, commit):  # noqa: F811
    server.tokens = 500_000
    npc = NpcFactory()
    added(npc, commit)
    mark_stale_vectors_of_another_model(commit)
    index_for(npc).search("honeybee")

    assert [call.npc for call in calls()] == [npc] * 3
    [used] = UsageDay.objects.filter(scope=UsageDay.Scope.NPC)
    assert (used.key, used.tokens, used.cost) == (str(npc.uuid), 1_500_000, Decimal(3))
    assert spending_of(timezone.now().date()).most == [(npc.name, 1_500_000)]


def mark_stale_vectors_of_another_model(commit):
    """As after the installation has changed to another model and back."""
    KnowledgeDatum.objects.update(engine="another")
    KnowledgeItem.objects.update(embedding=None)
    with commit():
        assert mark_stale_vectors() == 1


def test_without_tokens_of_its_own_a_character_s_notes_wait_for_their_vectors(server, provider, commit):  # noqa: F811
    npc = NpcFactory()
    Budget.objects.create(npc=npc, tokens_per_day=5)

    _, datum = added(npc, commit)
    added(NpcFactory(), commit)

    assert datum.state == "waiting"
    assert len(server.asked) == 1


def test_where_the_server_counts_nothing_it_is_estimated(server, provider):  # noqa: F811
    current_embedder().embed(["A comet is a body of ice and dust."])

    [call] = calls()
    assert call.is_estimated
    assert 5 < call.tokens_in < 20


def test_each_request_has_its_line(server, provider):  # noqa: F811
    rows = current_embedder().embed([f"text {n}" for n in range(70)])

    assert rows.shape == (70, 2)
    assert len(calls()) == len(server.asked) == 3


def test_what_failed_is_written_down_and_costs_nothing(server, provider, commit):  # noqa: F811
    server.mode = "down"

    _, datum = added(NpcFactory(), commit)

    [call] = calls()
    assert (call.state, call.status, call.tokens_in, call.cost) == (AiCall.State.FAILED, 503, 0, 0)
    assert datum.state == "waiting"
    assert UsageDay.objects.get(scope=UsageDay.Scope.SITE).tokens == 0


def test_without_money_no_vectors_are_made_and_words_must_do(server, provider, commit):  # noqa: F811
    npc = NpcFactory()
    added(npc, commit)
    AiControl.objects.update_or_create(pk=AiControl.ID, defaults={"money_per_day": Decimal(0)})
    asked = len(server.asked)

    index = index_for(npc)
    found = [index.passages[hit.id].heading for hit in index.search("bees dance")]

    assert (found, index.is_meaning_missing) == (["Bees"], True)
    assert len(server.asked) == asked


def test_the_test_of_a_connection_is_booked_as_one(server, provider):  # noqa: F811
    engine = engine_of(provider, today=timezone.now().date())

    assert probing._dimension(engine) == 2

    assert calls() == []
    assert AiCall.objects.get().purpose == AiCall.Purpose.TEST
