"""The console's side of making characters: presets, revisions, retirement and what characters keep."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from npcs.actions.making import publish
from npcs.actions.presets import count_use
from npcs.actions.retirement import retire
from npcs.models import KnowledgePreset, Npc, NpcRevision
from npcs.queries.storage import in_all, largest
from tests.factories.learning import StatementFactory
from tests.factories.npcs import (
    InventoryEntryFactory,
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    KnowledgePresetFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.notes import NOTES

pytestmark = pytest.mark.django_db
MODELS = ("knowledgepreset", "inventoryentry", "presetusage", "npcrevision")
PRESET = {
    "name": "Comets",
    "category": "sky",
    "difficulty_level": "beginner",
    "tags": "[]",
    "is_active": "on",
}


def changelist(model: str) -> str:
    return reverse(f"admin:npcs_{model}_changelist")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("factory", "status"), [(GameMasterFactory, 200), (PlayerFactory, 403)])
def test_game_masters_alone_look_after_it(client, model, factory, status):
    client.force_login(factory(is_staff=True))

    assert client.get(changelist(model)).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same(client, master, django_assert_max_num_queries, count):
    npc = NpcFactory()
    publish(npc=npc, player=master)
    for preset in SystemPromptPresetFactory.create_batch(count):
        count_use(kind="system_prompt", preset=preset, npc=npc, player=master)
    InventoryEntryFactory.create_batch(count, is_public=True)

    for model in MODELS:
        with django_assert_max_num_queries(11):
            assert client.get(changelist(model)).status_code == 200


def test_a_document_is_added_checked_and_changed(client, master):
    add = reverse("admin:npcs_knowledgepreset_add")

    without = client.post(add, PRESET)
    bad = client.post(add, {**PRESET, "document": SimpleUploadedFile("x.exe", b"MZ\x90\x00" + bytes(400))})
    good = client.post(add, {**PRESET, "document": SimpleUploadedFile("comets.md", NOTES)})
    again = client.post(add, {**PRESET, "name": "Other", "document": SimpleUploadedFile("comets.md", NOTES)})

    preset = KnowledgePreset.objects.get()
    assert "Choose a document" in without.content.decode()
    assert bad.status_code == 200
    assert good.status_code == 302
    assert "has this document already" in again.content.decode()
    assert (preset.file_name, preset.created_by, preset.file_size) == ("comets.md", master, len(NOTES))


def test_a_deleted_document_leaves_no_file(client, master, django_capture_on_commit_callbacks):
    preset = KnowledgePresetFactory()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:npcs_knowledgepreset_delete", args=[preset.pk]), {"post": "yes"})

    assert not KnowledgePreset.objects.exists()
    assert not preset.file.storage.exists(preset.file.name)


def test_templates_that_nobody_published_are_nobody_elses_business(client, master):
    InventoryEntryFactory(name="Private one")
    InventoryEntryFactory(name="Public one", is_public=True)

    page = client.get(changelist("inventoryentry")).content.decode()

    assert ("Private one" in page, "Public one" in page) == (False, True)


def form_of(npc: Npc, **changes) -> dict:
    empty = {"configuration-TOTAL_FORMS": "0", "configuration-INITIAL_FORMS": "0"}
    return {
        "name": npc.name, "slug": npc.slug, "system_prompt": npc.system_prompt, "level": "1",
        "difficulty_level": "beginner", "response_style": "friendly", "temperature": "0.7",
        "max_tokens": "1000", "expertise_areas": "[]", "tags": "[]", "visual_style": "{}", "is_active": "on",
        **empty, **changes,
    }  # fmt: skip


def test_what_the_console_changes_is_a_revision_too(client, master):
    npc = NpcFactory()
    url = reverse("admin:npcs_npc_change", args=[npc.pk])

    response = client.post(url, form_of(npc, tagline="New line"))

    assert response.status_code == 302, response.context["adminform"].form.errors
    revision = NpcRevision.objects.get()
    assert (revision.definition["tagline"], revision.created_by) == ("New line", master)


def test_a_name_in_another_case_is_a_mistake_and_no_crash(client, master):
    NpcFactory(name="Vega", slug="vega")
    npc = NpcFactory()

    response = client.post(reverse("admin:npcs_npc_change", args=[npc.pk]), form_of(npc, name="VEGA"))

    assert "with this name already" in response.content.decode()


def test_before_a_deletion_the_console_counts(client, master):
    npc = NpcFactory()
    KnowledgeFileFactory.create_batch(2, npc=npc)

    page = client.get(reverse("admin:npcs_npc_delete", args=[npc.pk])).content.decode()

    assert "2 knowledge files" in page
    assert "deleted for good in 7 days" in page


def test_many_are_retired_and_brought_back_at_once(client, master):
    npcs = NpcFactory.create_batch(2)
    chosen = {"_selected_action": [npc.pk for npc in npcs]}

    client.post(changelist("npc"), {"action": "retire_characters", **chosen})
    retired = Npc.objects.filter(retired_at__isnull=False).count()
    client.post(changelist("npc"), {"action": "bring_characters_back", **chosen})

    assert (retired, Npc.objects.active().count()) == (2, 2)


def test_what_characters_keep_is_counted_and_drawn(client, master):
    small, large = NpcFactory(name="Small"), NpcFactory(name="Large")
    KnowledgeFileFactory(npc=small, file_size=10)
    file = KnowledgeFileFactory(npc=large, file_size=5000)
    KnowledgeFileFactory(npc=large, file_size=1, state="failed")
    KnowledgeFileFactory(npc=large, file_size=9999, is_active=False)
    KnowledgeItemFactory.create_batch(3, file=file)
    KnowledgePresetFactory(file_size=30)
    SystemPromptPresetFactory(name="Well-liked", usage_count=7)

    rows = [
        (row.npc.name, row.knowledge_files_count, row.total_storage_bytes, row.processed_files, row.passages)
        for row in largest()
    ]
    page = client.get(reverse("admin:npc_storage")).content.decode()

    assert rows == [("Large", 2, 5001, 1, 3), ("Small", 1, 10, 1, 0)]
    assert (in_all().files, in_all().passages, in_all().preset_bytes) == (4, 3, 30)
    assert "Well-liked" in page
    assert "Large" in page


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_kept_is_counted_for_all_at_once(django_assert_max_num_queries, count):
    for file in KnowledgeFileFactory.create_batch(count):
        StatementFactory.create_batch(2, npc=file.npc)

    with django_assert_max_num_queries(7):
        rows = largest()

    assert [row.tied["statements"] for row in rows] == [2] * count


def test_players_do_not_see_what_characters_keep(client):
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(reverse("admin:npc_storage")).status_code == 403


def test_an_empty_installation_says_what_to_do(client, master):
    page = client.get(reverse("admin:npc_storage")).content.decode()

    assert "No character keeps anything yet" in page
    assert "no prompts yet" in page


def test_a_retired_character_is_named_so_in_the_console(client, master):
    npc = NpcFactory(name="Halley")
    KnowledgeFileFactory(npc=npc)
    retire(npc=npc, player=None, now=timezone.now())

    assert "Halley (retired)" in client.get(reverse("admin:npc_storage")).content.decode()
