"""A character is made, changed, published and put back, whoever else writes at the same time."""

from functools import partial

import pytest

from npcs.actions.making import (
    Change,
    ChangedMeanwhile,
    NameTaken,
    NotReady,
    begin,
    change,
    publish,
    restore,
    with_changes,
)
from npcs.actions.retirement import retire
from npcs.models import Npc, NpcConfiguration, NpcRevision, PresetUsage, SystemPromptPreset
from npcs.queries.revisions import current_revision, definition_of, differences
from tests.factories.npcs import (
    AiProviderFactory,
    NpcCategoryFactory,
    NpcConfigurationFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GameMasterFactory
from tests.npcs.test_retirement import NOW
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_a_new_character_is_a_draft_of_its_author():
    player = GameMasterFactory()

    npc = begin(player=player, values={"name": "Dr. Ülrike Stern", "tagline": "Sees far"})

    assert (npc.slug, npc.is_active, npc.created_by) == ("dr-ulrike-stern", False, player)
    assert current_revision(npc) is None


@pytest.mark.parametrize(
    ("names", "slug"), [(["Vega", "Vega!"], "vega-2"), (["Sources"], "sources-2"), (["星"], "character")]
)
def test_addresses_do_not_collide(names, slug):
    player = GameMasterFactory()

    assert [begin(player=player, values={"name": name}) for name in names][-1].slug == slug


def test_a_name_that_is_taken_in_another_case_is_refused():
    NpcFactory(name="Vega")

    with pytest.raises(NameTaken):
        begin(player=GameMasterFactory(), values={"name": "VEGA"})


def test_a_change_of_teaching_alone_is_a_change_of_the_character():
    npc, player = NpcFactory(), GameMasterFactory()

    changed = change(npc=npc, player=player, change=Change({}, {"tone": "Dry."}, seen=npc.updated_at))

    assert NpcConfiguration.objects.get().tone == "Dry."
    assert changed.updated_at > npc.updated_at
    assert current_revision(npc).definition["configuration"]["tone"] == "Dry."


def test_the_second_of_two_authors_is_told_and_loses_nothing():
    npc, player = NpcFactory(), GameMasterFactory()
    seen = npc.updated_at
    change(npc=npc, player=player, change=Change({"tagline": "First"}, {}, seen=seen))

    with pytest.raises(ChangedMeanwhile):
        change(npc=npc, player=player, change=Change({"tagline": "Second"}, {}, seen=seen))
    assert Npc.objects.get().tagline == "First"


def test_counters_that_move_meanwhile_are_no_change():
    npc = NpcFactory()
    Npc.objects.update(interaction_count=5, knowledge_version=2)

    change(npc=npc, player=GameMasterFactory(), change=Change({"tagline": "New"}, {}, seen=npc.updated_at))

    npc.refresh_from_db()
    assert (npc.interaction_count, npc.knowledge_version, npc.tagline) == (5, 2, "New")


def test_a_draft_gets_its_first_revision_when_it_is_published():
    player = GameMasterFactory()
    npc = begin(player=player, values={"name": "Vega"})
    change(npc=npc, player=player, change=Change({"system_prompt": "You teach."}, {}))
    before = NpcRevision.objects.count()

    revision = publish(npc=npc, player=player)

    assert (before, revision.number, Npc.objects.get().is_active) == (0, 1, True)


def test_a_draft_without_a_prompt_is_not_published():
    npc = begin(player=GameMasterFactory(), values={"name": "Vega"})

    with pytest.raises(NotReady, match="prompt"):
        publish(npc=npc, player=GameMasterFactory())
    assert not Npc.objects.get().is_active


def test_a_retired_character_is_not_published():
    npc = NpcFactory()
    retire(npc=npc, player=None, now=NOW)

    with pytest.raises(NotReady, match="retired"):
        publish(npc=npc, player=GameMasterFactory())


def test_a_copied_preset_is_counted_and_goes_its_own_way():
    npc, player, preset = NpcFactory(), GameMasterFactory(), SystemPromptPresetFactory()
    copied = [("system_prompt", preset)]

    change(npc=npc, player=player, change=Change({"system_prompt": preset.system_prompt}, {}, copied=copied))
    SystemPromptPreset.objects.update(system_prompt="Something else.")

    used = PresetUsage.objects.get()
    assert (used.preset_type, used.preset_id, used.npc, used.player) == (
        "system_prompt",
        preset.pk,
        npc,
        player,
    )
    assert SystemPromptPreset.objects.get().usage_count == 1
    assert Npc.objects.get().system_prompt == "Ask one question at a time."


def test_a_revision_is_restored_whole_as_a_new_one():
    npc = NpcConfigurationFactory(npc__tagline="Old", npc__category=NpcCategoryFactory()).npc
    player = GameMasterFactory()
    first = publish(npc=npc, player=player)
    change(npc=npc, player=player, change=Change({"tagline": "New", "category": None}, {"tone": "Loud."}))

    lost = restore(revision=first, player=player)

    restored = current_revision(npc)
    assert (lost, restored.number, restored.restored_from) == ([], 3, 1)
    assert restored.definition == first.definition == definition_of(Npc.objects.get())


def test_a_revision_without_teaching_takes_the_teaching_away():
    npc, player = NpcFactory(), GameMasterFactory()
    first = publish(npc=npc, player=player)
    change(npc=npc, player=player, change=Change({}, {"tone": "Loud."}))

    restore(revision=first, player=player)

    assert not NpcConfiguration.objects.exists()


def test_what_is_gone_meanwhile_is_told_and_the_rest_restored():
    provider = AiProviderFactory()
    npc, player = NpcFactory(provider=provider, tagline="Old"), GameMasterFactory()
    first = publish(npc=npc, player=player)
    provider.delete()
    change(npc=npc, player=player, change=Change({"tagline": "New"}, {}))

    lost = restore(revision=first, player=player)

    assert lost == ["The provider of that time does not exist any more."]
    assert (Npc.objects.get().tagline, Npc.objects.get().provider) == ("Old", None)


def test_a_name_that_was_taken_meanwhile_is_not_restored():
    npc, player = NpcFactory(name="Vega", slug="vega"), GameMasterFactory()
    first = publish(npc=npc, player=player)
    change(npc=npc, player=player, change=Change({"name": "Altair"}, {}))
    NpcFactory(name="Vega", slug="other")

    with pytest.raises(NameTaken):
        restore(revision=first, player=player)
    assert Npc.objects.get(pk=npc.pk).name == "Altair"


def test_the_difference_is_shown_word_by_word_and_by_name():
    category = NpcCategoryFactory(display_name="Sky")
    npc, player = NpcFactory(system_prompt="You teach astronomy.", category=None), GameMasterFactory()
    first = publish(npc=npc, player=player)
    change(
        npc=npc,
        player=player,
        change=Change({"system_prompt": "You teach old astronomy.", "category": category}, {"tone": "Dry."}),
    )

    found = {
        one.label: [(piece.kind, piece.text) for piece in one.pieces]
        for one in differences(first.definition, current_revision(npc).definition)
    }

    assert found == {
        "System prompt": [("same", "You teach "), ("added", "old "), ("same", "astronomy.")],
        "Category": [("added", "Sky")],
        "Teaching: tone": [("added", "Dry.")],
        "Teaching: name": [("added", npc.name)],
    }


def test_trying_out_changes_nothing_that_is_stored():
    npc = NpcConfigurationFactory().npc

    draft = with_changes(npc, {"system_prompt": "You teach botany."}, {"tone": "Loud."})

    assert (draft.system_prompt, draft.configuration.tone) == ("You teach botany.", "Loud.")
    stored = Npc.objects.get()
    assert (stored.system_prompt, stored.configuration.tone) == ("You teach astronomy.", "Calm.")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_saved_and_the_other_told():
    npc, player = NpcFactory(), GameMasterFactory()
    changes = {text: Change({"tagline": text}, {}, seen=npc.updated_at) for text in ("one", "two")}

    outcomes = at_once(
        *(partial(change, npc=npc, player=player, change=wanted) for wanted in changes.values())
    )

    told = dict(zip(changes, outcomes, strict=True))
    assert outcomes.count(ChangedMeanwhile) == 1
    assert told[Npc.objects.get().tagline] is not ChangedMeanwhile
    assert NpcRevision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_new_characters_with_one_name_one_is_made():
    player = GameMasterFactory()

    outcomes = at_once(*(partial(begin, player=player, values={"name": name}) for name in ("Vega", "VEGA")))

    assert outcomes.count(NameTaken) == 1
    assert Npc.objects.count() == 1
