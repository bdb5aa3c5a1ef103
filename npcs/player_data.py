"""What characters keep about a player."""

from collections.abc import Iterator
from functools import partial

from django.db.models import Q

from npcs.actions import linking
from npcs.models import (
    AiCall,
    Budget,
    Interaction,
    InventoryEntry,
    KnowledgeFile,
    LinkCode,
    Memory,
    MemoryChoice,
    MemoryProfile,
    Npc,
    NpcPost,
    NpcRevision,
    OutsideIdentity,
    PostSchedule,
    PresetUsage,
    ToolUse,
    UsageDay,
    UserAiSettings,
)
from npcs.queries.linking import heard_from
from npcs.queries.memory_export import export_rows
from padawanforge.kit.events import after_commit
from players.models import Player
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK

MODELS = frozenset(
    {
        "npcs.AiCall",
        "npcs.Budget",
        "npcs.Interaction",
        "npcs.InventoryEntry",
        "npcs.KnowledgeFile",
        "npcs.KnowledgePreset",
        "npcs.LinkCode",
        "npcs.Memory",
        "npcs.MemoryChoice",
        "npcs.MemoryProfile",
        "npcs.Npc",
        "npcs.NpcPost",
        "npcs.NpcRevision",
        "npcs.OutsideIdentity",
        "npcs.PostSchedule",
        "npcs.PresetUsage",
        "npcs.CustomFunction",
        "npcs.ToolUse",
        "npcs.UserAiSettings",
        "npcs.SystemPromptPreset",
        "npcs.AudiencePreset",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    yield Document("characters/interactions.json", "Questions to characters", _interactions(player_id))
    yield Document("characters/memories.json", "What characters remember about me", export_rows(player_id))
    yield Document("characters/made_of_memories.json", "What they made of it", _made_of_memories(player_id))
    yield Document("characters/messengers.json", "Who I am in other messengers", _identities(player_id))
    yield Document("characters/said_elsewhere.json", "What I said to bots there", _said_elsewhere(player_id))
    yield Document("characters/made_by_me.json", "Characters that I made", _made(player_id))
    yield Document("characters/uploads.json", "Knowledge files that I uploaded", _uploads(player_id))
    yield Document("characters/revisions.json", "Changes that I made to characters", _revisions(player_id))
    yield Document("characters/posts.json", "Posts that I asked for or changed", _posts(player_id))
    yield Document("characters/schedules.json", "Characters that write on my bill", _schedules(player_id))
    yield Document("characters/inventory.json", "My templates of characters", _inventory(player_id))
    yield Document("characters/presets_used.json", "Presets that I used", _used(player_id))
    yield Document("characters/use_of_models.json", "What language models did for me", _calls(player_id))
    yield Document("characters/own_key.json", "My own key at a provider", _own_key(player_id))
    yield Document("characters/tools.json", "What characters did for me", _tools(player_id))


def erase(player_id: int) -> None:
    """Figures of use and cost stay; what was said goes."""
    Interaction.objects.filter(player_id=player_id).update(
        message="", response="", interaction_context={}, error_info={}, satisfaction_rating=None
    )
    LinkCode.objects.filter(player_id=player_id).delete()
    for identity in OutsideIdentity.objects.filter(player_id=player_id).order_by("pk"):
        # First, so that no answer of this moment is remembered.
        linking.unlink(identity=identity)
        linking.forget(heard_from(identity))
    for model in (Memory, MemoryProfile, MemoryChoice):
        model.objects.filter(player_id=player_id).delete()
    entries = InventoryEntry.objects.filter(player_id=player_id)
    for entry in entries.exclude(file=""):
        delete_file = entry.file.storage.delete
        after_commit(partial(delete_file, entry.file.name))
    entries.delete()
    PostSchedule.objects.filter(set_by_id=player_id).delete()
    PresetUsage.objects.filter(player_id=player_id).delete()
    ToolUse.objects.filter(player_id=player_id).delete()
    Budget.objects.filter(player_id=player_id).delete()
    UserAiSettings.objects.filter(player_id=player_id).delete()
    # The calls stay as figures of the installation's cost; whose they were goes.
    AiCall.objects.filter(player_id=player_id).update(player=None)
    if uuid := Player.objects.filter(pk=player_id).values_list("uuid", flat=True).first():
        UsageDay.objects.filter(scope=UsageDay.Scope.PLAYER, key=str(uuid)).delete()


def remains(player_id: int) -> list[str]:
    said = Interaction.objects.filter(player_id=player_id).exclude(message="", response="").count()
    kept = InventoryEntry.objects.filter(player_id=player_id).count()
    left = [f"{said} questions to characters still have their text."] if said else []
    if remembered := Memory.objects.filter(player_id=player_id).count():
        left.append(f"{remembered} memories of characters are still kept.")
    if linked := OutsideIdentity.objects.filter(player_id=player_id).count():
        left.append(f"{linked} identities of other messengers are still linked.")
    return [*left, f"{kept} templates of characters are still kept."] if kept else left


def _interactions(player_id: int) -> Iterator[Row]:
    rows = Interaction.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "created_at", "npc__name", "message", "response", "engine", "outcome", "satisfaction_rating"
    ).iterator(CHUNK)


def _made_of_memories(player_id: int) -> Iterator[Row]:
    rows = MemoryProfile.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "npc__name", "is_on", "core", "conversation_summary", "last_messages", "learned_preferences",
        "personality_adjustments", "interaction_count", "last_exchange_at", "created_at",
    ).iterator(CHUNK)  # fmt: skip


