"""A small part of JSON schema: as much as arguments of tools need, and nothing that could run away."""

from collections.abc import Iterator, Mapping
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
KEYWORDS = frozenset(
    {
        "type", "description", "properties", "required", "enum", "maxLength", "minimum", "maximum", "items",
        "maxItems", "additionalProperties",
    }
)  # fmt: skip
MAX_DEPTH = 4
MAX_PROPERTIES = 20


def problem_of_schema(schema: object) -> str:
    """What is wrong with a schema that staff wrote; empty when nothing is. An empty one takes no arguments."""
    if schema == {}:
        return ""
    if isinstance(schema, dict) and schema.get("type") != "object":
        return "The arguments of a function are an object."
    return next(_faults(schema, depth=0), "")


def _faults(schema: object, *, depth: int) -> Iterator[str]:
    if not isinstance(schema, dict):
        yield "A schema is an object."
        return
    if depth > MAX_DEPTH:
        yield f"Schemas may be nested {MAX_DEPTH} deep."
        return
    yield from (f"We don't know the keyword {name!r}." for name in sorted(map(str, set(schema) - KEYWORDS)))
    if schema.get("type") not in TYPES:
        yield "Every schema names one type: " + ", ".join(TYPES) + "."
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or len(properties) > MAX_PROPERTIES:
        yield f"There may be {MAX_PROPERTIES} properties."
        return
    if not set(_names(schema.get("required"))) <= set(properties):
        yield "What is required must be among the properties."
    for part in [*properties.values(), *([schema["items"]] if "items" in schema else [])]:
        yield from _faults(part, depth=depth + 1)


def problem_of(value: object, schema: Mapping[str, Any], *, name: str = "the arguments") -> str:
    """Why the value does not fit, in a line for the model; empty when it fits. Unknown properties never do."""
    wanted = schema.get("type", "object")
    if not isinstance(value, TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
        return f"{name} must be of the type {wanted}."
    if "enum" in schema and value not in schema["enum"]:
        return f"{name} must be one of {', '.join(map(str, schema['enum']))}."
    if isinstance(value, str) and len(value) > schema.get("maxLength", 4000):
        return f"{name} is too long."
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _problem_of_number(value, schema, name)
    if isinstance(value, list):
        return _problem_of_list(value, schema, name)
    return _problem_of_object(value, schema, name) if isinstance(value, dict) else ""


def _problem_of_number(value: float, schema: Mapping[str, Any], name: str) -> str:
    is_low, is_high = value < schema.get("minimum", value), value > schema.get("maximum", value)
    return f"{name} is out of range." if is_low or is_high else ""


def _problem_of_list(value: list, schema: Mapping[str, Any], name: str) -> str:
    if len(value) > schema.get("maxItems", 50):
        return f"{name} has too many items."
    items = schema.get("items", {"type": "string"})
    found = (problem_of(item, items, name=f"{name}[{n}]") for n, item in enumerate(value))
    return next((problem for problem in found if problem), "")


def _problem_of_object(value: dict, schema: Mapping[str, Any], name: str) -> str:
    properties = schema.get("properties", {})
    if missing := [key for key in _names(schema.get("required")) if key not in value]:
        return f"{name} lack {missing[0]!r}."
    if unknown := sorted(str(key) for key in value if key not in properties):
        return f"{name} know no {unknown[0][:40]!r}."
    found = (problem_of(value[key], part, name=key) for key, part in properties.items() if key in value)
    return next((problem for problem in found if problem), "")


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
