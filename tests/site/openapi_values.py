"""Values for the operations of an OpenAPI document: right ones by their schemas, and anything at all."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FORMATS = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
}


def right_value(schema: Json, document: Json) -> st.SearchStrategy:
    """Something that the schema allows."""
    if "$ref" in schema:
        return right_value(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([right_value(one, document) for one in schema["anyOf"]])
    if "allOf" in schema:
        return right_value(schema["allOf"][0], document)
    return _of_type(schema, document)


def _of_type(schema: Json, document: Json) -> st.SearchStrategy:
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, document)
    if kind == "array":
        return st.lists(right_value(schema.get("items", {}), document), max_size=4)
    if kind == "string":
        return _text(schema)
    if kind == "integer":
        return st.integers(schema.get("minimum", -(2**40)), schema.get("maximum", 2**40))
    simple = {"boolean": st.booleans(), "null": st.none(), "number": st.floats(-1e6, 1e6)}
    return simple.get(kind, ANYTHING)


def _text(schema: Json) -> st.SearchStrategy:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return FORMATS.get(schema.get("format"), st.text(max_size=min(schema.get("maxLength", 30), 60)))


def _object(schema: Json, document: Json) -> st.SearchStrategy:
    fields = {name: right_value(field, document) for name, field in schema.get("properties", {}).items()}
    required = set(schema.get("required", []))
    known = st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in required},
        optional={name: value for name, value in fields.items() if name not in required},
    )
    more = schema.get("additionalProperties")
    if fields or not isinstance(more, dict):
        return known
    return st.dictionaries(st.text(max_size=12), right_value(more, document), max_size=3)


def any_query(names: list[str]) -> st.SearchStrategy:
    """Whatever somebody could type into the address."""
    name = st.sampled_from(names) if names else st.text(min_size=1, max_size=8)
    return st.dictionaries(name, st.text(max_size=20) | st.integers(-(2**70), 2**70).map(str), max_size=4)