def _identities(player_id: int) -> Iterator[Row]:
    rows = OutsideIdentity.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "bot__bot_platform", "bot__npc__name", "author_name", "words", "linked_at", "decided_at"
    )


def _said_elsewhere(player_id: int) -> Iterator[Row]:
    for identity in OutsideIdentity.objects.filter(player_id=player_id).order_by("pk"):
        rows = heard_from(identity).order_by("pk")
        yield from rows.values(
            "created_at", "bot__bot_platform", "bot__npc__name", "channel", "author_name", "text", "answer"
        ).iterator(CHUNK)


def _made(player_id: int) -> Iterator[Row]:
    yield from Npc.objects.filter(created_by_id=player_id).order_by("pk").values("name", "slug", "created_at")


def _uploads(player_id: int) -> Iterator[Row]:
    rows = KnowledgeFile.objects.filter(uploaded_by_id=player_id).order_by("pk")
    yield from rows.values("file_name", "file_size", "npc__name", "created_at")


def _revisions(player_id: int) -> Iterator[Row]:
    rows = NpcRevision.objects.filter(created_by_id=player_id).order_by("pk")
    yield from rows.values("npc__name", "number", "note", "created_at").iterator(CHUNK)


def _posts(player_id: int) -> Iterator[Row]:
    rows = NpcPost.objects.filter(Q(asked_by_id=player_id) | Q(edited_by_id=player_id)).order_by("pk")
    yield from rows.values("npc__name", "topic", "text", "created_at", "edited_at", "published_at").iterator(
        CHUNK
    )


def _schedules(player_id: int) -> Iterator[Row]:
    rows = PostSchedule.objects.filter(set_by_id=player_id).order_by("pk")
    yield from rows.values("npc__name", "every_days", "topics", "due_at")


def _inventory(player_id: int) -> Iterator[Row]:
    rows = InventoryEntry.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "name",
        "description",
        "system_prompt",
        "audience",
        "definition",
        "file_name",
        "is_public",
        "created_at",
    )


def _used(player_id: int) -> Iterator[Row]:
    rows = PresetUsage.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "preset_type", "system_prompt__name", "audience__name", "knowledge__name", "inventory__name",
        "npc__name", "used_at",
    ).iterator(CHUNK)  # fmt: skip


def _calls(player_id: int) -> Iterator[Row]:
    rows = AiCall.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "created_at", "purpose", "npc__name", "ai_model", "is_own_key", "tokens_in", "tokens_out", "cost"
    ).iterator(CHUNK)


def _tools(player_id: int) -> Iterator[Row]:
    rows = ToolUse.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "created_at", "tool", "npc__name", "arguments", "summary", "result", "state", "ended_at"
    ).iterator(CHUNK)


def _own_key(player_id: int) -> Iterator[Row]:
    rows = UserAiSettings.objects.filter(player_id=player_id)
    yield from rows.values("provider_type", "ai_model", "is_active", "created_at")


register(
    Area(
        name="npcs",
        title="Characters",
        models=MODELS,
        export=documents,
        erase=erase,
        remains=remains,
    )
)
