"""What characters keep about a player."""

from collections.abc import Iterator

from npcs.models import Interaction, KnowledgeFile, Npc
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK

MODELS = frozenset(
    {
        "npcs.Interaction",
        "npcs.KnowledgeFile",
        "npcs.Npc",
        "npcs.SystemPromptPreset",
        "npcs.AudiencePreset",
    }
)


def documents(player_id: int) -> Iterator[Document]:
    yield Document("characters/interactions.json", "Questions to characters", _interactions(player_id))
    yield Document("characters/made_by_me.json", "Characters that I made", _made(player_id))
    yield Document("characters/uploads.json", "Knowledge files that I uploaded", _uploads(player_id))


def erase(player_id: int) -> None:
    """Figures of use and cost stay; what was said goes."""
    Interaction.objects.filter(player_id=player_id).update(
        message="", response="", interaction_context={}, error_info={}, satisfaction_rating=None
    )


def remains(player_id: int) -> list[str]:
    said = Interaction.objects.filter(player_id=player_id).exclude(message="", response="").count()
    return [f"{said} questions to characters still have their text."] if said else []


def _interactions(player_id: int) -> Iterator[Row]:
    rows = Interaction.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "created_at", "npc__name", "message", "response", "engine", "outcome", "satisfaction_rating"
    ).iterator(CHUNK)


def _made(player_id: int) -> Iterator[Row]:
    yield from Npc.objects.filter(created_by_id=player_id).order_by("pk").values("name", "slug", "created_at")


def _uploads(player_id: int) -> Iterator[Row]:
    rows = KnowledgeFile.objects.filter(uploaded_by_id=player_id).order_by("pk")
    yield from rows.values("file_name", "file_size", "npc__name", "created_at")


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
