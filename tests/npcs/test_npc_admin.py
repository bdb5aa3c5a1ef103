import pytest
from django.urls import reverse

from npcs.models import KnowledgeFile, Npc
from tests.factories.npcs import (
    AiProviderFactory,
    InteractionFactory,
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    NpcConfigurationFactory,
    NpcFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
MODELS = ("npc", "npccategory", "systempromptpreset", "audiencepreset", "knowledgefile", "interaction")


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


def test_deleting_in_the_console_can_still_be_undone(client):
    file = KnowledgeFileFactory()
    client.force_login(GameMasterFactory())

    client.post(reverse("admin:npcs_npc_delete", args=[file.npc.pk]), {"post": "yes"})

    npc = Npc.objects.get()
    assert npc.purge_at > npc.retired_at
    assert not npc.is_active
    assert file.file.storage.exists(file.file.name)


def test_a_failed_file_is_read_again(root):
    file = KnowledgeFileFactory(state="failed")

    run(root, "knowledgefile", "read_again", file)

    assert KnowledgeFile.objects.get().state == "waiting"


@pytest.mark.parametrize(("is_superuser", "is_shown"), [(True, True), (False, False)])
def test_what_players_said_is_shown_to_those_who_may_read_logs(client, is_superuser, is_shown):
    row = InteractionFactory(message="My secret worry")
    client.force_login(GameMasterFactory(is_superuser=is_superuser))

    page = client.get(reverse("admin:npcs_interaction_change", args=[row.pk])).content.decode()

    assert ("My secret worry" in page) == is_shown
    assert row.engine in page
