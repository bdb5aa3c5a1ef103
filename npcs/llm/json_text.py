"""Finding the JSON in what a model says, and telling a model what was wrong with it."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

# More than this is no answer to anything that we ask.
MAX_CHARACTERS = 100_000
# Objects are tried from each opening brace on; so often at most.
MAX_STARTS = 50


def objects_in(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand in the text, also inside prose or a fence; outermost ones only."""
    decoder = json.JSONDecoder()
    text = text[:MAX_CHARACTERS]
    at = text.find("{")
    for _ in range(MAX_STARTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict):
            yield value
        at = text.find("{", end)


def complaint(error: ValidationError) -> str:
    """What is wrong, in a few lines, without repeating what the model wrote."""
    lines = [
        f"- {'.'.join(str(part) for part in fault['loc']) or 'the object'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)[:8]
    ]
    return "\n".join(lines)


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as the strict servers want it: every object closed, every property required."""
    return _strict(schema)


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: _strict(value) for name, value in node.items() if name != "default"}
    if made.get("type") == "object" and isinstance(made.get("properties"), dict):
        made["required"] = list(made["properties"])
        made["additionalProperties"] = False
    return made
