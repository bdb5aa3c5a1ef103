"""The OpenAPI document: complete, true to what is answered, and shown as a page."""

import json
import re
from typing import get_args
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from learning.models import Topic
from padawanforge.site.api import api
from padawanforge.site.api_docs import groups_of
from padawanforge.site.api_schema import operations_of
from players.rules.scopes import SCOPES
from rooms.actions.rooms import enter_room
from tests.factories.npcs import NpcFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.site.openapi_values import ANYTHING, any_query, right_value

pytestmark = pytest.mark.django_db
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema()))
CALLS = [
    pytest.param(method, path, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Never by a program, whatever scopes there will be.
# The role of a member is a matter of one room.
FORBIDDEN_PATHS = re.compile(r"token|password|delet|(?<!{username}/)roles?\b|guardian|consent")


@pytest.fixture
def world():
    """Somebody with every scope, and things that the addresses can name."""
    player = PlayerFactory(username="ada")
    ApiTokenFactory(player=player, secret="pf_ada")
    PlayerFactory(username="bob")
    room = RoomFactory(slug="hall")
    enter_room(room=room, player=player)
    RoomFactory(slug="vault")
    NpcFactory(slug="vega")
    Topic.objects.get_or_create(name="sky")


PLACES = {
    "slug": st.sampled_from(["hall", "vault", "vega", "nowhere", "%00", "ä"]),
    "username": st.sampled_from(["ada", "bob", "nobody", "%00"]),
    "uuid": st.builds(lambda: str(uuid4())),
}


def place_of(parameter):
    name = parameter["name"]
    return PLACES[name] if name in PLACES else right_value(parameter["schema"], DOCUMENT)


def parameters(operation, place):
    return [item for item in operation.get("parameters", []) if item["in"] == place]


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return next(iter(content.values()))["schema"] if content else None


def ask(method, path, places, query, body):
    cache.clear()
    for name, value in places.items():
        path = path.replace(f"{{{name}}}", value if value == "%00" else quote(str(value)))
    text = "" if body is None else json.dumps(body)
    return Client().generic(
        method.upper(), path, text, content_type="application/json",
        query_params={k: v for k, v in query.items() if v is not None}, **bearer("pf_ada"),
    )  # fmt: skip


def check(operation, answer):
    """Only what the document says, and refusals in the one shape."""
    assert str(answer.status_code) in operation["responses"], (answer.status_code, answer.content[:300])
    if answer.status_code >= 400 and answer["Content-Type"].startswith("application/json"):
        assert set(answer.json()) - {"fields"} == {"detail", "code"}


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_right_values_get_documented_answers(world, method, path, operation):
    query = {
        item["name"]: st.none() | right_value(item["schema"], DOCUMENT)
        for item in parameters(operation, "query")
    }
    schema = body_of(operation)

    @EXAMPLES
    @given(
        places=st.fixed_dictionaries({p["name"]: place_of(p) for p in parameters(operation, "path")}),
        query=st.fixed_dictionaries(query),
        body=right_value(schema, DOCUMENT) if schema else st.none(),
    )
    def try_it(places, query, body):
        check(operation, ask(method, path, places, query, body))

    try_it()


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_wrong_values_are_refused_as_documented(world, method, path, operation):
    names = [item["name"] for item in parameters(operation, "query")]

    @EXAMPLES
    @given(
        places=st.fixed_dictionaries({p["name"]: place_of(p) for p in parameters(operation, "path")}),
        query=any_query(names),
        body=ANYTHING if body_of(operation) else st.none(),
    )
    def try_it(places, query, body):
        check(operation, ask(method, path, places, query, body))

    try_it()


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_an_operation_is_described_with_its_refusals(method, path, operation):
    needed = {"401", "403", "429"}
    needed |= {"404"} if "{" in path else set()
    needed |= {"422"} if operation.get("parameters") or operation.get("requestBody") else set()
    needed |= {"409"} if method != "get" else set()

    assert needed <= set(operation["responses"])
    assert operation["summary"] != operation["operationId"].replace("_", " ").title()
    assert operation["tags"]


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_the_document_names_the_scope_that_opens_the_operation(client, method, path, operation):
    scope = operation["x-scope"]
    ApiTokenFactory(secret="pf_narrow", scopes=[one for one in SCOPES if one != scope])
    address = re.sub(r"{[^}]+}", str(uuid4()), path.replace("{pk}", "1").replace("{number}", "1"))

    answer = client.generic(method.upper(), address, **bearer("pf_narrow"))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert operation["security"] == [*([{"TokenAuth": [scope]}] if scope else []), {"BrowserAuth": []}]


def test_nothing_that_decides_over_an_account_is_open_to_programs():
    opened = {path for path, methods in DOCUMENT["paths"].items() for op in methods.values() if op["x-scope"]}

    assert {path for path in opened if FORBIDDEN_PATHS.search(path)} == set()


def test_an_operation_without_scope_refuses_every_token(client):
    operation = next(o for o in operations_of(api) if o.view_func.__name__ == "my_game_data")
    ApiTokenFactory(secret="pf_all")
    declared = operation.view_func.scope

    operation.view_func.scope = ""
    try:
        answer = client.get("/api/v1/me/game-data", **bearer("pf_all"))
    finally:
        operation.view_func.scope = declared

    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Programs can't do this. Sign in with a browser instead.",
    )


def test_every_reference_leads_somewhere():
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))

    assert names <= set(DOCUMENT["components"]["schemas"])
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"TokenAuth", "BrowserAuth"}
    assert DOCUMENT["openapi"].startswith("3.1")


def shapes_in(annotation):
    """The models in it, those within models included."""
    for part in get_args(annotation):
        yield from shapes_in(part)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from shapes_in(field.annotation)


def test_shapes_have_names_of_their_own():
    """Of two that share one, the document shows the later."""
    named = {}
    for operation in operations_of(api):
        answers = [one for one in operation.response_models.values() if isinstance(one, type)]
        for shape in [found for one in [*operation.models, *answers] for found in shapes_in(one)]:
            # Not what ninja wraps the parameters of an operation in.
            if not shape.__name__.endswith("Params") and not shape.__module__.startswith("ninja"):
                named.setdefault(shape.__name__, set()).add(tuple(shape.model_fields))

    assert [name for name, fields in named.items() if len(fields) > 1] == []


def test_operation_ids_are_unique():
    ids = [
        operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()
    ]

    assert len(ids) == len(set(ids))


def test_the_page_shows_every_operation(client):
    client.force_login(PlayerFactory())

    page = client.get(reverse("site:api-docs")).content.decode()

    ids = [
        operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()
    ]
    assert [name for name in ids if f'id="{name}"' not in page] == []
    assert [scope for scope in SCOPES if scope not in page] == []


def test_the_page_is_for_those_who_signed_in(client):
    assert client.get(reverse("site:api-docs")).status_code == 302


def test_guests_read_the_page_without_the_way_to_tokens(client):
    client.force_login(GuestFactory())

    page = client.get(reverse("site:api-docs"))

    assert page.status_code == 200
    assert reverse("players:tokens") not in page.content.decode()


def test_kinds_are_told_in_words():
    calls = {call.key: call for group in groups_of(DOCUMENT).values() for call in group}

    values = {value.name: value for value in calls["my_preferences_change"].values}

    assert values["theme"].kind == "one of system, light, dark"
    assert values["notifications"].kind == "boolean"
    assert {value.name: value.place for value in calls["my_people"].values} == {
        "circle": "path",
        "cursor": "query",
        "limit": "query",
    }
