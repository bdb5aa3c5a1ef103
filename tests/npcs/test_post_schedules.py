"""A character writes by itself when somebody has set that: once a turn, on his bill, and never for nobody."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.actions import post_schedules, posts
from npcs.actions.posts import PostRefused
from npcs.models import AiCall, Budget, NpcPost, PostSchedule
from npcs.player_data import documents, erase
from npcs.tasks import write_due_posts
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.npcs.astronomers import astronomer
from tests.npcs.fake_provider import fake_provider
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
TOPICS = ["what a comet is", "how the Moon moves"]


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


def set_for(npc, player, days=1, topics=TOPICS, now=NOW):
    return post_schedules.set_schedule(npc=npc, player=player, every_days=days, topics=topics, now=now)


def due(now=NOW):
    return post_schedules.write_due(now=now)


def topics_written():
    return list(NpcPost.objects.order_by("pk").values_list("topic", flat=True))


def done(**fields):
    """As if what is being written were finished, and published."""
    NpcPost.objects.update(**({"state": "done", "text": "Ice.", "published_at": NOW} | fields))


# --- Turns -----------------------------------------------------------------------------------------------


def test_nobody_writes_by_itself_unless_that_is_set():
    astronomer()

    assert due(NOW + 100 * DAY) == 0


def test_it_writes_after_one_interval_and_takes_its_subjects_in_turn(master):
    set_for(astronomer(), master)
    counts = [due(NOW + DAY - timedelta(seconds=1))]

    for day in (1, 2, 3):
        counts.append(due(NOW + day * DAY))
        done()

    assert counts == [0, 1, 1, 1]
    assert topics_written() == [TOPICS[0], TOPICS[1], TOPICS[0]]


def test_the_job_that_runs_twice_writes_once(master):
    set_for(astronomer(), master)

    counts = [due(NOW + DAY), due(NOW + DAY)]
    done()
    counts.append(due(NOW + DAY))

    assert (counts, NpcPost.objects.count()) == ([1, 0, 0], 1)


@pytest.mark.django_db(transaction=True)
def test_two_servers_in_the_same_moment_write_once():
    set_for(astronomer(), GameMasterFactory(), now=NOW - 2 * DAY)

    counts = at_once(*(lambda: due(NOW) for _ in range(4)))

    assert (sorted(counts), NpcPost.objects.count()) == ([0, 0, 0, 1], 1)
    assert PostSchedule.objects.get().turn == 1


def test_a_turn_that_another_server_took_from_under_us_is_not_taken_again(master):
    schedule = set_for(astronomer(), master)
    stale = PostSchedule.objects.select_related("npc", "set_by").get(pk=schedule.pk)
    due(NOW + DAY)
    done()

    assert post_schedules._take_turn(stale, NOW + DAY) is None
    assert NpcPost.objects.count() == 1


def test_days_without_a_server_are_not_made_up_for(master):
    schedule = set_for(astronomer(), master, days=3)

    count = due(NOW + 10 * DAY)

    schedule.refresh_from_db()
    assert (count, schedule.due_at) == (1, NOW + 12 * DAY)


def test_the_job_of_the_clock_does_it(master, django_capture_on_commit_callbacks):
    set_for(astronomer(), master, now=NOW - 2 * DAY)

    with django_capture_on_commit_callbacks(execute=True):
        write_due_posts()

    assert NpcPost.objects.get().stage == "draft"


@pytest.mark.parametrize("at_once_too", [False, True])
def test_what_it_writes_is_a_draft_unless_the_character_publishes_at_once(
    master, django_capture_on_commit_callbacks, at_once_too
):
    set_for(astronomer(posts_at_once=at_once_too), master)

    with django_capture_on_commit_callbacks(execute=True):
        due(NOW + DAY)

    assert NpcPost.objects.get().stage == ("published" if at_once_too else "draft")


# --- Who pays, and what ends it --------------------------------------------------------------------------


def test_who_set_it_pays(master, django_capture_on_commit_callbacks):
    with fake_provider(words=["Ice [1]."]) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True)
        set_for(astronomer(), master)
        with django_capture_on_commit_callbacks(execute=True):
            due(NOW + DAY)

    call = AiCall.objects.get()
    assert (call.purpose, call.player) == ("post", master)


def test_where_nothing_is_left_to_spend_nothing_is_asked(master, django_capture_on_commit_callbacks):
    with fake_provider() as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True)
        Budget.objects.create(player=master, tokens_per_day=0)
        set_for(astronomer(), master)
        with django_capture_on_commit_callbacks(execute=True):
            due(NOW + DAY)

        assert server.requests == []
    assert NpcPost.objects.get().stage == "failed"


def test_who_may_no_longer_edit_pays_no_longer(master):
    schedule = set_for(astronomer(), master)
    master.is_active = False
    master.save()

    assert due(NOW + DAY) == 0
    schedule.refresh_from_db()
    assert "may no longer do so" in schedule.note
    assert schedule.next_topic == TOPICS[0]


def test_while_nobody_reads_nothing_is_added(master):
    npc = astronomer()
    schedule = set_for(npc, master)
    for state in ("done", "done", "failed"):
        NpcPost.objects.create(npc=npc, topic="x", state=state, text="Ice.")

    waiting = due(NOW + DAY)
    schedule.refresh_from_db()
    note = schedule.note
    NpcPost.objects.filter(state="done").update(published_at=NOW)

    assert (waiting, due(NOW + 2 * DAY)) == (0, 1)
    assert "3 posts wait on the desk." in note
    schedule.refresh_from_db()
    assert schedule.note == ""


def test_the_limit_of_a_day_holds_for_it_too(master):
    npc = astronomer()
    schedule = set_for(npc, master, now=NOW - DAY)
    NpcPost.objects.bulk_create(
        NpcPost(npc=npc, topic="x", state="done", text="Ice.", published_at=NOW) for _ in range(posts.A_DAY)
    )

    assert due(NOW) == 0
    schedule.refresh_from_db()
    assert "at most 20 times a day" in schedule.note


def test_who_rests_or_has_retired_writes_nothing(master):
    resting, retired = astronomer(is_active=False), astronomer(retired_at=NOW, is_active=False)
    for npc in (resting, retired):
        PostSchedule.objects.create(npc=npc, every_days=1, topics=TOPICS, set_by=master, due_at=NOW)

    assert due(NOW + DAY) == 0
    resting.is_active = True
    resting.save()
    assert due(NOW + DAY) == 1


def test_it_is_stopped(master):
    npc = astronomer()
    set_for(npc, master)

    first = post_schedules.stop_schedule(npc=npc, player=master)
    second = post_schedules.stop_schedule(npc=npc, player=master)

    assert (first, second, due(NOW + DAY)) == (True, False, 0)


@pytest.mark.parametrize(
    ("days", "topics"),
    [
        (2, TOPICS),
        (0, TOPICS),
        (1, []),
        (1, [" \u200b "]),
        (1, ["x" * 301]),
        (1, [f"t{n}" for n in range(31)]),
    ],
)
def test_what_makes_no_sense_is_refused(master, days, topics):
    with pytest.raises(PostRefused):
        set_for(astronomer(), master, days=days, topics=topics)


def test_set_anew_it_begins_anew_on_the_bill_of_who_did_it(master):
    npc, other = astronomer(), SystemAdminFactory()
    set_for(npc, master)

    schedule = set_for(npc, other, days=7, topics=["stars", "stars", " "])

    assert (schedule.set_by, schedule.topics, schedule.due_at) == (other, ["stars"], NOW + 7 * DAY)
    assert PostSchedule.objects.count() == 1


# --- Pages, calls, the console ---------------------------------------------------------------------------


def test_a_master_sets_and_stops_it_on_the_page(client, master):
    npc = astronomer(name="Vega", slug="vega")
    page = reverse("npcs:posts", args=["vega"])
    before = client.get(page).content.decode()

    client.post(reverse("npcs:post-schedule", args=["vega"]), {"every_days": 7, "topics": "comets\nstars"})
    schedule = PostSchedule.objects.get()
    after = client.get(page).content.decode()
    client.post(reverse("npcs:post-schedule-stop", args=["vega"]))

    assert (schedule.npc, schedule.every_days, schedule.topics) == (npc, 7, ["comets", "stars"])
    assert "Writes only when it is asked to" in before
    assert "Writes by itself: every week" in after
    assert not PostSchedule.objects.exists()


def test_a_refusal_stands_at_the_form(client, master):
    astronomer(slug="vega")

    answer = client.post(reverse("npcs:post-schedule", args=["vega"]), {"every_days": 2, "topics": "x"})

    assert answer.status_code == 422
    assert not PostSchedule.objects.exists()


def test_others_set_nothing(client):
    NpcFactory(slug="vega")
    client.force_login(PlayerFactory())
    body = json.dumps({"every_days": 1, "topics": ["x"]})

    answers = [
        client.post(reverse("npcs:post-schedule", args=["vega"]), {"every_days": 1, "topics": "x"}),
        client.post(reverse("npcs:post-schedule-stop", args=["vega"])),
        client.put("/api/v1/workshop/vega/schedule", body),
        client.delete("/api/v1/workshop/vega/schedule"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not PostSchedule.objects.exists()
    assert "Writes only" not in client.get(reverse("npcs:posts", args=["vega"])).content.decode()


def test_programs_set_read_and_stop_it(client, master):
    astronomer(slug="vega")
    url = "/api/v1/workshop/vega/schedule"

    none = client.get(url)
    put = client.put(url, json.dumps({"every_days": 3, "topics": TOPICS}))
    wrong = client.put(url, json.dumps({"every_days": 2, "topics": TOPICS}))
    got = client.get(url).json()
    gone = client.delete(url)

    assert (none.status_code, put.status_code, wrong.status_code, gone.status_code) == (404, 200, 422, 204)
    assert (got["every_days"], got["next_topic"], got["note"]) == (3, TOPICS[0], "")
    assert not PostSchedule.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_console_lists_them_at_one_price(client, master, django_assert_max_num_queries, count):
    for _ in range(count):
        set_for(NpcFactory(), master)

    with django_assert_max_num_queries(10):
        page = client.get(reverse("admin:npcs_postschedule_changelist"))

    assert len(page.context["cl"].result_list) == count


def test_with_the_account_of_who_pays_it_ends(master):
    set_for(astronomer(), master)
    taken = {it.path: list(it.content) for it in documents(master.pk) if "schedules" in it.path}

    erase(master.pk)

    assert taken["characters/schedules.json"][0]["topics"] == TOPICS
    assert not PostSchedule.objects.exists()
