"""What characters did for a player, by the JSON interface."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from npcs.models import Memory, MemoryPolicy, ToolUse
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
USES = "/api/v1/me/tool-uses"


@pytest.fixture
def asked(ask, client):
    _, _, npc, player = ask(("remember", {"text": "Ada likes tea."}))
    MemoryPolicy.objects.create(npc=npc, is_on=True)
    client.force_login(player)
    return ToolUse.objects.get()


def decide(client, use, on):
    body = json.dumps({"on": on})
    return client.put(f"{USES}/{use.uuid}/decision", body, content_type="application/json")


def test_a_deed_is_allowed_seen_and_taken_back_once(asked, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        decided = decide(client, asked, True)
    done = client.get(f"{USES}/{asked.uuid}").json()
    kept = Memory.objects.get()

    undone = client.post(f"{USES}/{asked.uuid}/undo")
    again = client.post(f"{USES}/{asked.uuid}/undo")

    assert (decided.status_code, kept.text) == (200, "Ada likes tea.")
    assert (done["state"], done["result"], done["may_undo"]) == ("done", "It is remembered.", True)
    assert (undone.json()["state"], undone.json()["may_undo"]) == ("undone", False)
    assert (again.status_code, again.json()["detail"]) == (409, "This was taken back already.")
    assert not Memory.objects.exists()


def test_a_no_is_a_no(asked, client):
    assert decide(client, asked, False).json()["state"] == "declined"
    assert decide(client, asked, True).status_code == 409
    assert client.post(f"{USES}/{asked.uuid}/undo").status_code == 409
    assert not Memory.objects.exists()


def test_a_question_that_is_too_old_is_not_open(asked, client):
    asked.expires_at = timezone.now() - timedelta(minutes=1)
    asked.save()

    assert client.get(f"{USES}/{asked.uuid}").json()["may_decide"] is False
    assert decide(client, asked, True).status_code == 409


def test_what_can_not_be_taken_back_is_refused(asked, client):
    ToolUse.objects.update(state=ToolUse.State.DONE, tool="look_up")

    answer = client.post(f"{USES}/{asked.uuid}/undo")

    assert (answer.status_code, answer.json()["detail"]) == (409, "This can't be taken back.")


def test_nobody_else_sees_or_undoes_it(asked, client):
    client.force_login(PlayerFactory())

    answers = [
        client.get(f"{USES}/{asked.uuid}"),
        decide(client, asked, True),
        client.post(f"{USES}/{asked.uuid}/undo"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert client.get(USES).json() == {"uses": [], "after": ""}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(client, django_assert_num_queries, count):
    player = PlayerFactory()
    client.force_login(player)
    for _ in range(count):
        ToolUse.objects.create(tool="remember", npc=NpcFactory(), player=player, state=ToolUse.State.DONE)

    with django_assert_num_queries(5):
        listed = client.get(USES).json()["uses"]

    assert len(listed) == count


def test_the_list_has_pages_the_newest_first(client):
    player = PlayerFactory()
    client.force_login(player)
    npc = NpcFactory()
    made = [
        ToolUse.objects.create(tool="remember", npc=npc, player=player, state=ToolUse.State.DONE)
        for _ in range(3)
    ]

    first = client.get(USES, {"limit": 2}).json()
    last = client.get(USES, {"limit": 2, "cursor": first["after"]}).json()

    found = [one["uuid"] for one in first["uses"] + last["uses"]]
    assert found == [str(use.uuid) for use in reversed(made)]
    assert last["after"] == ""


def test_a_program_needs_the_scope_to_undo(asked, client):
    client.logout()
    ApiTokenFactory(player=asked.player, secret="pf_reader", scopes=["rooms:read"])

    seen = client.get(f"{USES}/{asked.uuid}", **bearer("pf_reader"))
    refused = client.post(f"{USES}/{asked.uuid}/undo", **bearer("pf_reader"))

    assert (seen.status_code, refused.status_code, refused.json()["code"]) == (200, 403, "scope_missing")
