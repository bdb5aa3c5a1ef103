"""Functions that staff adds to the tools of a character, and the schemas of their arguments."""

import pytest

from npcs.actions.speaking import speak
from npcs.llm.base import Turn
from npcs.models import CustomFunction, ToolUse
from npcs.rules.schemas import problem_of, problem_of_schema
from tests.factories.players import PlayerFactory
from tests.npcs.fake_provider import fake_provider
from tests.npcs.tool_use import agent, told, wanting

pytestmark = pytest.mark.django_db


def function(server, **fields) -> CustomFunction:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    about = {
        "name": "weather", "description": "The weather.", "parameters": schema, "is_allowed": True,
        "url": f"{server.url}/models", "is_trusted": True, "is_mutating": False,
    }  # fmt: skip
    return CustomFunction.objects.create(**(about | fields))


def call_function(server, **fields) -> str:
    row = function(server, **fields)
    context, model = wanting(("weather", {"city": "Oslo"}))
    try:
        npc = agent(model)
        npc.custom_functions.add(row)
        speak(npc=npc, heard=[Turn("user", "Hi")], player=PlayerFactory(), on_text=lambda piece: None)
        return told(model)[0]
    finally:
        context.__exit__(None, None, None)


def test_a_function_is_called_with_its_secret_which_nobody_sees():
    with fake_provider() as server:
        said = call_function(server, secret_header="X-Key", secret="hush-0123456789")

    raw = CustomFunction.objects.extra(select={"raw": "secret"}).get().raw
    assert '"tiny"' in said
    assert server.gets == [("/v1/models?city=Oslo", "hush-0123456789")]
    assert "hush" not in said + raw + str(list(ToolUse.objects.values()))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_trusted": False}, "Only addresses that begin with https:// are fetched."),
        ({"url": "http://169.254.169.254/latest"}, "This address is never a model server."),
        ({"max_bytes": 10}, "The file is too large or comes too slowly."),
        ({"is_allowed": False}, "There is no tool 'weather' here."),
    ],
)
def test_a_function_keeps_to_its_address_its_size_and_its_permission(fields, said):
    with fake_provider() as server:
        assert said in call_function(server, **fields)


def test_a_function_that_changes_something_is_asked_first():
    with fake_provider() as server:
        assert "the player is asked first" in call_function(server, is_mutating=True)
        assert server.gets == []


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({}, ""),
        ({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}, ""),
        ({"type": "string"}, "The arguments of a function are an object."),
        ({"type": "object", "$ref": "#"}, "We don't know the keyword '$ref'."),
        ({"type": "object", "required": ["a"]}, "What is required must be among the properties."),
        ({"type": "object", "properties": {"a": {"type": "regex"}}}, "Every schema names one type: "),
    ],
)
def test_staff_is_told_what_is_wrong_with_a_schema(schema, problem):
    assert problem_of_schema(schema).startswith(problem)
    assert bool(problem_of_schema(schema)) == bool(problem)


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (3, {"type": "integer", "maximum": 3}, True),
        (True, {"type": "integer"}, False),
        (4, {"type": "integer", "maximum": 3}, False),
        (["a"], {"type": "array", "items": {"type": "string"}}, True),
        ([1], {"type": "array", "items": {"type": "string"}}, False),
        ("x", {"type": "string", "enum": ["x", "y"]}, True),
        ("z", {"type": "string", "enum": ["x", "y"]}, False),
    ],
)
def test_arguments_are_held_against_their_schema(value, schema, fits):
    assert (problem_of(value, schema) == "") == fits
