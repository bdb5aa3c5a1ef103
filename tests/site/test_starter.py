"""The starter content is what a new installation learns from, so its promises are held here."""

from collections import Counter

import pytest

from learning.models import Statement, Topic
from npcs.models import AudiencePreset, KnowledgeFile, KnowledgeItem, Npc, NpcCategory, SystemPromptPreset
from padawanforge.kit.work import WorkState
from padawanforge.site import starter_files
from padawanforge.site.starter_load import load
from rooms.models import Room, RoomNpc

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
