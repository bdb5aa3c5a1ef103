"""The player's pages and calls over what is remembered of him; ratings of answers; the console."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.messages import post_message
from messaging.models import Notification
from npcs.actions.ratings import note_answer
from npcs.models import Interaction, Memory, MemoryChoice, MemoryProfile
from tests.factories.memory import MemoryFactory, MemoryPolicyFactory, MemoryProfileFactory
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.npcs import InteractionFactory, NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    player = PlayerFactory()
    client.force_login(player)
    return player


def known(player, text="My dog is Rex", **more):
    npc = more.pop("npc", None) or MemoryPolicyFactory().npc
    MemoryProfile.objects.get_or_create(npc=npc, player=player)
    return MemoryFactory(npc=npc, player=player, text=text, **more)


def page(client, memory):
    return client.get(reverse("npcs:memory", args=[memory.npc.slug])).content.decode()


# --- Seeing ----------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_remembered_of_its_reader_and_of_nobody_else(client, ada):
    mine = known(ada)
    known(PlayerFactory(), text="My cat is Tom", npc=mine.npc)
    known(ada, text="The other character knows", npc=NpcFactory())

    shown = page(client, mine)

    assert "My dog is Rex" in shown
    assert "My cat is Tom" not in shown
    assert "The other character knows" not in shown


def test_what_is_forgotten_or_outdated_is_shown_as_such(client, ada):
    memory = known(ada)
    known(ada, text="My dog is Max", npc=memory.npc, valid_to=timezone.now())
    known(ada, text="The sky was blue", npc=memory.npc, state="archived")

    shown = page(client, memory)

    assert "No longer true" in shown
    assert "Forgotten" in shown


def test_memories_are_found_by_words_and_kinds(client, ada):
    memory = known(ada)
    known(ada, text="I told a story", npc=memory.npc, kind="episode")
    url = reverse("npcs:memory", args=[memory.npc.slug])

    by_word = client.get(url, {"q": "DOG"}).content.decode()
    by_kind = client.get(url, {"kind": "episode"}).content.decode()

    assert ("My dog is Rex" in by_word, "I told a story" in by_word) == (True, False)
    assert ("My dog is Rex" in by_kind, "I told a story" in by_kind) == (False, True)
    assert "No memory fits" in client.get(url, {"q": "zebra"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_however_much_there_is(client, ada, django_assert_max_num_queries, count):
    memories = [known(ada) for _ in range(count)]
    MemoryFactory.create_batch(count, npc=memories[0].npc, player=ada)

    with django_assert_max_num_queries(13):
        assert client.get(reverse("npcs:memory", args=[memories[0].npc.slug])).status_code == 200
    with django_assert_max_num_queries(10):
        overview = client.get(reverse("npcs:memories")).content.decode()
    assert overview.count("memory-who__row") == count


def test_long_lists_come_in_pages(client, ada):
    memory = known(ada)
    MemoryFactory.create_batch(31, npc=memory.npc, player=ada)

    first = client.get(reverse("npcs:memory", args=[memory.npc.slug]))
    second = client.get(first.wsgi_request.path, {"after": first.context["page"].after})

    assert len(first.context["page"].rows) == 30
    assert len(second.context["page"].rows) == 2
    assert client.get(first.wsgi_request.path, {"after": "made-up"}).status_code == 404


def test_empty_pages_say_what_to_do_next(client, ada):
    npc = MemoryPolicyFactory().npc

    assert "Find a character" in client.get(reverse("npcs:memories")).content.decode()
    assert "Start a private talk" in client.get(reverse("npcs:memory", args=[npc.slug])).content.decode()


def test_a_guest_sees_his_own_too(client):
    guest = GuestFactory()
    client.force_login(guest)

    assert "My dog is Rex" in page(client, known(guest))


# --- Changing --------------------------------------------------------------------------------------------


def test_memories_are_corrected_pinned_and_deleted(client, ada):
    memory = known(ada)

    client.post(reverse("npcs:memory-correct", args=[memory.uuid]), {"text": "My dog is Max"})
    client.post(reverse("npcs:memory-pin", args=[memory.uuid]))
    memory.refresh_from_db()
    assert (memory.text, memory.is_pinned) == ("My dog is Max", True)

    client.post(reverse("npcs:memory-delete", args=[memory.uuid]))
    assert not Memory.objects.exists()


def test_a_refused_correction_keeps_what_was_written(client, ada):
    memory = known(ada)
    known(ada, text="My dog is Max", npc=memory.npc)

    response = client.post(reverse("npcs:memory-correct", args=[memory.uuid]), {"text": "my dog is MAX"})

    assert response.status_code == 422
    assert "my dog is MAX" in response.content.decode()
    assert "remembered already" in response.content.decode()


@pytest.mark.parametrize("name", ["memory-correct", "memory-pin", "memory-delete"])
def test_nobody_touches_what_is_remembered_of_another(client, ada, name):
    memory = known(PlayerFactory())

    for player in (ada, GameMasterFactory(), SystemAdminFactory()):
        client.force_login(player)
        response = client.post(reverse(f"npcs:{name}", args=[memory.uuid]), {"text": "Mine now"})
        assert response.status_code == 404

    memory.refresh_from_db()
    assert (memory.text, memory.is_pinned) == ("My dog is Rex", False)


def test_memory_is_switched_off_and_on_for_one_and_for_all(client, ada):
    memory = known(ada)

    client.post(reverse("npcs:memory-switch", args=[memory.npc.slug]), {"off": "1"})
    client.post(reverse("npcs:memory-switch-all"), {"off": "1"})
    assert not MemoryProfile.objects.get().is_on
    assert not MemoryChoice.objects.get().is_on
    assert "keeps nothing" in page(client, memory)

    client.post(reverse("npcs:memory-switch", args=[memory.npc.slug]), {"on": "1"})
    client.post(reverse("npcs:memory-switch-all"), {"on": "1"})
    assert "remembers you" in page(client, memory)


def test_a_character_forgets_all_of_one_player_only(client, ada):
    memory = known(ada)
    other = known(PlayerFactory(), npc=memory.npc)

    client.post(reverse("npcs:memory-forget", args=[memory.npc.slug]))

    assert list(Memory.objects.all()) == [other]


def test_memories_are_taken_along_as_json(client, ada):
    memory = known(ada)
    known(ada, text="The other one knows")
    known(PlayerFactory(), text="My cat is Tom")

    def read(**query):
        response = client.get(reverse("npcs:memory-export"), query)
        return [row["text"] for row in json.loads(b"".join(response.streaming_content))]

    assert read() == ["My dog is Rex", "The other one knows"]
    assert read(character=memory.npc.slug) == ["My dog is Rex"]


# --- The message that it came from -----------------------------------------------------------------------


def test_who_deletes_a_message_is_offered_to_delete_what_was_kept_of_it(
    client, ada, django_capture_on_commit_callbacks
):
    channel = ChannelFactory()
    ChannelMemberFactory(channel=channel, player=ada)
    message = post_message(channel=channel, player=ada, text="My dog is Rex").message
    plain = post_message(channel=channel, player=ada, text="Hello").message
    memory = known(ada, source_message=message.uuid)

    with django_capture_on_commit_callbacks(execute=True):
        for one in (message, plain):
            delete_message(message=one, player=ada, now=timezone.now())

    url = reverse("npcs:memory-of-message", args=[message.uuid])
    assert [news.action_url for news in Notification.objects.filter(recipient=ada)] == [url]
    assert memory.text in client.get(url).content.decode()
    client.post(url)
    assert not Memory.objects.exists()


def test_of_a_message_of_somebody_else_nothing_is_shown_or_deleted(client, ada):
    memory = known(PlayerFactory(), source_message=uuid4())
    url = reverse("npcs:memory-of-message", args=[memory.source_message])

    assert memory.text not in client.get(url).content.decode()
    client.post(url)
    assert Memory.objects.exists()


# --- Programs --------------------------------------------------------------------------------------------


def test_programs_read_correct_and_delete_memories(client, ada):
    memory = known(ada)

    def send(method, path, body=None):
        return getattr(client, method)(f"/api/v1{path}", body, content_type="application/json")

    listed = client.get(f"/api/v1/characters/{memory.npc.slug}/memories").json()
    assert [row["text"] for row in listed["memories"]] == ["My dog is Rex"]
    assert client.get("/api/v1/me/memories").json()["characters"][0]["memories"] == 1
    changed = send(
        "patch", f"/me/memories/{memory.uuid}", {"text": "My dog is Max", "is_pinned": True}
    ).json()
    assert (changed["text"], changed["is_pinned"]) == ("My dog is Max", True)
    assert send("put", f"/characters/{memory.npc.slug}/memories/switch", {"on": False}).status_code == 204
    assert send("put", "/me/memories/switch", {"on": False}).status_code == 204
    assert not client.get(f"/api/v1/characters/{memory.npc.slug}/memories").json()["remembers"]
    assert send("delete", f"/me/memories/{memory.uuid}").json() == {"deleted": 1}
    assert send("delete", f"/characters/{memory.npc.slug}/memories").json() == {"deleted": 0}
    assert (
        send("patch", f"/me/memories/{known(PlayerFactory()).uuid}", {"is_pinned": True}).status_code == 404
    )


# --- Ratings ---------------------------------------------------------------------------------------------


def answered(player):
    message = uuid4()
    row = InteractionFactory(player=player)
    note_answer(interaction=row.pk, message=message)
    return row, message


def test_who_asked_rates_the_answer_changes_and_takes_back(client, ada):
    row, message = answered(ada)
    url = reverse("npcs:rate", args=[message])
    given = []

    for data in ({"stars": "4"}, {"thumb": "up"}, {"thumb": "down"}, {"stars": ""}):
        client.post(url, data)
        row.refresh_from_db()
        given.append(row.satisfaction_rating)

    assert given == [4, 5, 2, None]


@pytest.mark.parametrize("stars", ["0", "6", "-1", "x", "999999999999", "\u0664"])
def test_a_rating_that_there_is_not_is_refused(client, ada, stars):
    row, message = answered(ada)

    response = client.post(
        reverse("npcs:rate", args=[message]), {"stars": stars}, headers={"Accept": "application/json"}
    )

    assert response.status_code == 422
    row.refresh_from_db()
    assert row.satisfaction_rating is None


def test_nobody_rates_what_another_has_asked(client, ada):
    row, message = answered(PlayerFactory())

    assert client.post(reverse("npcs:rate", args=[message]), {"stars": "1"}).status_code == 404
    body = {"stars": 1}
    path = f"/api/v1/me/ratings/{message}"
    assert client.put(path, body, content_type="application/json").status_code == 404
    row.refresh_from_db()
    assert row.satisfaction_rating is None


def test_programs_rate_too_and_of_several_variants_the_newest_is_meant(client, ada):
    older, message = answered(ada)
    newer = InteractionFactory(player=ada, npc=older.npc)
    note_answer(interaction=newer.pk, message=message)

    response = client.put(f"/api/v1/me/ratings/{message}", {"stars": 3}, content_type="application/json")

    assert response.status_code == 204
    assert dict(Interaction.objects.values_list("pk", "satisfaction_rating")) == {older.pk: None, newer.pk: 3}


def test_the_page_of_an_answer_asks_for_stars_whoever_asked_it(client, ada):
    channel, npc = RoomFactory().channel, NpcFactory()
    bob = PlayerFactory()
    for player in (ada, bob):
        ChannelMemberFactory(channel=channel, player=player)
    message = post_message(channel=channel, npc=npc, text="A comet is ice.").message
    note_answer(interaction=InteractionFactory(player=ada, npc=npc).pk, message=message.uuid)
    url = reverse("messaging:message", args=[message.uuid])

    assert "How good was this answer?" in client.get(url).content.decode()
    client.force_login(bob)
    assert "How good was this answer?" not in client.get(url).content.decode()


# --- The console -----------------------------------------------------------------------------------------


def test_staff_see_figures_of_memories_and_words_only_with_the_right_to_read_talks(client):
    memory = known(PlayerFactory())
    url = reverse("admin:npcs_memory_change", args=[memory.pk])
    shown = []

    for player in (GameMasterFactory(), SystemAdminFactory(is_staff=True)):
        client.force_login(player)
        shown.append("My dog is Rex" in client.get(url).content.decode())

    assert shown == [False, True]


def test_staff_write_what_a_character_knows_of_nobody_in_particular(client):
    npc = NpcFactory()
    client.force_login(GameMasterFactory())

    client.post(
        reverse("admin:npcs_memory_add"),
        {
            "npc": npc.pk,
            "kind": "fact",
            "text": "The library burned down",
            "importance": 9,
            "is_pinned": "on",
        },
    )

    memory = Memory.objects.get()
    assert (memory.player, memory.visibility, memory.origin, memory.is_pinned) == (
        None,
        "public",
        "staff",
        True,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_of_the_console_cost_the_same(client, django_assert_max_num_queries, count):
    for _ in range(count):
        MemoryPolicyFactory()
        known(PlayerFactory())
    client.force_login(GameMasterFactory())

    for name in ("memory", "memorypolicy", "memoryprofile", "npcmetric", "npclearningdata"):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(f"admin:npcs_{name}_changelist")).status_code == 200


def test_a_search_in_the_console_finds_no_words_for_those_who_may_not_read_them(client):
    memory = known(PlayerFactory(), text="swordfish")
    url = reverse("admin:npcs_memory_changelist")

    for player, found in ((GameMasterFactory(), 0), (SystemAdminFactory(is_staff=True), 1)):
        client.force_login(player)
        assert client.get(url, {"q": "swordfish"}).context["cl"].result_count == found
    assert memory.text == "swordfish"


def test_profiles_are_looked_at_only(client):
    profile = MemoryProfileFactory(last_exchange_at=timezone.now() - timedelta(days=1))
    client.force_login(SystemAdminFactory(is_staff=True))

    assert client.get(reverse("admin:npcs_memoryprofile_change", args=[profile.pk])).status_code == 200
    assert client.get(reverse("admin:npcs_memoryprofile_add")).status_code == 403
