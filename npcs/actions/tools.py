"""What characters may do beside speaking: a registry, a policy, and every use written down.

    tools.register(
        Tool(
            name="start_practice",
            description="Begin a practice for the learner ...",
            parameters={"type": "object", "properties": {...}, "required": [...]},
            run=_start,
            ask="Begin a practice on {topic}?",
            undo=_end,
        )
    )

`run` gets a `Doing` with the checked arguments and acts with the rights of its player, whoever made the character;
it raises a DomainError to refuse. What changes something is asked of the player first, unless the staff's policy
says otherwise. Apps above register theirs from a module `npc_tools`, imported when the app is ready.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from npcs.actions.sections import Occasion
from npcs.llm.base import ToolCall, ToolSpec
from npcs.models import Npc, ToolPolicy, ToolUse
from npcs.queries.tools import decision_for
from npcs.rules.schemas import problem_of
from npcs.signals import tool_finished
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import announce
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from players.models import Player

MAX_ARGUMENTS = 16 * 1024
MAX_RESULT = 4 * 1024
ASKED_FOR = timedelta(minutes=15)
State, Decision = ToolUse.State, ToolPolicy.Decision
Parameters = Mapping[str, Any]


class ToolRefused(DomainError):
    pass


@dataclass(frozen=True, slots=True)
class Doing:
    """What a tool is to do, for whom and where."""

    npc: Npc
    player: Player
    place: UUID | None
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """`told` goes to the model and to the player; `undo` is what taking it back will need."""

    told: str
    undo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """`ask` is what the player is asked, with the arguments in braces; without it nothing is ever asked."""

    name: str
    description: str
    parameters: Parameters
    run: Callable[[Doing], Done]
    ask: str = ""
    undo: Callable[[ToolUse], None] | None = None
    may: Callable[[Player], bool] = lambda player: True
    # Waits for others: it runs without a transaction, so what it writes itself must be whole.
    is_slow: bool = False

    @property
    def default(self) -> str:
        return Decision.ASK if self.ask else Decision.ALLOW

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, self.parameters)


@dataclass(slots=True)
class Desk:
    """The tools of one answer: what may be used, and what was."""

    occasion: Occasion
    boundary: str  # of the marks around what tools tell
    tools: dict[str, Tool] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    uses: list[ToolUse] = field(default_factory=list)

    @property
    def asks(self) -> list[ToolUse]:
        return [use for use in self.uses if use.state == State.ASKED]


_tools: dict[str, Tool] = {}
_sources: list[Callable[[Npc], Sequence[Tool]]] = []


def register(tool: Tool) -> None:
    if tool.name in _tools:
        raise ValueError(f"The tool {tool.name!r} is already registered.")
    _tools[tool.name] = tool


def register_source(source: Callable[[Npc], Sequence[Tool]]) -> None:
    """Tools that are rows: the source gives those of a character."""
    _sources.append(source)


def names() -> frozenset[str]:
    """Of the tools that every character may have."""
    return frozenset(_tools)


def tools_of(npc: Npc) -> dict[str, Tool]:
    return {**{tool.name: tool for source in _sources for tool in source(npc)}, **_tools}


def desk_for(occasion: Occasion, *, boundary: str) -> Desk:
    """What the character may use here: nothing where nobody asks, and never what is denied to who asks."""
    npc, player = occasion.npc, occasion.player
    if player is None or not npc.function_calling_enabled:
        return Desk(occasion, boundary)
    desk = Desk(occasion, boundary)
    for name, tool in tools_of(npc).items():
        decision = decision_for(name, player, default=tool.default)
        if decision != Decision.DENY and tool.may(player):
            desk.tools[name], desk.decisions[name] = tool, decision
    return desk


def use_tool(desk: Desk, call: ToolCall) -> str:
    """Do what the model wants, ask the player, or refuse; what the model is told about it."""
    tool = desk.tools.get(call.name)
    if tool is None:
        return _refused(desk, call, {}, f"There is no tool {call.name[:50]!r} here.")
    if len(call.arguments.encode()) > MAX_ARGUMENTS:
        return _refused(desk, call, {}, "The arguments are longer than 16 KiB.")
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return _refused(desk, call, {}, "The arguments are no JSON.")
    if problem := problem_of(arguments, tool.parameters):
        return _refused(desk, call, {}, problem)
    if desk.decisions[tool.name] == Decision.ASK:
        return _asked(desk, tool, arguments)
    return _performed(desk, tool, arguments)


@transaction.atomic
def decide(*, use: ToolUse, player: Player, is_allowed: bool) -> ToolUse:
    """The player's answer to a card: once, in time, and only by the one who was asked. The work is a job's."""
    now = timezone.now()
    waiting = ToolUse.objects.filter(pk=use.pk, player=player, state=State.ASKED, expires_at__gt=now)
    ended = None if is_allowed else now
    if not waiting.update(state=State.RUNNING if is_allowed else State.DECLINED, ended_at=ended):
        raise ToolRefused("This was decided already, or too long ago.")
    if is_allowed:
        enqueue("npcs.run_tool", pk=use.pk)
    use.refresh_from_db()
    return use


def run_allowed(*, use: ToolUse) -> None:
    """Do what the player has allowed, and tell where it was asked."""
    if use.state != State.RUNNING:
        return
    _run(use, tools_of(use.npc).get(use.tool))
    announce(tool_finished, sender=ToolUse, use_id=use.pk)


def end_forgotten(*, now: datetime) -> int:
    """Uses that a process left when it died; how many. Nobody knows what came of them."""
    left = ToolUse.objects.filter(state=State.RUNNING, created_at__lt=now - 2 * ASKED_FOR)
    return left.update(state=State.FAILED, result="It broke off.", ended_at=now)


def undo(*, use: ToolUse) -> None:
    """Take back what was done, where that is possible; the second time it is refused."""
    tool = tools_of(use.npc).get(use.tool)
    if tool is None or tool.undo is None or use.undo is None:
        raise ToolRefused("This can't be taken back.")
    with transaction.atomic():
        if not ToolUse.objects.filter(pk=use.pk, state=State.DONE).update(state=State.UNDONE):
            raise ToolRefused("This was taken back already.")
        tool.undo(use)


def _performed(desk: Desk, tool: Tool, arguments: dict) -> str:
    use = _noted(desk, tool.name, arguments, state=State.RUNNING, summary=_summary(tool, arguments))
    _run(use, tool)
    use.refresh_from_db()
    return use.result


def _asked(desk: Desk, tool: Tool, arguments: dict) -> str:
    summary = _summary(tool, arguments)
    _noted(desk, tool.name, arguments, state=State.ASKED, summary=summary)
    return (
        "It is not done: the player is asked first, on a card below your answer. Say so, and don't claim it."
    )


def _refused(desk: Desk, call: ToolCall, arguments: dict, reason: str) -> str:
    _noted(desk, call.name[:50], arguments, state=State.REFUSED, result=reason)
    return reason


def _noted(desk: Desk, name: str, arguments: dict, **about: str) -> ToolUse:
    now = timezone.now()
    is_waiting = about["state"] == State.ASKED
    use = ToolUse.objects.create(
        tool=name,
        npc=desk.occasion.npc,
        player=desk.occasion.player,
        place=desk.occasion.place.uuid,
        arguments=arguments,
        expires_at=now + ASKED_FOR if is_waiting else None,
        ended_at=now if about["state"] == State.REFUSED else None,
        **about,
    )
    desk.uses.append(use)
    return use


def _run(use: ToolUse, tool: Tool | None) -> None:
    """With the player's rights as they are now: between a question and its answer they may have gone."""
    rows = ToolUse.objects.filter(pk=use.pk)
    now = timezone.now()
    try:
        if tool is None or use.player is None or not tool.may(use.player):
            raise ToolRefused("You may not do this.")
        with nullcontext() if tool.is_slow else transaction.atomic():
            done = tool.run(Doing(use.npc, use.player, use.place, use.arguments))
            told = _short(done.told)
            rows.update(state=State.DONE, result=told, undo=done.undo, ended_at=now)
    except DomainError as refusal:
        rows.update(state=State.FAILED, result=_short(str(refusal)), ended_at=now)


def _short(text: str) -> str:
    return clean_text(text).encode()[:MAX_RESULT].decode(errors="ignore")


def _summary(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """The arguments come from a model: what it writes is shown as it is, and only the named ones."""
    shown = {name: " ".join(clean_text(str(value)).split())[:150] for name, value in arguments.items()}
    names = {name: "" for name in tool.parameters.get("properties", {})}
    return (tool.ask or tool.name).format_map({**names, **shown})[:300]
