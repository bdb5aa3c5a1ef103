"""A post whose notes change while it is written, or while its draft waits, does not tell what is gone."""

import pytest
from django.utils import timezone

from npcs.actions import posts
from npcs.actions.knowledge import add_knowledge_file, remove_file, replace_file, set_file_active
from npcs.actions.posts import NOTES_CHANGED, PostRefused
from npcs.models import Interaction, KnowledgeFile
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import GameMasterFactory
from tests.npcs.fake_provider import fake_provider
from tests.npcs.test_knowledge_replacing import NEW, OLD, run  # noqa: F401
from tests.npcs.test_posts import written

pytestmark = pytest.mark.django_db
TIDES, COMETS = "the tide table", "a comet of ice"


@pytest.fixture
def master():
    return GameMasterFactory()


@pytest.fixture(params=[True, False], ids=["at once", "as a draft"])
def npc(request, run):  # noqa: F811
    npc = NpcFactory(posts_at_once=request.param)
    run(add_knowledge_file, npc=npc, name="sea.md", content=OLD, player=None)
    return npc


def replaced(run, npc):  # noqa: F811
    file = KnowledgeFile.objects.get(npc=npc)
    return lambda: run(replace_file, file=file, name="sea.md", content=NEW, player=None)


def removed(run, npc):  # noqa: F811
    file = KnowledgeFile.objects.get(npc=npc)
    return lambda: run(remove_file, file=file)


def switched_off(run, npc):  # noqa: F811
    file = KnowledgeFile.objects.get(npc=npc)
    return lambda: run(set_file_active, file=file, is_active=False)


@pytest.fixture
def meanwhile(monkeypatch):
    """Do it after the character has spoken and before its post is kept."""

    def meanwhile(act):
        real = posts.speak

        def speak_and_act(**about):
            speech = real(**about)
            act()
            return speech

        monkeypatch.setattr(posts, "speak", speak_and_act)

    return meanwhile


@pytest.mark.parametrize("change", [replaced, removed, switched_off])
def test_what_was_told_by_notes_that_are_gone_is_no_post(npc, master, run, meanwhile, change):  # noqa: F811
    meanwhile(change(run, npc))

    post = written(npc, master, TIDES)

    assert (post.stage, post.text, post.sources, post.last_error) == ("failed", "", [], NOTES_CHANGED)


def test_a_model_that_cites_nothing_was_shown_them_all_the_same(npc, master, run, meanwhile):  # noqa: F811
    meanwhile(replaced(run, npc))
    with fake_provider(words=["High water is at noon."]) as server:
        AiProviderFactory(api_endpoint=server.url, is_default=True, timeout_seconds=10)

        post = written(npc, master, TIDES)

    assert "noon" in Interaction.objects.get().response
    assert (post.stage, post.text) == ("failed", "")


def test_another_file_that_comes_meanwhile_changes_nothing(npc, master, run, meanwhile):  # noqa: F811
    meanwhile(
        lambda: run(add_knowledge_file, npc=npc, name="b.md", content=b"# Bees\n\nBees dance.", player=None)
    )

    assert written(npc, master, COMETS).stage in {"draft", "published"}


@pytest.fixture
def draft(master, run):  # noqa: F811
    npc = NpcFactory()
    run(add_knowledge_file, npc=npc, name="sea.md", content=OLD, player=None)
    draft = written(npc, master, TIDES)
    assert "noon" in draft.text
    return draft


def publish(draft, master):
    posts.publish(post=draft, player=master, now=timezone.now())
    draft.refresh_from_db()


@pytest.mark.parametrize("change", [replaced, removed, switched_off])
def test_a_draft_that_cites_notes_that_are_gone_is_not_published(draft, master, run, change):  # noqa: F811
    change(run, draft.npc)()

    with pytest.raises(PostRefused, match="replaced or taken away since"):
        publish(draft, master)

    draft.refresh_from_db()
    assert draft.stage == "draft"


def test_a_person_may_publish_what_he_has_made_of_it(draft, master, run):  # noqa: F811
    replaced(run, draft.npc)()
    posts.edit(post=draft, player=master, text="High water is at dusk.", seen=0, now=timezone.now())

    publish(draft, master)

    assert (draft.stage, draft.text) == ("published", "High water is at dusk.")


def test_what_was_published_in_time_may_be_shown_again(draft, master, run):  # noqa: F811
    publish(draft, master)
    posts.hide(post=draft, player=master, now=timezone.now())
    replaced(run, draft.npc)()

    publish(draft, master)

    assert draft.stage == "published"
