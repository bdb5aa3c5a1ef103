"""Posts on the pages, in the JSON interface and in the console."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from npcs.models import NpcPost
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.npcs.astronomers import COMET, astronomer

pytestmark = pytest.mark.django_db


@pytest.fixture
def vega():
    return astronomer(name="Vega", slug="vega")


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


def post_of(npc, text="Ice and dust.", *, age=0, **fields):
    when = timezone.now() - timedelta(minutes=age)
    known = {"topic": "comets", "state": "done", "engine": "built-in engine", "published_at": when}
    return NpcPost.objects.create(npc=npc, text=text, **{**known, **fields})


def url(name, post=None):
    return reverse(f"npcs:{name}", args=["vega", *([post.uuid] if post else [])])


# --- Pages ---------------------------------------------------------------------------------------------------


def test_everybody_reads_what_is_published_and_nothing_else(client, vega):
    post_of(vega, "Seen by all.")
    post_of(vega, "Still a draft.", published_at=None)
    post_of(vega, "Taken away.", hidden_at=timezone.now())
    client.force_login(PlayerFactory())

    for page in (client.get(url("posts")), client.get(vega.get_absolute_url())):
        html = page.content.decode()
        assert "Seen by all." in html
        assert "built-in engine" in html
        assert "Still a draft." not in html
        assert "Taken away." not in html
        assert "Have it written" not in html


def test_markdown_is_rendered_and_markup_is_not(client, vega):
    post_of(vega, "**Ice** <script>alert(1)</script> ![x](https://x.example/y.png) [a](javascript:alert(1))")
    client.force_login(PlayerFactory())

    html = client.get(url("posts")).content.decode()

    assert "<strong>Ice</strong>" in html
    assert "<script>alert" not in html
    assert '<img src="https://x.example' not in html
    assert 'href="javascript' not in html


def test_code_is_scrolled_by_who_has_only_keys(client, vega):
    post_of(vega, "```\norbit = 76\n```")
    client.force_login(PlayerFactory())

    assert '<pre tabindex="0"><code>orbit = 76' in client.get(url("posts")).content.decode()


def test_a_master_asks_reads_publishes_hides_and_deletes(client, vega, master, commit):
    with commit():
        answer = client.post(url("post-ask"), {"topic": "what a comet is"}, follow=True)
    post = NpcPost.objects.get()
    draft = client.get(url("posts")).content.decode()
    client.post(url("post-publish", post))
    published = NpcPost.objects.get().stage
    client.post(url("post-hide", post))
    hidden = NpcPost.objects.get().stage
    client.post(url("post-remove", post))

    assert "Vega begins to write." in answer.content.decode()
    assert COMET in draft
    assert url("post-publish", post) in draft
    assert (published, hidden, NpcPost.objects.count()) == ("published", "hidden", 0)


def test_a_refusal_stands_at_the_field(client, vega, master):
    post_of(vega, "", state="waiting", published_at=None)

    busy = client.post(url("post-ask"), {"topic": "what a comet is"})
    empty = client.post(url("post-ask"), {"topic": " "})

    assert (busy.status_code, empty.status_code) == (422, 422)
    assert "Vega is writing already." in busy.content.decode()


def test_the_desk_is_asked_for_again_while_it_writes(client, vega, master):
    post = post_of(vega, "", state="waiting", published_at=None)
    writing = client.get(url("post-desk")).content.decode()
    NpcPost.objects.filter(pk=post.pk).update(state="failed", last_error="The notes are silent.")

    done = client.get(url("post-desk")).content.decode()

    assert "every 2s" in writing
    assert "every 2s" not in done
    assert "The notes are silent." in done


def test_others_neither_ask_nor_decide(client, vega):
    post = post_of(vega, published_at=None)
    client.force_login(PlayerFactory())

    answers = [client.get(url("post-desk")), client.post(url("post-ask"), {"topic": "x"})]
    answers += [client.post(url(f"post-{verb}", post)) for verb in ("publish", "hide", "remove")]

    assert {answer.status_code for answer in answers} == {403}
    assert NpcPost.objects.get().stage == "draft"


def test_an_author_looks_after_the_posts_of_his_own_character_only(client, vega):
    author = PlayerFactory()
    own = NpcFactory(slug="own", created_by=author)
    client.force_login(author)

    assert client.post(url("post-ask"), {"topic": "x"}).status_code == 403
    assert client.post(reverse("npcs:post-ask", args=["own"]), {"topic": "stars"}).status_code == 302
    assert NpcPost.objects.get().npc == own


def test_posts_have_pages_by_key(client, vega):
    made = [post_of(vega, f"Number {number}.", age=number) for number in range(12)]
    client.force_login(PlayerFactory())

    first = client.get(url("posts")).context["page"]
    last = client.get(url("posts"), {"after": first.after}).context["page"]

    assert first.rows + last.rows == made
    assert client.get(url("posts"), {"after": "made-up"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_there_are(client, vega, django_assert_max_num_queries, count):
    for number in range(count):
        post_of(vega, age=number)
        post_of(vega, age=number, published_at=None)
    client.force_login(GameMasterFactory())

    with django_assert_max_num_queries(11):
        response = client.get(url("posts"))

    assert len(response.context["page"].rows) == count


def test_a_post_that_failed_says_why_and_is_tried_again(client, vega, master, commit):
    post = post_of(
        vega, "", topic="what a comet is", state="failed", last_error="It was stopped.", published_at=None
    )
    before = client.get(url("posts")).content.decode()

    with commit():
        answer = client.post(url("post-again", post))

    tried = NpcPost.objects.get()
    after = client.get(url("posts")).content.decode()
    assert all(said in before for said in ("It was stopped.", url("post-again", post), "Try again"))
    assert answer.status_code == 302
    assert (tried.pk, tried.stage, tried.asked_by, tried.last_error) == (post.pk, "draft", master, "")
    assert COMET in after
    assert "Try again" not in after


def test_only_what_failed_is_tried_again_and_never_two_at_once(client, vega, master):
    draft = post_of(vega, published_at=None)
    failed = post_of(vega, "", state="failed", last_error="It was stopped.", published_at=None)

    of_a_draft = client.post(url("post-again", draft), follow=True).content.decode()
    post_of(vega, "", state="waiting", published_at=None)
    of_two = client.post(url("post-again", failed), follow=True).content.decode()

    assert "Only a post that failed can be tried again." in of_a_draft
    assert "Vega is writing already." in of_two
    assert [post.stage for post in NpcPost.objects.order_by("pk")] == ["draft", "failed", "writing"]


# --- The JSON interface --------------------------------------------------------------------------------------


def ask(client, topic="what a comet is", **extra):
    body = json.dumps({"topic": topic})
    return client.post("/api/v1/workshop/vega/posts", body, content_type="application/json", **extra)


def test_programs_ask_look_publish_and_list(client, vega, master, commit):
    with commit():
        told = ask(client)
    address = f"/api/v1/workshop/vega/posts/{told.json()['uuid']}"
    draft = client.get(address).json()
    before = client.get("/api/v1/characters/vega/posts").json()
    published = client.post(f"{address}/publish").json()
    after = client.get("/api/v1/characters/vega/posts").json()["posts"]
    hidden = client.post(f"{address}/hide").json()
    deleted = client.delete(address)

    assert (told.status_code, told.json()["stage"]) == (202, "writing")
    assert (draft["stage"], draft["engine"], draft["cost"]) == ("draft", "built-in engine", 0)
    assert before == {"posts": [], "after": ""}
    assert (published["stage"], [one["uuid"] for one in after]) == ("published", [draft["uuid"]])
    assert (hidden["stage"], deleted.status_code) == ("hidden", 204)
    assert client.get(address).status_code == 404


def test_programs_read_why_it_failed_and_try_again(client, vega, master, commit):
    post = post_of(
        vega, "", topic="what a comet is", state="failed", last_error="It was stopped.", published_at=None
    )
    address = f"/api/v1/workshop/vega/posts/{post.uuid}"
    failed = client.get(address).json()

    with commit():
        told = client.post(f"{address}/again")

    assert (failed["stage"], failed["problem"]) == ("failed", "It was stopped.")
    assert (told.status_code, told.json()["stage"], told.json()["problem"]) == (202, "writing", "")
    assert client.get(address).json()["stage"] == "draft"
    assert client.post(f"{address}/again").status_code == 409


def test_refusals_have_their_status(client, vega, master):
    assert ask(client, "").status_code == 422
    assert ask(client).status_code == 202
    assert ask(client).status_code == 409


def test_a_program_of_somebody_else_gets_nothing(client, vega):
    post = post_of(vega, published_at=None)
    ApiTokenFactory(secret="pf_any", scopes=["workshop:write", "workshop:read", "characters:read"])
    token = bearer("pf_any")

    answers = [
        client.get("/api/v1/workshop/vega/posts", **token),
        ask(client, **token),
        client.post(f"/api/v1/workshop/vega/posts/{post.uuid}/publish", **token),
        client.delete(f"/api/v1/workshop/vega/posts/{post.uuid}", **token),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert client.get("/api/v1/characters/vega/posts", **token).json()["posts"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same(client, vega, master, django_assert_num_queries, count):
    for number in range(count):
        post_of(vega, age=number)

    with django_assert_num_queries(6):
        listed = client.get("/api/v1/workshop/vega/posts").json()["posts"]

    assert len(listed) == count


# --- The console ---------------------------------------------------------------------------------------------


@pytest.fixture
def console(client):
    player = GameMasterFactory(is_staff=True)
    client.force_login(player)
    return client


def test_the_console_asks_publishes_and_hides(console, vega, commit):
    add = reverse("admin:npcs_npcpost_add")
    with commit():
        answer = console.post(add, {"npc": vega.pk, "topic": "what a comet is"})
    post = NpcPost.objects.get()
    listing = reverse("admin:npcs_npcpost_changelist")
    stages = [post.stage]
    for action in ("publish_posts", "hide_posts"):
        console.post(listing, {"action": action, "_selected_action": [post.pk]})
        stages.append(NpcPost.objects.get().stage)

    assert answer.status_code == 302
    assert stages == ["draft", "published", "hidden"]
    assert COMET in console.get(reverse("admin:npcs_npcpost_change", args=[post.pk])).content.decode()


def test_the_console_says_why_one_failed_and_tries_again(console, vega, commit):
    post = post_of(
        vega, "", topic="what a comet is", state="failed", last_error="It was stopped.", published_at=None
    )
    listing = reverse("admin:npcs_npcpost_changelist")
    shown = console.get(listing).content.decode()

    with commit():
        console.post(listing, {"action": "try_posts_again", "_selected_action": [post.pk]})

    assert "It was stopped." in shown
    assert NpcPost.objects.get().stage == "draft"


def test_the_console_says_why_not(console, vega):
    post_of(vega, "", state="waiting", published_at=None)

    answer = console.post(
        reverse("admin:npcs_npcpost_add"), {"npc": vega.pk, "topic": "what a comet is"}, follow=True
    )

    assert "Vega is writing already." in answer.content.decode()
    assert NpcPost.objects.count() == 1
