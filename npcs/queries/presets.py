"""The libraries that characters are begun from."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from npcs.models import AudiencePreset, InventoryEntry, KnowledgePreset, PresetUsage, SystemPromptPreset
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.paging import Page, page_of
from players.models import Player

PAGE_SIZE = 20
# In a list to choose from; the library itself has pages.
CHOICES = 50
LIBRARIES: dict[str, type[Any]] = {
    PresetUsage.Kind.SYSTEM_PROMPT: SystemPromptPreset,
    PresetUsage.Kind.AUDIENCE: AudiencePreset,
    PresetUsage.Kind.KNOWLEDGE: KnowledgePreset,
}
COSTAR = ("context", "objective", "style", "tone", "audience")
ORDER = ("-is_featured", "-usage_count", "name")


@dataclass(frozen=True, slots=True)
class PopularPrompt:
    """The documented row of popular_system_prompts."""

    id: int
    name: str
    description: str
    category: str
    difficulty_level: str
    usage_count: int
    is_featured: bool


def presets(kind: str, *, search: str = "", cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """A library's active presets, featured ones first, then by how often they were used."""
    rows = LIBRARIES[kind].objects.filter(is_active=True)
    for word in clean_text(search).split()[:6]:
        named = Q(name__icontains=word) | Q(description__icontains=word) | Q(category__icontains=word)
        rows = rows.filter(named)
    return page_of(rows, order=ORDER, cursor=cursor, limit=limit)


def preset_choices(kind: str) -> list[Any]:
    return list(LIBRARIES[kind].objects.filter(is_active=True).order_by(*ORDER)[:CHOICES])


def preset(kind: str, pk: int) -> Any | None:
    """An active preset of the library, by its key."""
    return LIBRARIES[kind].objects.filter(pk=pk, is_active=True).first()


def templates_of(player: Player, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """The player's own inventory, by name."""
    return page_of(player.npc_inventory.all(), order=("name", "pk"), cursor=cursor, limit=limit)


def published_templates(*, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    rows = InventoryEntry.objects.filter(is_public=True).select_related("player__profile")
    return page_of(rows, order=("-usage_count", "name", "pk"), cursor=cursor, limit=limit)


def templates_for(player: Player) -> QuerySet[InventoryEntry]:
    """What the player may make characters from: own templates and published ones."""
    return InventoryEntry.objects.filter(Q(player=player) | Q(is_public=True))


def popular_system_prompts(limit: int = 25) -> list[PopularPrompt]:
    """The documented view: active prompts by use, then featured ones first."""
    rows = SystemPromptPreset.objects.filter(is_active=True).order_by("-usage_count", "-is_featured", "name")
    columns = ("id", "name", "description", "category", "difficulty_level", "usage_count", "is_featured")
    return [PopularPrompt(**row) for row in rows.values(*columns)[:limit]]


def template_choices(player: Player) -> list[InventoryEntry]:
    return list(templates_for(player).order_by("-usage_count", "name", "pk")[:CHOICES])


def usable(kind: str, pk: int, player: Player) -> Any | None:
    """The preset, or the template that the player may use, of this key."""
    if kind == PresetUsage.Kind.INVENTORY:
        return templates_for(player).filter(pk=pk).first()
    return preset(kind, pk) if kind in LIBRARIES else None


def texts_of(source: Any) -> dict[str, str]:
    """The columns that a preset or template has a text for; a document has none."""
    if isinstance(source, SystemPromptPreset):
        return {"system_prompt": source.system_prompt}
    if isinstance(source, InventoryEntry):
        return {"system_prompt": source.system_prompt, "audience": source.audience}
    if isinstance(source, AudiencePreset):
        return _teaching_of(source)
    return {}


def _teaching_of(preset: AudiencePreset) -> dict[str, str]:
    """The parts of CoSTAR by their names; whatever else it says of people describes the audience."""
    config = preset.audience_config if isinstance(preset.audience_config, dict) else {}
    texts = {name: text for name, text in config.items() if isinstance(text, str) and text.strip()}
    about = [
        f"{name.replace('_', ' ').capitalize()}: {text}" for name, text in texts.items() if name not in COSTAR
    ]
    parts = {name: texts[name] for name in COSTAR if name in texts}
    return parts | {"audience": "\n".join([parts.get("audience", preset.name), *about])}
