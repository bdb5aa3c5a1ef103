"""Data from models: the ladder, the repair, and the end of it."""

import json

import pytest
from pydantic import BaseModel, Field

from npcs.actions.budgets import Caller
from npcs.actions.json_answers import NoJson, ask_json
from npcs.llm.base import Turn
from npcs.llm.json_text import objects_in
from npcs.models import AiCall, AiControl, UsageDay
from tests.factories.npcs import AiProviderFactory
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
TURNS = [Turn("user", "Which planet?")]
MARS = ['{"name": "Mars", ', '"moons": 2}']


class Planet(BaseModel):
    name: str = Field(max_length=20)
    moons: int = Field(ge=0)


def ask(server, **fields):
    AiProviderFactory(api_endpoint=server.url, is_default=True, provider_type="ollama", **fields)
    return ask_json(Planet, TURNS, caller=Caller(AiCall.Purpose.MEMORY))


def test_an_answer_that_fits_is_a_value():
    with fake_provider(words=MARS) as server:
        found = ask(server)

    assert (found.value, found.engine) == (Planet(name="Mars", moons=2), "Test server · tiny")
    assert server.requests[0]["response_format"]["type"] == "json_schema"
    assert AiCall.objects.get().purpose == "memory"


def test_a_server_without_schemas_is_asked_in_plainer_ways():
    with fake_provider("no_schema", words=MARS) as server:
        found = ask(server)

    kinds = [
        request.get("response_format", {}).get("type") or ("tools" if "tools" in request else "")
        for request in server.requests
    ]
    assert kinds == ["json_schema", "json_object", "tools"]
    assert found.value.name == "Mars"


def test_an_answer_in_prose_or_a_fence_is_found():
    with fake_provider(words=["Sure!\n```json\n", *MARS, "\n```\nAnything {else}?"]) as server:
        assert ask(server).value.moons == 2


def test_what_does_not_fit_gets_one_chance_and_is_told_why():
    with fake_provider("json", then=["mended"]) as server:
        found = ask(server)

    said = server.requests[1]["messages"][-1]["content"]
    assert found.value.moons == 2
    assert "moons: Input should be greater than or equal to 0" in said
    assert len(found.calls) == 2
    assert UsageDay.objects.get(scope="site").tokens == 98


def test_who_never_answers_with_what_fits_gives_no_answer():
    with fake_provider(words=["no idea"]) as server, pytest.raises(NoJson, match="schema"):
        ask(server)

    # Each way of asking with its repair, and no more.
    assert len(server.requests) == 8


def test_an_object_that_was_cut_off_is_none():
    with fake_provider("length", words=MARS[:1]) as server, pytest.raises(NoJson):
        ask(server)


def test_a_refused_key_ends_the_ladder_at_once():
    with fake_provider("unauthorised") as server, pytest.raises(NoJson, match="auth"):
        ask(server)

    assert len(server.requests) == 1


def test_without_a_provider_or_while_all_are_stopped_there_is_no_answer():
    with pytest.raises(NoJson, match="no provider"):
        ask_json(Planet, TURNS, caller=Caller(AiCall.Purpose.MEMORY))
    AiControl.objects.create(is_stopped=True)

    with fake_provider() as server, pytest.raises(NoJson, match="stopped"):
        ask(server)

    assert server.requests == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1} and {"b": {"c": 2}}', [{"a": 1}, {"b": {"c": 2}}]),
        ('{{{{ {"a": 1}', [{"a": 1}]),
        ("[1, 2]", []),
        ("{" * 100_000, []),
        (json.dumps({"a": "x" * 10}) + "\x00", [{"a": "x" * 10}]),
    ],
)
def test_objects_are_found_in_whatever_stands_around_them(text, found):
    assert list(objects_in(text)) == found
