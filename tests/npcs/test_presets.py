"""Libraries and inventories: what is taken from them is a copy."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from npcs.actions.inventory import (
    MAX_TEMPLATES,
    TemplateRefused,
    change_template,
    keep_template,
    make_from_template,
    remove_template,
)
from npcs.actions.knowledge import DuplicateFile
from npcs.actions.presets import DuplicatePreset, count_use, keep_document, remove_document, use_document
from npcs.knowledge.refusals import UnsupportedFile
from npcs.models import InventoryEntry, KnowledgeFile, KnowledgePreset, Npc, PresetUsage, SystemPromptPreset
from npcs.player_data import erase, remains
from npcs.queries.presets import (
    popular_system_prompts,
    presets,
    published_templates,
    templates_for,
    templates_of,
)
from tests.factories.npcs import (
    InventoryEntryFactory,
    KnowledgeFileFactory,
    KnowledgePresetFactory,
    NpcConfigurationFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GameMasterFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOTES = b"# Comets\n\nA comet is a body of ice and dust that grows a long tail near the Sun.\n"


def upload(name: str = "comets.md", content: bytes = NOTES) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def stored(settings):
    """How many files of a folder have come since the test began."""

    def files(folder: str) -> set[Path]:
        return set((Path(settings.MEDIA_ROOT) / folder).glob("*"))

    before = {folder: files(folder) for folder in ("presets", "inventory")}
    return lambda folder: len(files(folder) - before[folder])


def test_a_document_of_the_library_is_copied_and_read(django_capture_on_commit_callbacks):
    preset = keep_document(preset=KnowledgePreset(name="Comets"), content=upload())
    npc, player = NpcFactory(), GameMasterFactory()

    with django_capture_on_commit_callbacks(execute=True):
        use_document(preset=preset, npc=npc, player=player)

    file = KnowledgeFile.objects.get()
    assert (file.npc, file.state, file.file_name) == (npc, "done", "comets.md")
    assert file.file.name != preset.file.name
    assert (KnowledgePreset.objects.get().usage_count, PresetUsage.objects.get().npc) == (1, npc)


def test_the_copy_outlives_the_preset(django_capture_on_commit_callbacks):
    preset = keep_document(preset=KnowledgePreset(name="Comets"), content=upload())
    file = use_document(preset=preset, npc=NpcFactory(), player=GameMasterFactory())

    with django_capture_on_commit_callbacks(execute=True):
        remove_document(preset=preset)

    assert KnowledgeFile.objects.get() == file
    assert file.file.storage.exists(file.file.name)
    assert not preset.file.storage.exists(preset.file.name)


def test_a_document_that_the_character_has_is_refused_and_not_counted():
    preset = keep_document(preset=KnowledgePreset(name="Comets"), content=upload())
    npc, player = NpcFactory(), GameMasterFactory()
    use_document(preset=preset, npc=npc, player=player)

    with pytest.raises(DuplicateFile), transaction.atomic():
        use_document(preset=preset, npc=npc, player=player)
    assert KnowledgePreset.objects.get().usage_count == PresetUsage.objects.count() == 1


def test_the_library_refuses_what_a_character_would_refuse(stored):
    with pytest.raises(UnsupportedFile):
        keep_document(preset=KnowledgePreset(name="Odd"), content=upload("x.exe", b"MZ\x90\x00" + bytes(400)))
    assert stored("presets") == 0


def test_a_document_is_in_the_library_once(stored):
    keep_document(preset=KnowledgePreset(name="Comets"), content=upload())

    with pytest.raises(DuplicatePreset):
        keep_document(preset=KnowledgePreset(name="The same"), content=upload("other.md"))
    assert stored("presets") == 1


def test_a_new_document_takes_the_place_of_the_old_one(stored, django_capture_on_commit_callbacks):
    preset = keep_document(preset=KnowledgePreset(name="Comets"), content=upload())

    with django_capture_on_commit_callbacks(execute=True):
        keep_document(preset=preset, content=upload("stars.md", NOTES + b"\nStars shine by themselves.\n"))

    assert KnowledgePreset.objects.get().file_name == "stars.md"
    assert stored("presets") == 1


def test_a_template_holds_the_character_without_what_is_its_own(stored):
    npc = NpcConfigurationFactory(npc__tags=["sky"], npc__ai_model="tiny").npc
    document = KnowledgeFileFactory(npc=npc)

    entry = keep_template(npc=npc, player=GameMasterFactory(), name="  My   teacher ", document=document)

    assert (entry.name, entry.system_prompt, entry.audience) == (
        "My teacher",
        npc.system_prompt,
        "Beginners.",
    )
    assert entry.definition["tags"] == ["sky"]
    assert not {"name", "ai_model", "provider", "avatar"} & set(entry.definition)
    assert (entry.file_name, stored("inventory")) == (document.file_name, 1)


def test_a_template_becomes_a_draft_again_and_is_counted(django_capture_on_commit_callbacks):
    player = GameMasterFactory()
    original = NpcConfigurationFactory(npc__personality="Patient.").npc
    document = KnowledgeFileFactory(npc=original)
    entry = keep_template(npc=original, player=player, name="Teacher", document=document)

    with django_capture_on_commit_callbacks(execute=True):
        npc = make_from_template(entry=entry, player=player, name="Altair")

    assert (npc.name, npc.is_active, npc.personality, npc.category) == (
        "Altair",
        False,
        "Patient.",
        original.category,
    )
    assert npc.configuration.tone == "Calm."
    assert list(npc.knowledge_files.values_list("file_name", flat=True)) == [document.file_name]
    entry.refresh_from_db()
    assert (entry.usage_count, entry.last_used_at is not None) == (1, True)
    assert PresetUsage.objects.get().preset_id == entry.pk


def test_a_template_whose_shelf_is_gone_still_works():
    original = NpcFactory()
    entry = keep_template(npc=original, player=GameMasterFactory(), name="Teacher")
    original.category.delete()

    assert make_from_template(entry=entry, player=entry.player, name="Altair").category is None


def test_a_name_is_in_an_inventory_once_and_the_file_of_the_refused_one_goes(stored):
    npc, player = NpcFactory(), GameMasterFactory()
    keep_template(npc=npc, player=player, name="Teacher")

    with pytest.raises(TemplateRefused, match="already"):
        keep_template(npc=npc, player=player, name="Teacher", document=KnowledgeFileFactory(npc=npc))
    assert stored("inventory") == 0


def test_an_inventory_has_an_end():
    player = GameMasterFactory()
    InventoryEntry.objects.bulk_create(
        InventoryEntry(player=player, name=f"T{number}") for number in range(MAX_TEMPLATES)
    )

    with pytest.raises(TemplateRefused, match="holds 200"):
        keep_template(npc=NpcFactory(), player=player, name="One more")


def test_a_removed_template_takes_its_file_along(stored, django_capture_on_commit_callbacks):
    npc = NpcFactory()
    entry = keep_template(
        npc=npc, player=GameMasterFactory(), name="T", document=KnowledgeFileFactory(npc=npc)
    )

    with django_capture_on_commit_callbacks(execute=True):
        remove_template(entry=entry)

    assert stored("inventory") == 0
    assert not InventoryEntry.objects.exists()


def test_only_published_templates_of_others_may_be_used():
    player = GameMasterFactory()
    own = InventoryEntryFactory(player=player)
    InventoryEntryFactory()
    public = InventoryEntryFactory(is_public=True)

    assert list(templates_of(player).rows) == [own]
    assert list(published_templates().rows) == [public]
    assert set(templates_for(player)) == {own, public}


def test_a_template_is_renamed_and_published():
    entry = InventoryEntryFactory()

    change_template(entry=entry, name="New", description="Better", is_public=True)

    entry = InventoryEntry.objects.get()
    assert (entry.name, entry.description, entry.is_public) == ("New", "Better", True)


def test_a_library_is_ordered_by_use_and_paged():
    for name, used, is_featured in (("a", 1, False), ("b", 9, False), ("c", 0, True), ("d", 9, False)):
        SystemPromptPresetFactory(name=name, usage_count=used, is_featured=is_featured)
    SystemPromptPresetFactory(name="off", is_active=False)

    first = presets("system_prompt", limit=2)
    second = presets("system_prompt", cursor=first.after, limit=2)

    assert [row.name for row in (*first.rows, *second.rows)] == ["c", "b", "d", "a"]
    assert second.after == ""
    assert [row.name for row in presets("system_prompt", search="B").rows] == ["b"]


def test_the_documented_view_of_popular_prompts():
    for name, used, is_featured in (("a", 1, False), ("b", 9, False), ("c", 9, True)):
        SystemPromptPresetFactory(name=name, usage_count=used, is_featured=is_featured)

    assert [row.name for row in popular_system_prompts()] == ["c", "b", "a"]


def test_an_erased_account_leaves_no_template_and_no_file(stored, django_capture_on_commit_callbacks):
    npc, player = NpcFactory(), GameMasterFactory()
    keep_template(npc=npc, player=player, name="T", document=KnowledgeFileFactory(npc=npc))
    before = remains(player.pk)

    with django_capture_on_commit_callbacks(execute=True):
        erase(player.pk)

    assert before == ["1 templates of characters are still kept."]
    assert remains(player.pk) == []
    assert stored("inventory") == 0


@pytest.mark.django_db(transaction=True)
def test_uses_at_the_same_time_are_all_counted():
    preset, npc, player = SystemPromptPresetFactory(), NpcFactory(), GameMasterFactory()

    at_once(*[lambda: count_use(kind="system_prompt", preset=preset, npc=npc, player=player)] * 4)

    assert SystemPromptPreset.objects.get().usage_count == PresetUsage.objects.count() == 4
    assert Npc.objects.count() == 1


def test_a_preset_that_is_deleted_takes_its_uses_along_and_leaves_the_character():
    preset = KnowledgePresetFactory()
    count_use(kind="knowledge", preset=preset, npc=NpcFactory(), player=GameMasterFactory())

    preset.delete()

    assert (PresetUsage.objects.count(), Npc.objects.count()) == (0, 1)
