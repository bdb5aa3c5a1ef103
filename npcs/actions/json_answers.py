"""Data from a model instead of text: a ladder of ways to ask, and one chance to mend what does not fit.

    try:
        found = ask_json(Facts, turns, caller=Caller(AiCall.Purpose.MEMORY, player=player, npc=npc))
    except NoJson:
        ...  # the built-in way: nobody could give it, nothing may be spent, or there is no provider

Give the schema limits: `max_length` for every string and list, enums where there are few values.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.utils import timezone
from pydantic import BaseModel, ValidationError

from npcs.actions.budgets import BudgetSpent, Caller, ProvidersStopped
from npcs.actions.engines import Trail, Wish, converse
from npcs.llm.base import Options, Reply, ToolSpec, Turn, Unavailable
from npcs.llm.json_text import complaint, objects_in, strict
from npcs.models import AiCall, FallbackStep
from npcs.queries.engines import Engine, line_for

Answer = TypeVar("Answer", bound=BaseModel)
LADDER = ("json_schema", "json_object", "tool", "text")
TOKENS = 1500
TOOL = "answer"
_JUDGING = frozenset({AiCall.Purpose.JUDGE})


class NoJson(Exception):
    """No provider gave an answer that fits; the reason is for the log."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Answer]):
    """The answer, which engine gave it, and the calls that it took."""

    value: Answer
    engine: str
    calls: list[int]


def ask_json(
    schema: type[Answer],
    turns: Sequence[Turn],
    *,
    caller: Caller,
    max_tokens: int = TOKENS,
    trail: Trail | None = None,
) -> Found[Answer]:
    """An answer that fits the schema, or NoJson. Each engine in line gets its ladder, with a round of repair."""
    trail = trail or Trail()
    purpose = FallbackStep.Purpose.JUDGE if caller.purpose in _JUDGING else FallbackStep.Purpose.JSON
    line = line_for(npc=caller.npc, player=None, purpose=purpose, today=timezone.now().date())
    reason = line.note or "no provider"
    for engine in line.engines:
        try:
            value = _Asker(engine, caller, trail, max_tokens).climb(schema, turns)
        except Unavailable as fault:
            reason = str(fault)
        except (BudgetSpent, ProvidersStopped) as refusal:
            raise NoJson(str(refusal)) from refusal
        else:
            return Found(value, engine.label, trail.calls)
    raise NoJson(reason)


@dataclass(frozen=True, slots=True)
class _Asker:
    """One engine, asked in one way after another."""

    engine: Engine
    caller: Caller
    trail: Trail
    max_tokens: int

    def climb(self, schema: type[Answer], turns: Sequence[Turn]) -> Answer:
        """From the best way that the server knows down to plain words, until it takes one and what comes fits."""
        fault = Unavailable("broken", error="schema")
        for way in LADDER[LADDER.index(self.engine.json) if self.engine.json in LADDER else 0 :]:
            asked = instructed(schema, turns) if way in {"json_object", "text"} else list(turns)
            try:
                return self._try(schema, asked, options_for(schema, way))
            except Unavailable as refusal:
                fault = refusal
                if refusal.status not in {400, 422} and refusal.error not in {"schema", "empty"}:
                    raise
        raise fault

    def _try(self, schema: type[Answer], asked: Sequence[Turn], options: Options) -> Answer:
        """What comes, or what comes when it is told what was wrong."""
        reply = self._ask(asked, options)
        if (value := fitting(schema, reply)) is not None:
            return value
        written = _written(reply)
        again = (
            f"That does not fit:\n{_wrong(schema, written)}\nAnswer with the whole object and nothing else."
        )
        turns = [*asked, Turn("assistant", written[:4000] or "(nothing)"), Turn("user", again)]
        if (value := fitting(schema, self._ask(turns, options))) is not None:
            return value
        raise Unavailable("broken", error="schema")

    def _ask(self, turns: Sequence[Turn], options: Options) -> Reply:
        wish = Wish(max_tokens=self.max_tokens, temperature=0.2, options=options)
        return converse(self.caller, [self.engine], turns, wish=wish, trail=self.trail)[1]


def _wrong(schema: type[BaseModel], written: str) -> str:
    wrong = "There was no whole JSON object in it."
    for candidate in objects_in(written):
        try:
            schema.model_validate(candidate)
        except ValidationError as error:
            wrong = complaint(error)
    return wrong


def fitting(schema: type[Answer], reply: Reply) -> Answer | None:
    """The first object in the answer that fits. One that was cut off at the limit is none."""
    for candidate in objects_in(_written(reply)):
        try:
            return schema.model_validate(candidate)
        except ValidationError:
            continue
    return None


def _written(reply: Reply) -> str:
    return "\n".join([*[call.arguments for call in reply.calls], reply.text])


def options_for(schema: type[BaseModel], way: str) -> Options:
    if way == "json_schema":
        described = {"name": schema.__name__, "strict": True, "schema": strict(schema.model_json_schema())}
        return Options(response_format={"type": "json_schema", "json_schema": described})
    if way == "json_object":
        return Options(response_format={"type": "json_object"})
    if way == "tool":
        tool = ToolSpec(TOOL, "Give the answer.", schema.model_json_schema())
        return Options(tools=(tool,), forced_tool=TOOL)
    return Options()


def instructed(schema: type[BaseModel], turns: Sequence[Turn]) -> list[Turn]:
    """With the schema in words, in the last turn: strict templates want the two sides to take turns."""
    wanted = (
        "Answer with one JSON object that fits this schema, and with nothing else:\n"
        f"{json.dumps(schema.model_json_schema())}"
    )
    if turns and turns[-1].role == "user":
        return [*turns[:-1], replace(turns[-1], text=f"{turns[-1].text}\n\n{wanted}")]
    return [*turns, Turn("user", wanted)]
