"""A character writes for its own page: a draft first, and nobody's words in it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from npcs.actions import posts
from npcs.actions.memory import Note, remember
from npcs.actions.memory_keeping import set_policy
from npcs.actions.posts import PostRefused, TooManyPosts
from npcs.actions.sections import Place
from npcs.actions.speaking import speak
from npcs.llm.base import Turn
from npcs.models import AiCall, Interaction, NpcPost, ToolUse
from npcs.tasks import write_post
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.astronomers import COMET, astronomer
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
TOPIC = "what a comet is"


@pytest.fixture
def server():
    with fake_provider(words=["Comets ", "are ", "icy [1]."]) as running:
        AiProviderFactory(api_endpoint=running.url, is_default=True, timeout_seconds=10)
        yield running


@pytest.fixture
def master():
    return GameMasterFactory()


def asked(npc, player, topic=TOPIC):
    return posts.ask_for_post(npc=npc, player=player, topic=topic, now=timezone.now())


def written(npc, player, topic=TOPIC):
    post = asked(npc, player, topic)
    write_post(pk=post.pk)
    post.refresh_from_db()
    return post


def test_without_a_model_it_quotes_its_notes_and_says_so(master):
    post = written(astronomer(), master)

    assert post.text.startswith(COMET)
    assert (post.stage, post.engine) == ("draft", "built-in engine")
    assert [source["title"] for source in post.sources] == ["sky.md"]
    # Nobody is there to answer a check question.
    assert "____" not in post.text
    assert "check_answer" not in Interaction.objects.get().interaction_context


def test_a_model_is_shown_the_notes_and_the_bill_goes_to_who_asked(master, server):
    post = written(astronomer(), master)

    sent = str(server.requests[-1]["messages"])
    call = AiCall.objects.get()
    assert post.text == "Comets are icy [1]."
    assert COMET in sent
    assert posts.INSTRUCTION in sent
    assert (call.purpose, call.player, call.interaction) == ("post", master, post.interaction)
    assert "knowledge" in [part["section"] for part in post.interaction.manifest]
    assert post.interaction.player is None


def test_no_players_words_and_no_memories_stand_in_the_prompt(master, server):
    npc = astronomer(function_calling_enabled=True)
    set_policy(npc=npc, is_on=True)
    ada, now = PlayerFactory(display_name="Ada"), timezone.now()
    for player in (ada, master):
        speak(
            npc=npc,
            heard=[Turn("user", "A comet hit my dog Rexzz", player.name)],
            player=player,
            on_text=lambda piece: None,
            place=Place("talk", None, "private"),
        )
        remember(Note("What a comet is scares Rexzz"), npc=npc, player=player, now=now)

    post = written(npc, master)

    request = server.requests[-1]
    assert "Rexzz" not in str(request)
    assert "Ada" not in str(request["messages"])
    assert master.name not in str(request["messages"])
    assert "tools" not in request
    sections = {part["section"] for part in post.interaction.manifest}
    assert not sections & {"memory", "learner", "relationship", "summary"}
    assert not ToolUse.objects.exists()


def test_the_built_in_engine_tells_nobodys_memories(master):
    npc = astronomer()
    set_policy(npc=npc, is_on=True)
    remember(Note("My dog is Rexzz"), npc=npc, player=master, now=timezone.now())

    post = written(npc, master, topic="What is my dog called?")

    assert "Rexzz" not in post.text + post.last_error


def test_what_the_notes_do_not_cover_is_no_post(master):
    post = written(astronomer(), master, topic="Medieval tax law in Burgundy")

    assert (post.stage, post.text) == ("failed", "")
    assert post.last_error == "Its notes don't cover this subject."


def test_a_model_that_is_away_leaves_a_reason(master):
    AiProviderFactory(api_endpoint="http://127.0.0.1:9/v1", is_default=True, timeout_seconds=1)
    npc = astronomer()

    post = written(npc, master, topic="Medieval tax law in Burgundy")

    assert (post.stage, "could not be reached" in post.last_error) == ("failed", True)
    quoted = written(npc, master)
    assert (quoted.engine, quoted.text.startswith(COMET)) == ("built-in engine", True)


def test_who_publishes_at_once_needs_nobody(master):
    post = written(astronomer(posts_at_once=True), master)

    assert post.stage == "published"


def test_a_draft_is_published_hidden_and_shown_again(master):
    post, now = written(astronomer(), master), timezone.now()
    stages = []

    for act in (posts.publish, posts.publish, posts.hide, posts.hide, posts.publish):
        act(post=post, player=master, now=now)
        post.refresh_from_db()
        stages.append(post.stage)

    assert stages == ["published", "published", "hidden", "hidden", "published"]
    assert post.published_at == now


def test_what_is_not_written_is_not_published(master):
    post = asked(astronomer(), master)

    with pytest.raises(PostRefused):
        posts.publish(post=post, player=master, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        NpcPost.objects.update(published_at=timezone.now())


def test_it_writes_one_at_a_time_and_so_many_a_day(master):
    npc = astronomer()
    asked(npc, master)

    with pytest.raises(PostRefused, match="writing already"):
        asked(npc, master)
    NpcPost.objects.update(state="failed")
    NpcPost.objects.bulk_create(NpcPost(npc=npc, topic=TOPIC, state="failed") for _ in range(posts.A_DAY - 1))
    with pytest.raises(TooManyPosts):
        asked(npc, master)
    NpcPost.objects.update(queued_at=timezone.now() - timedelta(days=2))
    assert asked(npc, master).stage == "writing"


def test_trying_again_and_deleting_leave_no_more_posts_a_day(master, monkeypatch):
    monkeypatch.setattr(posts, "A_DAY", 3)
    npc = astronomer()
    failed = written(npc, master, topic="Medieval tax law in Burgundy")
    posts.try_again(post=failed, player=master, now=timezone.now())
    write_post(pk=failed.pk)
    posts.delete(post=written(npc, master), player=master)

    failed.refresh_from_db()
    with pytest.raises(TooManyPosts, match="trying again is one of them"):
        posts.try_again(post=failed, player=master, now=timezone.now())
    with pytest.raises(TooManyPosts):
        asked(npc, master)
    assert failed.stage == "failed"

    Interaction.objects.update(created_at=timezone.now() - timedelta(days=2))
    posts.try_again(post=failed, player=master, now=timezone.now())


@pytest.mark.parametrize("topic", ["", " \u200b ", "x" * 301])
def test_a_subject_is_needed_and_short(master, topic):
    with pytest.raises(PostRefused):
        asked(astronomer(), master, topic)


def test_who_has_retired_writes_nothing(master):
    npc = astronomer()
    waiting = asked(npc, master)
    npc.is_active, npc.retired_at = False, timezone.now()
    npc.save()

    write_post(pk=waiting.pk)

    waiting.refresh_from_db()
    assert waiting.stage == "failed"
    with pytest.raises(PostRefused, match="retired"):
        asked(npc, master)


def test_a_worker_that_died_is_not_paid_twice(master, server):
    post = asked(astronomer(), master)

    posts.give_up(post)
    write_post(pk=post.pk)

    post.refresh_from_db()
    assert (post.stage, post.last_error, server.requests) == ("failed", "It broke off.", [])


def test_a_deleted_post_leaves_no_word(master):
    npc = astronomer()
    post = written(npc, master)

    posts.delete(post=post, player=master)

    row = Interaction.objects.get()
    assert not NpcPost.objects.exists()
    assert (row.message, row.response, row.manifest) == ("", "", [])


def test_a_post_that_is_deleted_while_it_is_written_leaves_no_word(master, monkeypatch):
    post = asked(astronomer(), master)
    real = posts.speak

    def speak_and_lose(**about):
        speech = real(**about)
        posts.delete(post=post, player=master)
        return speech

    monkeypatch.setattr(posts, "speak", speak_and_lose)
    write_post(pk=post.pk)

    assert not NpcPost.objects.exists()
    assert Interaction.objects.get().response == ""
