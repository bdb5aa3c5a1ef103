"""Revisions and the end of characters by the JSON interface."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from npcs.actions.making import Change, change
from npcs.models import Npc
from tests.factories.npcs import KnowledgeFileFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db
VEGA = "/api/v1/workshop/vega"


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


@pytest.fixture
def admin(client):
    player = SystemAdminFactory()
    client.force_login(player)
    return player


def post(client, verb, **data):
    return client.post(f"{VEGA}/{verb}", json.dumps(data), content_type="application/json")


def changed(npc, player, *texts):
    for text in texts:
        change(npc=npc, player=player, change=Change({"tagline": text}, {}))


def test_a_draft_is_published_and_rests_again(client, master):
    NpcFactory(slug="vega", is_active=False)

    states = []
    for verb in ("publish", "rest"):
        assert post(client, verb).status_code == 204
        states.append(Npc.objects.get().is_active)

    assert states == [True, False]


def test_a_draft_without_a_prompt_is_not_ready(client, master):
    NpcFactory(slug="vega", is_active=False, system_prompt="")

    assert post(client, "publish").status_code == 409


def test_revisions_are_listed_with_what_they_changed(client, master):
    changed(NpcFactory(slug="vega"), master, "One", "Two")

    listed = client.get(f"{VEGA}/revisions").json()
    detail = client.get(f"{VEGA}/revisions/2").json()

    assert [row["number"] for row in listed["revisions"]] == [2, 1]
    assert listed["revisions"][0]["by"] == master.username
    assert (detail["definition"]["tagline"], [one["label"] for one in detail["differences"]]) == (
        "Two",
        ["Tagline"],
    )
    assert detail["differences"][0]["pieces"] == [
        {"kind": "gone", "text": "One"},
        {"kind": "added", "text": "Two"},
    ]
    assert client.get(f"{VEGA}/revisions/2", {"with_now": "true"}).json()["differences"] == []
    assert client.get(f"{VEGA}/revisions/9").status_code == 404


def test_a_revision_comes_back(client, master):
    npc = NpcFactory(slug="vega")
    changed(npc, master, "One", "Two")

    answer = post(client, "revisions/1/restore")

    npc.refresh_from_db()
    assert (answer.json(), npc.tagline) == ({"lost": []}, "One")
    assert client.get(f"{VEGA}/revisions").json()["revisions"][0]["restored_from"] == 1


def test_what_hangs_on_it_is_counted_before_it_goes(client, master):
    KnowledgeFileFactory(npc=NpcFactory(slug="vega"))

    told = client.get(f"{VEGA}/ties").json()

    assert {"label": "knowledge file", "count": 1, "fate": "goes"} in told["ties"]
    assert (told["undo_days"], told["may_be_deleted"]) == (7, master.has_perm("players.npcs.delete"))


def test_it_retires_and_returns(client, master):
    NpcFactory(slug="vega")

    post(client, "retire", reason="Done.")
    gone = client.get("/api/v1/workshop", {"gone": "true"}).json()["characters"]
    post(client, "return")

    assert [npc["slug"] for npc in gone] == ["vega"]
    assert Npc.objects.get().is_active


def test_who_may_deletes_it_and_has_a_week_to_undo(client, admin):
    NpcFactory(slug="vega")

    answer = client.delete(f"{VEGA}?reason=Mistake")
    until = Npc.objects.get().purge_at
    post(client, "return")

    assert answer.status_code == 200
    assert timedelta(days=6) < until - timezone.now() <= timedelta(days=7)
    assert Npc.objects.get().purge_at is None


def test_authors_neither_delete_nor_bring_back_what_was_deleted(client):
    author = PlayerFactory()
    now = timezone.now()
    NpcFactory(slug="vega", created_by=author, is_active=False, retired_at=now, purge_at=now)
    client.force_login(author)

    answers = [client.delete(VEGA), post(client, "return")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Npc.objects.get().purge_at == now


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_revisions_costs_the_same(client, master, django_assert_num_queries, count):
    changed(NpcFactory(slug="vega"), master, *[str(number) for number in range(count)])
    client.get(f"{VEGA}/revisions")

    with django_assert_num_queries(4):
        listed = client.get(f"{VEGA}/revisions").json()["revisions"]

    assert len(listed) == count
