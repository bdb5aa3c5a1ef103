import pytest
from django.db import DatabaseError, transaction

from npcs.actions.revisions import take_revision
from npcs.models import Npc, NpcRevision
from npcs.queries.revisions import current_revision, definition_of
from tests.factories.npcs import AiProviderFactory, NpcConfigurationFactory, NpcFactory
from tests.factories.players import GameMasterFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_a_character_that_was_never_kept_has_no_revision():
    assert current_revision(NpcFactory()) is None


def test_a_revision_holds_the_whole_definition():
    npc = NpcConfigurationFactory(npc__name="Halley", npc__tags=["sky"]).npc

    revision = take_revision(npc=npc, note="First")

    assert (revision.number, revision.note) == (1, "First")
    assert revision.definition["name"] == "Halley"
    assert revision.definition["tags"] == ["sky"]
    assert revision.definition["configuration"]["tone"] == "Calm."
    assert revision.definition == definition_of(Npc.objects.get())


def test_what_is_unchanged_is_kept_once():
    npc = NpcConfigurationFactory().npc

    assert take_revision(npc=npc) == take_revision(npc=npc) == current_revision(npc)
    assert NpcRevision.objects.count() == 1


def test_a_change_past_every_action_is_caught_by_the_next_who_asks():
    npc = NpcFactory()
    take_revision(npc=npc)
    Npc.objects.update(system_prompt="You teach botany.")

    revision = take_revision(npc=Npc.objects.get())

    assert (revision.number, revision.definition["system_prompt"]) == (2, "You teach botany.")


def test_standing_in_the_directory_is_no_part_of_the_definition():
    npc = NpcFactory()
    first = take_revision(npc=npc)
    Npc.objects.update(is_featured=True, is_active=False, interaction_count=7, knowledge_version=3)

    assert take_revision(npc=Npc.objects.get()) == first


def test_no_key_reaches_a_revision():
    provider = AiProviderFactory()
    revision = take_revision(npc=NpcFactory(provider=provider))

    assert revision.definition["provider"] == provider.pk
    assert provider.api_key not in str(revision.definition)


@pytest.mark.parametrize("change", [{"number": 5}, {"definition": {}}, {"fingerprint": "x"}])
def test_the_database_refuses_to_change_a_revision(change):
    revision = take_revision(npc=NpcFactory())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        NpcRevision.objects.filter(pk=revision.pk).update(**change)


def test_a_revision_outlives_the_account_of_who_made_it():
    player = GameMasterFactory()
    revision = take_revision(npc=NpcFactory(), player=player)

    NpcRevision.objects.filter(pk=revision.pk).update(created_by=None)

    assert NpcRevision.objects.get().created_by is None


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_the_revision_and_all_get_it():
    npc = NpcFactory()

    found = at_once(*[lambda: take_revision(npc=npc).pk] * 4)

    assert found == [NpcRevision.objects.get().pk] * 4


def test_names_that_differ_in_their_case_only_are_refused():
    NpcFactory(name="Vega", slug="a")

    with pytest.raises(DatabaseError), transaction.atomic():
        NpcFactory(name="vega", slug="b")
