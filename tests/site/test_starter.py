"""The starter content is what a new installation learns from, so its promises are held here."""

from collections import Counter

import pytest

from learning.models import Statement, Topic
from npcs.actions.presets import use_document
from npcs.models import (
    AudiencePreset,
    KnowledgeFile,
    KnowledgeItem,
    KnowledgePreset,
    Npc,
    NpcCategory,
    SystemPromptPreset,
)
from padawanforge.kit.work import WorkState
from padawanforge.site import starter_files
from padawanforge.site.starter_load import load
from rooms.models import Room, RoomNpc
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory

WORDS_ON_A_PAGE = 450


@pytest.fixture
def loaded(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return load()


def test_loading_brings_everything_once_and_a_second_time_nothing(loaded):
    again = load()

    assert +again == Counter()
    assert NpcCategory.objects.count() == 8
    assert SystemPromptPreset.objects.count() == AudiencePreset.objects.count() == 5
    assert KnowledgePreset.objects.filter(is_active=True).count() == 2
    assert Npc.objects.count() == 4
    assert Topic.objects.count() == 6
    assert Statement.objects.playable().count() == 120
    assert Room.objects.open().count() == 4


def test_the_characters_notes_are_read_and_ready(loaded):
    assert set(KnowledgeFile.objects.values_list("state", flat=True)) == {WorkState.DONE}
    assert {item.file.npc.slug for item in KnowledgeItem.objects.select_related("file__npc")} == {
        "vega", "lemma", "livia", "quill",
    }  # fmt: skip
    assert not KnowledgeItem.objects.filter(text__startswith="Source:").exists()


@pytest.mark.parametrize("name", ["How to study", "Judging a source"])
def test_a_new_character_begins_with_a_copy_of_a_document_of_the_library(loaded, name):
    npc, preset = NpcFactory(), KnowledgePreset.objects.get(name=name)

    file = use_document(preset=preset, npc=npc, player=GameMasterFactory())

    file.refresh_from_db()
    preset.refresh_from_db()
    assert (file.state, file.preset, preset.usage_count) == (WorkState.DONE, preset, 1)
    assert file.file.name != preset.file.name
    assert KnowledgeItem.objects.filter(file=file).count() >= 5


def test_a_document_that_the_library_has_under_another_name_is_left_alone(loaded):
    KnowledgePreset.objects.filter(name="How to study").update(name="Learning")

    load()

    assert set(KnowledgePreset.objects.values_list("name", flat=True)) == {"Learning", "Judging a source"}


def test_every_room_has_a_character_and_lets_members_play(loaded):
    rooms = Room.objects.select_related("settings")

    assert {room.slug for room in rooms if not room.settings.members_start_sessions} == set()
    assert set(RoomNpc.objects.values_list("room_id", flat=True)) == {room.pk for room in rooms}


def test_what_a_game_master_changed_is_left_alone(loaded):
    Npc.objects.filter(slug="vega").update(tagline="Changed by hand")

    load()

    assert Npc.objects.get(slug="vega").tagline == "Changed by hand"


def test_every_character_has_three_pages_of_notes():
    for character in starter_files.characters():
        pages = [len(note.content.split()) for note in character["notes"]]

        assert len(pages) >= 3
        assert min(pages) >= WORDS_ON_A_PAGE


@pytest.mark.parametrize("file", starter_files.topics(), ids=lambda file: file["slug"])
def test_statements_are_balanced_explained_and_sourced(file):
    statements = file["statement"]

    assert Counter(statement["answer"] for statement in statements) == {True: 10, False: 10}
    assert len({statement["text"] for statement in statements}) == 20
    assert all(statement["explanation"] and statement["source"] for statement in statements)
