"""The console's side of providers: keys, tests, prices, limits, and what was spent."""

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.models import AiCall, AiControl, AiProvider, Budget, FallbackStep, UsageDay, UserAiSettings
from players.models import AuditEntry
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.fake_provider import MODELS, fake_provider
from tests.npcs.test_npc_admin import root, run  # noqa: F401

pytestmark = pytest.mark.django_db
PAGES = ("aiprovider", "fallbackstep", "useraisettings", "budget", "usageday", "aicall")
PROVIDER = {
    "display_name": "Mine",
    "name": "mine",
    "provider_type": "custom",
    "api_endpoint": "http://ollama:11434/v1/",
    "new_key": "sk-new",
    "default_model": "tiny",
    "supported_models": "[]",
    "timeout_seconds": "60",
    "first_token_seconds": "20",
    "idle_seconds": "30",
    "rate_limits": "{}",
    "configuration_schema": "{}",
    "models-TOTAL_FORMS": "0",
    "models-INITIAL_FORMS": "0",
    "prices-TOTAL_FORMS": "0",
    "prices-INITIAL_FORMS": "0",
    "is_default": "on",
    "is_active": "on",
}


@pytest.mark.parametrize("page", [*PAGES, "aicontrol"])
def test_only_those_who_configure_the_installation_come_in(client, page):
    client.force_login(GameMasterFactory())

    assert client.get(reverse(f"admin:npcs_{page}_changelist")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("page", PAGES)
def test_a_list_costs_the_same_however_long_it_is(root, django_assert_max_num_queries, page, count):  # noqa: F811
    for number in range(count):
        provider, player, npc = AiProviderFactory(), PlayerFactory(), NpcFactory()
        FallbackStep.objects.create(purpose="chat", position=number, provider=provider)
        UserAiSettings.objects.create(player=player, provider_type="openai", api_key="k", ai_model="gpt")
        Budget.objects.create(player=player, tokens_per_day=1)
        Budget.objects.create(npc=npc, tokens_per_day=1)
        UsageDay.objects.create(scope="npc", key=str(npc.uuid), day=timezone.now().date())
        AiCall.objects.create(purpose="chat", provider=provider, npc=npc, player=player, ai_model="m", created_at=timezone.now())  # fmt: skip

    with django_assert_max_num_queries(9):
        response = root.get(reverse(f"admin:npcs_{page}_changelist"))

    assert len(response.context["cl"].result_list) == count * (2 if page == "budget" else 1)


def test_a_provider_is_entered_with_its_key_and_becomes_the_only_default(root):  # noqa: F811
    former = AiProviderFactory(is_default=True)

    response = root.post(reverse("admin:npcs_aiprovider_add"), PROVIDER)

    former.refresh_from_db()
    new = AiProvider.objects.get(name="mine")
    assert response.status_code == 302
    assert (new.api_key, new.api_endpoint) == ("sk-new", "http://ollama:11434/v1")
    assert (new.is_default, former.is_default) == (True, False)


def test_a_stored_key_is_never_shown_and_stays_when_nothing_is_written(root):  # noqa: F811
    provider = AiProviderFactory()
    url = reverse("admin:npcs_aiprovider_change", args=[provider.pk])

    page = root.get(url).content.decode()
    root.post(url, {**PROVIDER, "new_key": ""})

    assert provider.api_key not in page
    assert AiProvider.objects.get().api_key == provider.api_key


def test_a_stored_key_can_be_forgotten(root):  # noqa: F811
    provider = AiProviderFactory()

    root.post(
        reverse("admin:npcs_aiprovider_change", args=[provider.pk]),
        {**PROVIDER, "new_key": "", "forget_key": "on"},
    )

    assert AiProvider.objects.get().api_key is None


def test_the_key_is_enciphered_in_the_database():
    provider = AiProviderFactory()

    stored = AiProvider.objects.extra(select={"raw": "api_key"}).get().raw

    assert provider.api_key not in stored


def test_an_address_of_cloud_metadata_is_refused(root):  # noqa: F811
    response = root.post(
        reverse("admin:npcs_aiprovider_add"), {**PROVIDER, "api_endpoint": "http://169.254.169.254/v1"}
    )

    assert "never a model server" in response.content.decode()
    assert not AiProvider.objects.exists()


def test_without_an_address_a_kind_s_usual_one_is_taken(root):  # noqa: F811
    root.post(
        reverse("admin:npcs_aiprovider_add"), {**PROVIDER, "provider_type": "ollama", "api_endpoint": ""}
    )

    assert AiProvider.objects.get().api_endpoint == "http://127.0.0.1:11434/v1"


def test_an_address_with_a_gap_is_sent_back(root):  # noqa: F811
    page = root.post(
        reverse("admin:npcs_aiprovider_add"), {**PROVIDER, "provider_type": "cloudflare", "api_endpoint": ""}
    )

    assert "account&#x27;s id in the place of ACCOUNT" in page.content.decode()


def examined(client, mode: str, callbacks, **fields) -> tuple[AiProvider, str]:
    with fake_provider(mode, words=['{"colour": "red"}']) as server:
        server.calls = [("name_a_colour", "{}")] * 9
        provider = AiProviderFactory(api_endpoint=server.url, **fields)
        with callbacks(execute=True):
            run(client, "aiprovider", "test_connection", provider)
    provider.refresh_from_db()
    return provider, client.get(reverse("admin:npcs_aiprovider_changelist")).content.decode()


def test_a_test_finds_out_what_the_server_can_do(root, django_capture_on_commit_callbacks):  # noqa: F811
    provider, page = examined(root, "ok", django_capture_on_commit_callbacks)

    assert provider.capabilities == {
        "state": "works", "answer": '{"colour": "red"}', "stream": True, "usage": True, "models": sorted(MODELS),
        "json": "json_schema", "tools": False, "embeddings": 2,
    }  # fmt: skip
    assert provider.supported_models == sorted(MODELS)
    assert "works: answered" in page


def test_a_server_without_schemas_is_remembered_as_such(root, django_capture_on_commit_callbacks):  # noqa: F811
    provider, _ = examined(root, "no_schema", django_capture_on_commit_callbacks)

    assert provider.capabilities["json"] == "tool"


def test_a_server_with_tools_is_remembered_as_such(root, django_capture_on_commit_callbacks):  # noqa: F811
    with fake_provider("ok", then=["ok", "tool"], words=['{"colour": "red"}']) as server:
        server.calls = [("name_a_colour", '{"colour": "red"}')]
        provider = AiProviderFactory(api_endpoint=server.url)
        with django_capture_on_commit_callbacks(execute=True):
            run(root, "aiprovider", "test_connection", provider)

    provider.refresh_from_db()
    assert provider.capabilities["tools"] is True


def test_what_went_wrong_is_told_without_the_key(root, django_capture_on_commit_callbacks):  # noqa: F811
    provider, page = examined(root, "unauthorised", django_capture_on_commit_callbacks)

    assert "auth: AuthenticationError (401)" in page
    assert provider.api_key not in page + str(provider.capabilities)


def test_a_test_costs_what_it_costs(root, django_capture_on_commit_callbacks):  # noqa: F811
    examined(root, "ok", django_capture_on_commit_callbacks)

    assert set(AiCall.objects.values_list("purpose", flat=True)) == {"test"}
    assert UsageDay.objects.get().calls == AiCall.objects.count()


def test_the_switch_is_turned_in_the_console_and_that_is_written_down(root):  # noqa: F811
    root.get(reverse("admin:npcs_aicontrol_changelist"))
    data = {
        "is_stopped": "on", "stop_reason": "The bill", "currency": "EUR", "alarm_percent": "80",
        "tokens_per_player": "1", "tokens_per_staff": "1", "tokens_per_place": "1",
    }  # fmt: skip

    root.post(reverse("admin:npcs_aicontrol_change", args=[1]), data)

    assert AiControl.objects.get().is_stopped
    entry = AuditEntry.objects.get(verb="providers.stopped")
    assert entry.reason == "The bill"


def test_a_budget_is_for_exactly_one(root):  # noqa: F811
    page = root.post(
        reverse("admin:npcs_budget_add"),
        {"role": "padawan", "npc": NpcFactory().pk, "tokens_per_day": "5"},
    )

    assert "Choose exactly one" in page.content.decode()
    assert not Budget.objects.exists()


@pytest.mark.parametrize("page", ["aicall", "usageday"])
def test_what_was_spent_can_not_be_changed(root, page):  # noqa: F811
    assert root.get(reverse(f"admin:npcs_{page}_add")).status_code == 403
