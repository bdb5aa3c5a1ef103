"""Which model makes the vectors of this installation, if any: `EMBEDDINGS` is minilm, provider or off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils import timezone

from npcs.builtin import embedder
from npcs.builtin.retrieval import Embed
from npcs.llm.embeddings import ProviderEmbeddings
from npcs.models import AiProvider, Npc
from npcs.queries.engines import Engine, control, engine_of


# Makes the vectors and books what they cost; reading knows no budgets, so the action registers itself.
class Billed(Protocol):
    def __call__(
        self, engine: Engine, door: ProviderEmbeddings, texts: Sequence[str], *, npc: Npc | None
    ) -> np.ndarray: ...


_billed: list[Billed] = []


@dataclass(frozen=True, slots=True)
class Embedder:
    """`model` stands beside every vector: those of two models can't be compared."""

    model: str
    embed: Embed
    is_local: bool = True


def bill_by(billed: Billed) -> None:
    _billed[:] = [billed]


def current_embedder(npc: Npc | None = None) -> Embedder | None:
    """The model of this installation; None where words alone must do. Vectors never fall back to another one.

    What it costs is booked to the character for whose knowledge they are.
    """
    if settings.EMBEDDINGS == "provider":
        return _of_provider(npc)
    embed = working_embedder()
    return Embedder(embedder.MODEL_NAME, embed) if embed else None


def working_embedder() -> Embed | None:
    """The model at hand, once it has shown that it works here."""
    if settings.EMBEDDINGS != "minilm":
        return None
    try:
        embedder.embed(["ready"])
    except embedder.EmbedderMissing:
        return None
    return embedder.embed


def _of_provider(npc: Npc | None) -> Embedder | None:
    if control().is_stopped:
        return None
    named = {"name": settings.EMBEDDINGS_PROVIDER} if settings.EMBEDDINGS_PROVIDER else {"is_default": True}
    provider = AiProvider.objects.filter(is_active=True, **named).first()
    if provider is None or not settings.EMBEDDINGS_MODEL:
        return None
    door = ProviderEmbeddings(
        base_url=provider.api_endpoint,
        model=settings.EMBEDDINGS_MODEL,
        api_key=provider.api_key or "",
        timeout_seconds=float(provider.timeout_seconds),
    )
    engine = engine_of(provider, model=settings.EMBEDDINGS_MODEL, today=timezone.now().date())
    name = f"{provider.name}/{settings.EMBEDDINGS_MODEL}"[:100]
    return Embedder(name, lambda texts: _billed[0](engine, door, texts, npc=npc), is_local=False)
