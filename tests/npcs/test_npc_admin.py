import pytest
from django.urls import reverse

from npcs.models import AiProvider, KnowledgeFile, Npc
from tests.factories.npcs import (
    AiProviderFactory,
    InteractionFactory,
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    NpcConfigurationFactory,
    NpcFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
MODELS = ("npc", "npccategory", "systempromptpreset", "audiencepreset", "knowledgefile", "interaction")
PROVIDER = {
    "display_name": "Mine",
    "name": "mine",
    "provider_type": "custom",
    "api_endpoint": "http://ollama:11434/v1/",
    "new_key": "sk-new",
    "default_model": "tiny",
    "supported_models": "[]",
    "timeout_seconds": "60",
    "is_default": "on",
    "is_active": "on",
}


@pytest.fixture
def root(client):
    player = PlayerFactory(is_staff=True, is_superuser=True)
    client.force_login(player)
    return client


def run(client, model: str, action: str, *rows):
    url = reverse(f"admin:npcs_{model}_changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url, data, follow=True)


@pytest.mark.parametrize("model", MODELS)
def test_game_masters_look_after_everything_but_providers(client, model):
    client.force_login(GameMasterFactory())

    assert client.get(reverse(f"admin:npcs_{model}_changelist")).status_code == 200
    assert client.get(reverse("admin:npcs_aiprovider_changelist")).status_code == 403


@pytest.mark.parametrize("model", [*MODELS, "aiprovider"])
def test_players_find_the_doors_closed(client, model):
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(reverse(f"admin:npcs_{model}_changelist")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_characters_costs_the_same(root, django_assert_max_num_queries, count):
    for npc in NpcFactory.create_batch(count, provider=AiProviderFactory()):
        KnowledgeItemFactory(file__npc=npc)

    with django_assert_max_num_queries(12):
        response = root.get(reverse("admin:npcs_npc_changelist"))

    assert [npc.passages for npc in response.context["cl"].result_list] == [1] * count


def test_a_character_opens_with_its_configuration(root):
    npc = NpcConfigurationFactory().npc

    page = root.get(reverse("admin:npcs_npc_change", args=[npc.pk])).content.decode()

    assert "An evening at the telescope." in page


def test_characters_rest_and_come_back(root):
    npc = NpcFactory()

    run(root, "npc", "deactivate_characters", npc)
    resting = Npc.objects.get().is_active
    run(root, "npc", "activate_characters", npc)

    assert (resting, Npc.objects.get().is_active) == (False, True)


def test_a_character_is_deleted_with_its_files_and_interactions(client, django_capture_on_commit_callbacks):
    file = KnowledgeFileFactory()
    InteractionFactory(npc=file.npc)
    client.force_login(GameMasterFactory())

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:npcs_npc_delete", args=[file.npc.pk]), {"post": "yes"})

    assert not Npc.objects.exists()
    assert not file.file.storage.exists(file.file.name)


def test_a_failed_file_is_read_again(root):
    file = KnowledgeFileFactory(state="failed")

    run(root, "knowledgefile", "read_again", file)

    assert KnowledgeFile.objects.get().state == "waiting"


def test_a_provider_is_entered_with_its_key_and_becomes_the_only_default(root):
    former = AiProviderFactory(is_default=True)

    response = root.post(reverse("admin:npcs_aiprovider_add"), PROVIDER)

    former.refresh_from_db()
    new = AiProvider.objects.get(name="mine")
    assert response.status_code == 302
    assert (new.api_key, new.api_endpoint) == ("sk-new", "http://ollama:11434/v1")
    assert (new.is_default, former.is_default) == (True, False)


def test_a_stored_key_is_never_shown_and_stays_when_nothing_is_written(root):
    provider = AiProviderFactory()
    url = reverse("admin:npcs_aiprovider_change", args=[provider.pk])

    page = root.get(url).content.decode()
    root.post(url, {**PROVIDER, "new_key": ""})

    assert provider.api_key not in page
    assert AiProvider.objects.get().api_key == provider.api_key


def test_a_stored_key_can_be_forgotten(root):
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


def test_an_address_of_cloud_metadata_is_refused(root):
    response = root.post(
        reverse("admin:npcs_aiprovider_add"), {**PROVIDER, "api_endpoint": "http://169.254.169.254/v1"}
    )

    assert "never a model server" in response.content.decode()
    assert not AiProvider.objects.exists()


@pytest.mark.parametrize(
    ("mode", "said"), [("ok", "answered"), ("unauthorised", "auth: AuthenticationError (401)")]
)
def test_the_connection_is_tested_and_the_result_is_told(root, mode, said):
    with fake_provider(mode) as server:
        provider = AiProviderFactory(api_endpoint=server.url)
        page = run(root, "aiprovider", "test_connection", provider).content.decode()

    assert said in page
    assert provider.api_key not in page


@pytest.mark.parametrize(("is_superuser", "is_shown"), [(True, True), (False, False)])
def test_what_players_said_is_shown_to_those_who_may_read_logs(client, is_superuser, is_shown):
    row = InteractionFactory(message="My secret worry")
    client.force_login(GameMasterFactory(is_superuser=is_superuser))

    page = client.get(reverse("admin:npcs_interaction_change", args=[row.pk])).content.decode()

    assert ("My secret worry" in page) == is_shown
    assert row.engine in page
