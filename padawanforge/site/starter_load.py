"""Putting the starter content into the database: what is missing is made, what is there is left alone."""

from collections import Counter

from django.core.files.base import ContentFile
from django.db import transaction

from learning.models import Statement, Topic
from npcs.actions.knowledge import DuplicateFile, add_knowledge_file
from npcs.actions.memory_keeping import set_policy
from npcs.actions.presets import DuplicatePreset, keep_document
from npcs.models import (
    AudiencePreset,
    KnowledgeFile,
    KnowledgePreset,
    Npc,
    NpcCategory,
    NpcConfiguration,
    SystemPromptPreset,
)
from padawanforge.site import starter_files
from rooms.actions.places import add_npc
from rooms.actions.rooms import open_room
from rooms.models import Room


def load() -> Counter[str]:
    """How many of each kind were made; running it again makes nothing."""
    made: Counter[str] = Counter()
    load_categories(made)
    load_presets(made)
    load_library(made)
    load_characters(made)
    load_statements(made)
    load_rooms(made)
    return made


def load_categories(made: Counter[str]) -> None:
    for table in starter_files.read("categories.toml")["category"]:
        _, created = NpcCategory.objects.get_or_create(name=table.pop("name"), defaults=table)
        made["categories"] += created


def load_presets(made: Counter[str]) -> None:
    presets = starter_files.read("presets.toml")
    for kind, model in (("system_prompt", SystemPromptPreset), ("audience", AudiencePreset)):
        for table in presets[kind]:
            _, created = model.objects.get_or_create(name=table.pop("name"), defaults=table)
            made["presets"] += created


def load_library(made: Counter[str]) -> None:
    """Kept as the console keeps them: looked at first, and the same document once."""
    for table in starter_files.library():
        content = ContentFile(table.pop("content"), name=table.pop("file"))
        if KnowledgePreset.objects.filter(name=table["name"]).exists():
            continue
        try:
            keep_document(preset=KnowledgePreset(**table), content=content)
        except DuplicatePreset:
            continue
        made["presets"] += 1


def load_characters(made: Counter[str]) -> None:
    for table in starter_files.characters():
        notes = table.pop("notes")
        npc, created = make_character(table)
        made["characters"] += created
        for note in notes:
            try:
                file = add_knowledge_file(npc=npc, name=note.name, content=note.content, player=None)
            except DuplicateFile:
                continue
            KnowledgeFile.objects.filter(pk=file.pk).update(description=note.source)
            made["knowledge files"] += 1


@transaction.atomic
def make_character(table: dict) -> tuple[Npc, bool]:
    configuration = table.pop("configuration")
    category = NpcCategory.objects.get(name=table.pop("category"))
    npc, created = Npc.objects.get_or_create(slug=table.pop("slug"), defaults={**table, "category": category})
    if created:
        NpcConfiguration.objects.create(npc=npc, **configuration)
        set_policy(npc=npc, is_on=True)
    return npc, created


def load_statements(made: Counter[str]) -> None:
    """The starter statements were reviewed when they were written, so they may be played at once."""
    npcs = {npc.slug: npc for npc in Npc.objects.all()}
    for file in starter_files.topics():
        topic, created = Topic.objects.get_or_create(slug=file["slug"], defaults={"name": file["topic"]})
        made["topics"] += created
        for table in file["statement"]:
            _, created = Statement.objects.get_or_create(
                topic=topic,
                text=table["text"],
                defaults={
                    "answer": table["answer"],
                    "difficulty": table["difficulty"],
                    "subtopic": table["subtopic"],
                    "explanation": table["explanation"],
                    "source_reference": table["source"],
                    "fact_key": table["fact_key"],
                    "npc": npcs.get(file["character"]),
                    "lifecycle": Statement.Lifecycle.APPROVED,
                },
            )
            made["statements"] += created


def load_rooms(made: Counter[str]) -> None:
    for table in starter_files.read("rooms.toml")["room"]:
        if Room.objects.filter(slug=table["slug"]).exists():
            continue
        make_room(table)
        made["rooms"] += 1


@transaction.atomic
def make_room(table: dict) -> None:
    room = open_room(
        owner=None,
        slug=table["slug"],
        name=table["name"],
        description=table["description"],
        room_type=table["room_type"],
        category=NpcCategory.objects.get(name=table["category"]),
        difficulty=table["difficulty"],
        audience=table["audience"],
        tags=table["tags"],
        max_players=table["max_players"],
        is_featured=table["is_featured"],
        settings={
            "welcome_message": table["welcome_message"],
            "room_rules": table["room_rules"],
            "members_start_sessions": True,
        },
    )
    for slug in table["characters"]:
        add_npc(room=room, npc=Npc.objects.get(slug=slug), player=None)
