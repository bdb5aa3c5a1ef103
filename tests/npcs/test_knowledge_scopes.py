"""Where knowledge may come from: the place, and the document of the library that a character speaks from."""

from uuid import uuid4

import pytest
from django.urls import reverse

from npcs import queries
from npcs.actions import making
from npcs.actions.inventory import keep_template
from npcs.actions.knowledge import NotItsDocument, narrow_knowledge
from npcs.actions.sections import Place
from npcs.actions.speaking import speak
from npcs.llm.base import Turn
from npcs.models import Npc, NpcRevision
from npcs.queries.knowledge import ask_notes
from npcs.queries.revisions import current_revision, differences
from tests.factories.npcs import (
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    KnowledgePresetFactory,
    NpcFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.npcs.notes import url
from tests.npcs.tool_use import agent, told, wanting

pytestmark = pytest.mark.django_db
HALL, YARD = uuid4(), uuid4()
SECRET = "The comet of the hall has a green tail."
COMMON = "A comet is a body of ice and dust."


def know(npc, text, **about):
    item = KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc, **about), heading="Comets", text=text)
    return item.file


@pytest.mark.parametrize(("place", "is_known"), [(HALL, True), (YARD, False), (None, False)])
def test_a_tool_looks_up_what_is_known_in_that_place_only(place, is_known):
    context, server = wanting(("look_up", {"question": "What tail has the comet of the hall?"}))
    try:
        npc = agent(server)
        know(npc, SECRET, place=str(HALL))
        heard = [Turn("user", "Please look.", "Ada")]
        where = Place("room", place, "room") if place else Place()
        speak(npc=npc, heard=heard, player=PlayerFactory(), on_text=lambda piece: None, place=where)

        assert (SECRET in told(server)[0]) == is_known
    finally:
        context.__exit__(None, None, None)


@pytest.fixture
def library(npc):
    """Vega knows a document of the library, and something else."""
    document = KnowledgePresetFactory(name="Comets for beginners")
    know(npc, COMMON, preset=document)
    know(npc, SECRET)
    return document


def found(npc, question="What is a comet?"):
    npc = Npc.objects.get(pk=npc.pk)
    index = queries.index_for(npc)
    return {index.passages[hit.id].text for hit in index.search(question)}


def test_a_character_speaks_from_the_chosen_document_only(npc, library):
    before = found(npc)
    narrow_knowledge(npc=npc, preset=library)
    narrowed = found(npc)
    narrow_knowledge(npc=npc, preset=None)

    assert (before, narrowed, found(npc)) == ({COMMON, SECRET}, {COMMON}, {COMMON, SECRET})


def test_an_answer_and_the_page_that_asks_the_notes_keep_to_it(npc, library):
    narrow_knowledge(npc=npc, preset=library)

    speech = speak(
        npc=npc,
        heard=[Turn("user", "What tail has the comet of the hall?", "Ada")],
        player=None,
        on_text=lambda piece: None,
    )
    shown = {find.passage.text for find in ask_notes(npc, "What is a comet?").finds}

    assert "green" not in speech.text
    assert shown == {COMMON}


def test_one_file_is_asked_whatever_it_speaks_from(npc, library):
    narrow_knowledge(npc=npc, preset=library)
    other = npc.knowledge_files.get(preset=None)

    answer = ask_notes(npc, "What is a comet?", file=other)

    assert [find.passage.text for find in answer.finds] == [SECRET]


def test_a_document_that_it_has_not_is_refused(npc, library):
    with pytest.raises(NotItsDocument):
        narrow_knowledge(npc=npc, preset=KnowledgePresetFactory())


def test_a_document_that_leaves_the_library_narrows_nothing_any_more(npc, library):
    narrow_knowledge(npc=npc, preset=library)

    library.delete()

    assert found(npc) == {COMMON, SECRET}


