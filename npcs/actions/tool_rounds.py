"""A model that uses tools speaks in rounds: it wants something done, is told what came of it, and goes on."""

from collections.abc import Sequence
from dataclasses import replace

from npcs.actions.budgets import Caller
from npcs.actions.engines import Trail, Wish, converse
from npcs.actions.tools import Desk, use_tool
from npcs.llm.base import Options, Reply, ToolCall, Turn, Unavailable
from npcs.llm.marks import block
from npcs.queries.engines import Engine

ROUNDS = 5
CALLS_A_ROUND = 4


def talk(
    caller: Caller, engines: Sequence[Engine], turns: Sequence[Turn], *, wish: Wish, trail: Trail, desk: Desk
) -> tuple[Engine, Reply]:
    """The answer, after at most five rounds of tools; in the last one there are none, so that it must speak."""
    specs = tuple(tool.spec for tool in desk.tools.values())
    if not specs or not engines[0].has_tools:
        return converse(caller, engines, turns, wish=wish, trail=trail)
    said: list[str] = []
    for round_ in range(ROUNDS + 1):
        options = Options(tools=specs) if round_ < ROUNDS else Options()
        try:
            engine, reply = converse(caller, engines, turns, wish=replace(wish, options=options), trail=trail)
        except Unavailable as fault:
            # A server without tools says so by refusing the request.
            if round_ or fault.status not in {400, 422}:
                raise
            return converse(caller, engines, turns, wish=wish, trail=trail)
        said.append(reply.text)
        if reply.is_stopped or not reply.calls or round_ == ROUNDS:
            break
        engines = [engine]
        turns = [*turns, *_done(desk, reply)]
    whole = "\n\n".join(text.strip() for text in said if text.strip())
    return engine, replace(reply, text=whole, calls=())


def _done(desk: Desk, reply: Reply) -> list[Turn]:
    """The model's wish and the results: whatever a tool tells is material, too."""
    calls = reply.calls[:CALLS_A_ROUND]
    return [Turn("assistant", reply.text, calls=calls), *[_result(desk, call) for call in calls]]


def _result(desk: Desk, call: ToolCall) -> Turn:
    told = block(f"result of {call.name[:50]}", use_tool(desk, call), boundary=desk.boundary)
    return Turn("tool", told, call_id=call.id)
