"""The workshop, revisions, the end of a character and its way back, libraries and templates: as pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.messages import post_message
from npcs.actions.making import Change, change, publish
from npcs.actions.retirement import delete, purge_due, retire
from npcs.models import InventoryEntry, Npc
from npcs.queries.revisions import current_revision
from npcs.showcase import shown
from rooms.actions.places import add_npc
from rooms.models import Room
from tests.factories.messaging import ChannelFactory
from tests.factories.npcs import (
    AudiencePresetFactory,
    InventoryEntryFactory,
    KnowledgeFileFactory,
    KnowledgePresetFactory,
    NpcConfigurationFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


def text(client, name: str, *args, **query) -> str:
    return client.get(reverse(f"npcs:{name}", args=args), query).content.decode()


def test_the_workshop_shows_whom_nobody_meets(client, master):
    NpcFactory(name="Active")
    NpcFactory(name="Draft", is_active=False)
    gone = NpcFactory(name="Gone")
    delete(npc=gone, player=None, now=timezone.now())

    drafts, left = text(client, "workshop"), text(client, "workshop", show="gone")

    assert ("Draft" in drafts, ">Active<" in drafts, ">Gone<" in drafts) == (True, False, False)
    assert (">Gone<" in left, ">Draft<" in left, "Deleted on" in left) == (True, False, True)


def test_an_author_without_the_right_sees_his_own_only(client):
    author = PlayerFactory()
    NpcFactory(name="Mine", is_active=False, created_by=author)
    NpcFactory(name="Theirs", is_active=False)
    client.force_login(author)

    page = text(client, "workshop")

    assert (">Mine<" in page, ">Theirs<" in page) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_workshop_costs_the_same(client, master, django_assert_max_num_queries, count):
    NpcFactory.create_batch(count, is_active=False)

    with django_assert_max_num_queries(9):
        response = client.get(reverse("npcs:workshop"))

    assert len(response.context["page"].rows) == count


def test_a_cursor_that_is_not_ours_begins_at_the_beginning(client, master):
    NpcFactory(name="Draft", is_active=False)

    assert ">Draft<" in text(client, "workshop", after="nonsense")


def test_revisions_are_listed_compared_and_restored(client, master):
    npc = NpcFactory(tagline="Old line")
    publish(npc=npc, player=master)
    change(npc=npc, player=master, change=Change({"tagline": "New line"}, {}))

    listed = text(client, "revisions", npc.slug)
    changed = text(client, "revision", npc.slug, 2)
    since = client.get(reverse("npcs:revision", args=[npc.slug, 1]), {"with": "now"}).content.decode()
    client.post(reverse("npcs:revision-restore", args=[npc.slug, 1]))

    assert ("Revision 1" in listed, "Revision 2" in listed, master.name in listed) == (True, True, True)
    assert "<del>Old </del>" in changed
    assert "<ins>New </ins>" in changed
    assert "<ins>New </ins>" in since
    assert (Npc.objects.get().tagline, current_revision(npc).number) == ("Old line", 3)
    assert client.get(reverse("npcs:revision", args=[npc.slug, 9])).status_code == 404


def test_what_stands_in_a_revision_is_escaped(client, master):
    npc = NpcFactory(tagline="<script>alert(1)</script>")
    publish(npc=npc, player=master)

    assert "<script>alert" not in text(client, "revision", npc.slug, 1)


def test_before_it_goes_everything_that_hangs_on_it_is_counted(client, master):
    npc = NpcFactory()
    KnowledgeFileFactory.create_batch(2, npc=npc)
    room = RoomFactory()
    add_npc(room=room, npc=npc, player=None)

    page = text(client, "leave", npc.slug)

    assert "Knowledge files" in page
    assert "Place in a room" in page


def test_deleting_needs_the_name_and_comes_undone(client, master):
    npc = NpcFactory(name="Halley")
    url = reverse("npcs:delete", args=[npc.slug])

    client.post(url, {"name": "Hally"})
    before = Npc.objects.get().purge_at
    client.post(url, {"name": "halley", "reason": "Worn out"})
    after = Npc.objects.get()
    client.post(reverse("npcs:return", args=[npc.slug]))

    assert before is None
    assert (after.is_active, after.purge_at is not None) == (False, True)
    assert (Npc.objects.get().is_active, Npc.objects.get().purge_at) == (True, None)


def test_who_may_not_delete_may_retire_his_own_and_bring_it_back(client):
    author = PlayerFactory()
    npc = NpcFactory(created_by=author)
    client.force_login(author)

    refused = client.post(reverse("npcs:delete", args=[npc.slug]), {"name": npc.name})
    client.post(reverse("npcs:retire", args=[npc.slug]))
    retired = Npc.objects.get().retired_at
    client.post(reverse("npcs:return", args=[npc.slug]))

    assert (refused.status_code, retired is not None, Npc.objects.get().retired_at) == (403, True, None)


def test_who_may_not_delete_does_not_undo_a_deletion_either(client):
    author = PlayerFactory()
    npc = NpcFactory(created_by=author)
    delete(npc=npc, player=None, now=timezone.now())
    client.force_login(author)

    assert client.post(reverse("npcs:return", args=[npc.slug])).status_code == 403


def test_the_page_of_a_retired_character_says_so(client):
    npc = NpcFactory(name="Halley", description="Sees the stars.")
    retire(npc=npc, player=None, now=timezone.now())
    client.force_login(PlayerFactory())

    answer = client.get(npc.get_absolute_url())

    assert answer.status_code == 410
    assert "Halley (retired)" in answer.content.decode()
    assert "Sees the stars." not in answer.content.decode()


def test_a_purged_character_has_no_pages_but_that_one(client, master):
    npc = NpcFactory()
    post_message(channel=RoomFactory().channel, npc=npc, text="Hello")
    delete(npc=npc, player=None, now=timezone.now())
    purge_due(now=timezone.now() + timedelta(days=8))
    npc.refresh_from_db()

    found = [
        client.get(reverse(f"npcs:{name}", args=[npc.slug])).status_code
        for name in ("detail", "leave", "revisions")
    ]

    assert found == [410, 404, 404]


def test_a_resting_character_is_let_go_from_the_directory_and_published_again(client, master):
    npc = NpcFactory()

    client.post(reverse("npcs:rest", args=[npc.slug]))
    resting = Npc.objects.get().is_active
    client.post(reverse("npcs:publish", args=[npc.slug]))

    assert (resting, Npc.objects.get().is_active) == (False, True)


@pytest.mark.parametrize(
    ("library", "factory"),
    [
        ("prompts", SystemPromptPresetFactory),
        ("audiences", AudiencePresetFactory),
        ("documents", KnowledgePresetFactory),
    ],
)
def test_the_libraries_are_shown_and_searched(client, master, library, factory):
    factory(name="First thing")
    factory(name="Second thing")

    assert "First thing" in text(client, "presets", library)
    assert "First thing" not in text(client, "presets", library, q="second")


def test_there_is_no_other_library(client, master):
    assert client.get(reverse("npcs:presets", args=["other"])).status_code == 404


def test_a_character_is_kept_as_a_template_published_and_used_by_somebody_else(client, master):
    npc = NpcConfigurationFactory().npc
    client.post(reverse("npcs:template-keep", args=[npc.slug]), {"name": "Teacher"})
    entry = InventoryEntry.objects.get()
    client.post(reverse("npcs:template-change", args=[entry.uuid]), {"name": "Teacher", "is_public": "on"})
    client.force_login(GameMasterFactory())

    offered = text(client, "templates", show="public")
    used = client.post(reverse("npcs:template-use", args=[entry.uuid]), {"name": "Altair"})

    made = Npc.objects.get(name="Altair")
    assert "Teacher" in offered
    assert used.url == reverse("npcs:step", args=[made.slug, "identity"])
    assert (made.system_prompt, made.configuration.tone) == (npc.system_prompt, "Calm.")
    assert InventoryEntry.objects.get().usage_count == 1


def test_a_name_that_is_taken_makes_no_character_from_a_template(client, master):
    entry = InventoryEntryFactory(player=master)
    NpcFactory(name="Altair")

    answer = client.post(reverse("npcs:template-use", args=[entry.uuid]), {"name": "altair"})

    assert (answer.status_code, Npc.objects.count(), InventoryEntry.objects.get().usage_count) == (422, 1, 0)


@pytest.mark.parametrize("name", ["template-use", "template-change", "template-delete"])
def test_the_templates_of_others_are_not_there(client, master, name):
    entry = InventoryEntryFactory()

    assert client.post(reverse(f"npcs:{name}", args=[entry.uuid]), {"name": "X"}).status_code == 404
    assert InventoryEntry.objects.exists()


def test_a_template_is_deleted_by_whom_it_belongs_to(client, master):
    entry = InventoryEntryFactory(player=master)

    client.post(reverse("npcs:template-delete", args=[entry.uuid]))

    assert not InventoryEntry.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_inventory_costs_the_same(client, master, django_assert_max_num_queries, count):
    InventoryEntryFactory.create_batch(count, is_public=True)

    with django_assert_max_num_queries(9):
        response = client.get(reverse("npcs:templates"), {"show": "public"})

    assert len(response.context["page"].rows) == count


def test_what_a_character_said_is_shown_only_from_rooms_that_one_may_enter(client):
    npc = NpcFactory()
    open_room, secret = RoomFactory(), RoomFactory(visibility=Room.Visibility.PRIVATE)
    for room, said in ((open_room, "In the open"), (secret, "In secret")):
        post_message(channel=room.channel, npc=npc, text=said)
    post_message(channel=ChannelFactory(kind="talk"), npc=npc, text="Between two")
    client.force_login(PlayerFactory())

    page = client.get(npc.get_absolute_url()).content.decode()

    assert "What it said lately" in page
    assert ("In the open" in page, "In secret" in page, "Between two" in page) == (True, False, False)


def test_without_anything_said_there_is_no_such_part():
    assert shown(NpcFactory().pk, PlayerFactory()) == []