def test_a_game_master_chooses_it_beside_the_notes(client, npc, library, master):
    page = client.get(url("notes-narrow", npc)).content.decode()
    client.post(url("notes-narrow", npc), {"preset": library.pk})
    chosen = Npc.objects.get().speaks_from
    said = client.get(url("notes", npc)).content.decode()
    client.post(url("notes-narrow", npc), {"preset": ""})

    assert "Comets for beginners" in page
    assert url("notes-narrow", npc) in said
    assert "Speaks from one document" in said
    assert (chosen, Npc.objects.get().speaks_from) == (library, None)


def test_what_it_does_not_have_is_not_offered_and_not_taken(client, npc, library, master):
    other = KnowledgePresetFactory(name="Volcanoes")

    page = client.get(url("notes-narrow", npc)).content.decode()
    answer = client.post(url("notes-narrow", npc), {"preset": other.pk})

    assert "Volcanoes" not in page
    assert answer.status_code == 422
    assert Npc.objects.get().speaks_from is None


def test_only_who_looks_after_the_character_narrows_it(client):
    npc = NpcFactory()
    client.force_login(PlayerFactory())

    assert client.post(url("notes-narrow", npc), {"preset": ""}).status_code == 403


# --- Kept with the character ---------------------------------------------------------------------------------


def test_what_it_speaks_from_is_kept_shown_and_brought_back(npc, library):
    player = GameMasterFactory()
    narrow_knowledge(npc=npc, preset=library, player=player)
    narrowed = current_revision(npc)
    narrow_knowledge(npc=npc, preset=None, player=player)
    widened = current_revision(npc)

    shown = differences(narrowed.definition, widened.definition)
    lost = making.restore(revision=narrowed, player=player)

    assert (narrowed.created_by, narrowed.definition["speaks_from"]) == (player, library.pk)
    assert [(one.label, one.pieces[0].text) for one in shown] == [("Speaks from", "Comets for beginners")]
    assert (lost, Npc.objects.get().speaks_from) == ([], library)
    assert found(npc) == {COMMON}


def test_a_document_that_it_no_longer_has_does_not_come_back(npc, library):
    player = GameMasterFactory()
    narrow_knowledge(npc=npc, preset=library, player=player)
    narrowed = current_revision(npc)
    narrow_knowledge(npc=npc, preset=None, player=player)
    npc.knowledge_files.filter(preset=library).delete()

    lost = making.restore(revision=narrowed, player=player)

    assert lost == ["It has no copy of the document that it spoke from; now it speaks from all its notes."]
    assert Npc.objects.get().speaks_from is None


def test_a_revision_that_knows_nothing_of_it_leaves_it_alone(npc, library):
    player = GameMasterFactory()
    narrow_knowledge(npc=npc, preset=library, player=player)
    now = current_revision(npc).definition
    before = {name: value for name, value in now.items() if name != "speaks_from"}
    old = NpcRevision.objects.create(
        npc=npc, number=99, definition=before | {"tagline": "Once"}, fingerprint="x"
    )

    making.restore(revision=old, player=player)

    assert (Npc.objects.get().speaks_from, Npc.objects.get().tagline) == (library, "Once")


def test_a_template_does_not_carry_it_along(npc, library):
    narrow_knowledge(npc=npc, preset=library)

    entry = keep_template(npc=npc, player=GameMasterFactory(), name="Mine")

    assert "speaks_from" not in entry.definition


def test_the_wizard_offers_it_where_there_is_something_to_choose(client, npc, library, master):
    other = NpcFactory()
    step = reverse("npcs:step", args=[npc.slug, "knowledge"])

    page = client.get(step).content.decode()
    saved = client.post(url("notes-narrow", npc), {"preset": library.pk, "making": "1"})
    without = client.get(reverse("npcs:step", args=[other.slug, "knowledge"])).content.decode()

    assert "Comets for beginners" in page
    assert (saved.status_code, saved["Location"]) == (302, step)
    assert Npc.objects.get(pk=npc.pk).speaks_from == library
    assert "What it speaks from" in page
    assert "What it speaks from" not in without
