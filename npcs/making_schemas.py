"""Shapes in which programs read and write what a character is made of. What is right, the wizard's forms decide."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from ninja import Schema
from pydantic import ConfigDict, Field

from npcs.choices import Difficulty
from npcs.models import Npc
from npcs.queries.memory import policy_of
from npcs.queries.presets import COSTAR

PLAIN = (
    "name", "tagline", "description", "subcategory", "difficulty_level", "expertise_areas", "tags", "system_prompt",
    "personality", "personality_traits", "enable_personality_responses", "response_style", "greeting", "ai_model",
    "temperature", "max_tokens", "function_calling_enabled", "posts_at_once",
)  # fmt: skip


class PresetRef(Schema):
    """`id` as the library or the inventory tells it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["system_prompt", "audience", "inventory"]
    id: int = Field(ge=1, lt=2**62)


class DefinitionIn(Schema):
    """What isn't sent stays as it is; an empty text empties."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    tagline: str | None = None
    description: str | None = None
    category: str | None = Field(None, description="The name of the shelf; empty for none.")
    subcategory: str | None = None
    difficulty_level: Difficulty | None = None
    expertise_areas: list[str] | None = None
    tags: list[str] | None = None
    accent: int | None = Field(None, description="The colour of its letter, 0 to 7.")
    mood: str | None = None
    context: str | None = None
    objective: str | None = None
    style: str | None = None
    tone: str | None = None
    audience: str | None = None
    system_prompt: str | None = None
    personality: str | None = None
    personality_traits: str | None = None
    enable_personality_responses: bool | None = None
    response_style: Npc.ResponseStyle | None = None
    greeting: str | None = None
    provider: str | None = Field(None, description="Its name; empty for the default here.")
    ai_model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    function_calling_enabled: bool | None = Field(None, description="Whether it uses tools.")
    posts_at_once: bool | None = Field(None, description="Publishes its posts without a draft.")
    remembers: bool | None = Field(None, description="Whether it remembers the people it talks with.")
    speaks_from: int | None = Field(
        None,
        ge=0,
        lt=2**62,
        description="A document of the library that it has a copy of; 0 for all its notes.",
    )
    presets: list[PresetRef] = Field(
        [], max_length=20, description="Their texts are copied to where nothing else is sent."
    )

    def given(self) -> dict[str, Any]:
        """What was sent, but for the presets."""
        sent = self.model_dump(exclude_unset=True, exclude={"presets", "seen", "speaks_from"})
        return {name: value for name, value in sent.items() if value is not None}


class NewDefinitionIn(DefinitionIn):
    name: str


class ChangedDefinitionIn(DefinitionIn):
    seen: datetime | None = Field(
        None,
        description="As it was read: 409 when somebody changed it meanwhile. Without it, it is overwritten.",
    )


class SizeOut(Schema):
    """What of every prompt the character itself takes, in tokens; beyond `limit` it gets shortened."""

    tokens: int
    window: int
    limit: int


class DefinitionOut(Schema):
    """`seen` is to be sent back with a change. `revision` is empty before the first one."""

    uuid: UUID
    slug: str
    url: str
    is_active: bool
    retired_at: datetime | None
    purge_at: datetime | None = Field(description="When a deleted one is gone for good.")
    seen: str
    revision: int | None
    picture: str
    name: str
    tagline: str
    description: str
    category: str
    subcategory: str
    difficulty_level: str
    expertise_areas: list[str]
    tags: list[str]
    accent: int | None
    mood: str
    context: str
    objective: str
    style: str
    tone: str
    audience: str
    system_prompt: str
    personality: str
    personality_traits: str
    enable_personality_responses: bool
    response_style: str
    greeting: str
    provider: str
    ai_model: str
    temperature: float
    max_tokens: int
    function_calling_enabled: bool = Field(description="Whether it uses tools.")
    posts_at_once: bool = Field(description="Publishes its posts without a draft.")
    remembers: bool = Field(description="Whether it remembers the people it talks with.")
    speaks_from: int | None = Field(description="The one document of the library that it answers from.")
    prompt_size: SizeOut


class MadeOut(Schema):
    slug: str
    name: str
    category: str
    is_active: bool
    retired_at: datetime | None
    purge_at: datetime | None = Field(description="When a deleted one is gone for good.")


class WorkshopOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    characters: list[MadeOut]
    after: str


def definition_out(npc: Npc, revision: int | None, size: SizeOut) -> dict[str, object]:
    style = npc.visual_style if isinstance(npc.visual_style, dict) else {}
    try:
        configuration = npc.configuration
    except ObjectDoesNotExist:
        configuration = None
    return {
        "uuid": npc.uuid,
        "slug": npc.slug,
        "url": npc.get_absolute_url(),
        "is_active": npc.is_active,
        "retired_at": npc.retired_at,
        "purge_at": npc.purge_at,
        # Whole: the encoder would leave out the microseconds.
        "seen": npc.updated_at.isoformat(),
        "revision": revision,
        "picture": npc.avatar_url,
        **{name: getattr(npc, name) for name in PLAIN},
        "category": npc.category.name if npc.category else "",
        "accent": style.get("accent"),
        "mood": style.get("mood", ""),
        **{name: getattr(configuration, name, "") for name in COSTAR},
        "provider": npc.provider.name if npc.provider else "",
        "remembers": policy_of(npc).is_on,
        "speaks_from": npc.speaks_from_id,
        "prompt_size": size,
    }


def made_out(npc: Npc) -> dict[str, object]:
    return {
        "slug": npc.slug,
        "name": npc.name,
        "category": npc.category.name if npc.category else "",
        "is_active": npc.is_active,
        "retired_at": npc.retired_at,
        "purge_at": npc.purge_at,
    }
