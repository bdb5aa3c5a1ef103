"""What a provider can really do: found out in the background when somebody presses "test connection"."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, Field

from npcs.actions.budgets import BudgetSpent, Caller, ProvidersStopped
from npcs.actions.embedding_bills import embed_billed
from npcs.actions.engines import Trail, Wish, converse, model_of
from npcs.actions.json_answers import LADDER, fitting, instructed, options_for
from npcs.llm import breaker
from npcs.llm.base import Options, Reply, ToolSpec, Turn, Unavailable
from npcs.llm.embeddings import ProviderEmbeddings
from npcs.llm.listing import model_names
from npcs.models import AiCall, AiProvider, UserAiSettings
from npcs.queries.engines import Engine, engine_of, own_engine
from padawanforge.kit.jobs import enqueue

TOKENS = 300
# For the list of models and for vectors. A question in words has the patience that is set for the provider: a model
# that must be loaded first is slow once and works all the same.
SECONDS = 20.0
MODELS_KEPT = 200
READY = [Turn("user", "Answer with the single word: ready")]
COLOUR = ToolSpec(
    "name_a_colour",
    "Name one colour.",
    {"type": "object", "properties": {"colour": {"type": "string", "maxLength": 20}}, "required": ["colour"]},
)


class Colour(BaseModel):
    colour: str = Field(max_length=20)


@transaction.atomic
def begin_test(*, provider: AiProvider) -> None:
    """Have the provider tested soon; what was found before is forgotten."""
    AiProvider.objects.filter(pk=provider.pk).update(capabilities={"state": "running"}, tested_at=None)
    enqueue("npcs.test_provider", pk=provider.pk)


@transaction.atomic
def begin_own_test(*, own: UserAiSettings) -> None:
    UserAiSettings.objects.filter(pk=own.pk).update(tested_at=None, last_error="")
    enqueue("npcs.test_own_key", pk=own.pk)


def examine(*, provider: AiProvider) -> dict[str, Any]:
    """Ask for everything once and keep what was found; a fault is a finding, too."""
    engine = engine_of(provider, today=timezone.now().date())
    # Staff has perhaps just mended it: the rest that a provider gets after failures is over.
    breaker.note_success(engine.breaker)
    found = _found(engine)
    changes: dict[str, Any] = {"capabilities": found, "tested_at": timezone.now()}
    if found.get("models") and not provider.supported_models:
        changes["supported_models"] = found["models"]
    AiProvider.objects.filter(pk=provider.pk).update(**changes)
    return found


def examine_own_key(*, own: UserAiSettings) -> str:
    """One word from the player's own provider; what went wrong, "" when nothing did."""
    engine = own_engine(own)
    breaker.note_success(engine.breaker)
    problem = ""
    try:
        _ask(engine, READY, player_settings=own)
    except Unavailable as fault:
        problem = str(fault)
    except ProvidersStopped as refusal:
        problem = str(refusal)
    UserAiSettings.objects.filter(pk=own.pk).update(
        last_error=problem[:200], tested_at=timezone.now(), is_active=not problem
    )
    return problem


def _found(engine: Engine) -> dict[str, Any]:
    try:
        reply = _ask(engine, READY)
    except (Unavailable, BudgetSpent, ProvidersStopped) as fault:
        return {"state": "failed", "error": str(fault)}
    return {
        "state": "works",
        "answer": reply.text.strip()[:60],
        "stream": True,
        "usage": reply.tokens_in is not None,
        "models": _tried(lambda: model_names(model_of(engine, seconds=SECONDS))[:MODELS_KEPT], []),
        "json": _tried(lambda: _json_way(engine), ""),
        "tools": _tried(lambda: _has_tools(engine), False),
        "embeddings": _tried(lambda: _dimension(engine), 0),
    }


def _tried(attempt: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return attempt()
    except (Unavailable, BudgetSpent, ProvidersStopped):
        return otherwise


def _json_way(engine: Engine) -> str:
    """The first step of the ladder that gives what was asked for."""
    turns = [Turn("user", "Name one colour.")]
    for way in LADDER:
        asked = instructed(Colour, turns) if way in {"json_object", "text"} else turns
        reply = _tried(partial(_ask, engine, asked, options_for(Colour, way)), None)
        if reply is not None and fitting(Colour, reply) is not None:
            return way
    return ""


def _has_tools(engine: Engine) -> bool:
    turns = [Turn("user", "Name one colour with the tool.")]
    reply = _ask(engine, turns, Options(tools=(COLOUR,)))
    return any(call.name == COLOUR.name for call in reply.calls)


def _dimension(engine: Engine) -> int:
    """Of the vectors, when the model that is named for them, or the default one, makes any."""
    named = getattr(settings, "EMBEDDINGS_MODEL", "") or engine.model
    door = ProviderEmbeddings(base_url=engine.url, model=named, api_key=engine.key, timeout_seconds=SECONDS)
    asked = replace(engine, model=named)
    return int(embed_billed(asked, door, ["ready"], purpose=AiCall.Purpose.TEST).shape[1])


def _ask(
    engine: Engine,
    turns: list[Turn],
    options: Options | None = None,
    *,
    player_settings: UserAiSettings | None = None,
) -> Reply:
    caller = Caller(AiCall.Purpose.TEST, player=player_settings.player if player_settings else None)
    wish = Wish(max_tokens=TOKENS, temperature=0.0, options=options or Options())
    return converse(caller, [engine], turns, wish=wish, trail=Trail())[1]
