"""A person changes a draft before it is published: seen by its readers, written down, and never over unread words."""

import json
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.actions import posts
from npcs.actions.posts import ChangedMeanwhile, PostRefused
from npcs.models import NpcPost
from npcs.player_data import documents
from players.models import AuditEntry
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
SOURCES = [{"n": n, "uuid": str(UUID(int=n)), "title": f"file{n}.md"} for n in (1, 2)]


@pytest.fixture
def vega():
    return NpcFactory(name="Vega", slug="vega")


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


def draft_of(npc, **fields):
    known = {"topic": "comets", "text": "Ice [1] and dust [2].", "state": "done", "sources": SOURCES}
    return NpcPost.objects.create(npc=npc, engine="built-in engine", **(known | fields))


def change(post, player, text="Only ice [1].", seen=0):
    posts.edit(post=post, player=player, text=text, seen=seen, now=timezone.now())
    post.refresh_from_db()


def edit_page(post):
    return reverse("npcs:post-edit", args=[post.npc.slug, post.uuid])


def test_what_the_character_wrote_is_kept_beside_every_change(vega, master):
    post = draft_of(vega)

    change(post, master)
    change(post, master, "Ice, nothing else.", seen=1)

    assert (post.text, post.written_text) == ("Ice, nothing else.", "Ice [1] and dust [2].")
    assert (post.edits, post.edited_by) == (2, master)
    entry = AuditEntry.objects.filter(verb="post.edited").earliest("pk")
    assert (entry.before, entry.after) == ({"characters": 21}, {"characters": 13})


def test_the_same_text_is_no_change(vega, master):
    post = draft_of(vega)

    change(post, master, "Ice [1] and dust [2].\r\n")

    assert (post.edits, post.written_text) == (0, "")
    assert not AuditEntry.objects.exists()


def test_only_sources_that_the_text_names_stand_below_it(vega, master):
    post = draft_of(vega)

    change(post, master)

    assert [source["n"] for source in post.cited] == [1]


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 4001])
def test_a_post_has_a_text_of_some_length(vega, master, text):
    with pytest.raises(PostRefused):
        change(draft_of(vega), master, text)


@pytest.mark.parametrize(
    "fields",
    [
        {"published_at": timezone.now()},
        {"published_at": timezone.now(), "hidden_at": timezone.now()},
        {"state": "waiting", "text": ""},
        {"state": "failed", "text": ""},
    ],
)
def test_only_a_draft_is_changed(vega, master, fields):
    post = draft_of(vega, **fields)

    with pytest.raises(PostRefused):
        change(post, master)
    assert NpcPost.objects.get().edits == 0


def test_nobody_overwrites_what_he_has_not_read(vega, master):
    post = draft_of(vega)
    change(post, master)

    with pytest.raises(ChangedMeanwhile):
        change(post, master, "Something else.", seen=0)
    assert NpcPost.objects.get().text == "Only ice [1]."


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_refused():
    npc, one, two = NpcFactory(), GameMasterFactory(), GameMasterFactory()
    post = draft_of(npc)

    answers = at_once(
        *(
            lambda who=who: posts.edit(
                post=post, player=who, text=f"By {who.pk}.", seen=0, now=timezone.now()
            )
            for who in (one, two)
        )
    )

    assert answers.count(ChangedMeanwhile) == 1
    assert NpcPost.objects.get().edits == 1


def test_a_master_changes_a_draft_on_its_page(client, vega, master):
    post = draft_of(vega)
    start = client.get(edit_page(post)).content.decode()

    client.post(edit_page(post), {"text": "Only ice [1].", "seen": 0})
    desk = client.get(reverse("npcs:posts", args=["vega"])).content.decode()
    again = client.get(edit_page(post)).content.decode()

    assert "Ice [1] and dust [2]." in start
    assert edit_page(post) in desk
    assert "changed by a person" in desk
    assert "As Vega wrote it" in again


def test_a_refused_change_keeps_what_was_written(client, vega, master):
    post = draft_of(vega, edits=3)

    answer = client.post(edit_page(post), {"text": "My long work.", "seen": 0})

    assert answer.status_code == 422
    assert "My long work." in answer.content.decode()
    assert "Somebody else has changed it meanwhile." in answer.content.decode()


def test_who_is_too_late_with_a_change_gets_his_words_back(client, vega, master):
    post = draft_of(vega, published_at=timezone.now())

    answer = client.post(edit_page(post), {"text": "My long work.", "seen": 0})

    assert answer.status_code == 422
    assert "My long work." in answer.content.decode()


def test_readers_are_told_of_a_change_and_not_of_the_first_text(client, vega, master):
    change(post := draft_of(vega), master)
    posts.publish(post=post, player=master, now=timezone.now())
    client.force_login(PlayerFactory())

    page = client.get(reverse("npcs:posts", args=["vega"])).content.decode()
    told = client.get("/api/v1/characters/vega/posts").json()["posts"][0]

    assert "changed by a person" in page
    assert "dust" not in page + json.dumps(told)
    assert (told["is_edited"], [source["n"] for source in told["sources"]]) == (True, [1])


def test_others_change_nothing(client, vega):
    post = draft_of(vega)
    client.force_login(PlayerFactory())

    answers = [
        client.get(edit_page(post)),
        client.post(edit_page(post), {"text": "Mine.", "seen": 0}),
        client.put(f"/api/v1/workshop/vega/posts/{post.uuid}/text", '{"text": "Mine.", "seen": 0}'),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert NpcPost.objects.get().edits == 0


def test_programs_change_drafts_too(client, vega, master):
    post = draft_of(vega)
    url = f"/api/v1/workshop/vega/posts/{post.uuid}/text"

    changed = client.put(url, json.dumps({"text": "Only ice [1].", "seen": 0}))
    late = client.put(url, json.dumps({"text": "Other.", "seen": 0}))

    assert (changed.status_code, changed.json()["edits"]) == (200, 1)
    assert changed.json()["written_text"] == "Ice [1] and dust [2]."
    assert (late.status_code, late.json()["code"]) == (409, "changed")


def test_who_changed_a_post_takes_it_along(vega, master):
    change(draft_of(vega), master)

    taken = {it.path: list(it.content) for it in documents(master.pk) if it.path.endswith("posts.json")}

    assert taken["characters/posts.json"][0]["text"] == "Only ice [1]."
