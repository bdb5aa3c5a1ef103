"""The wizard as its author sees it: steps, mistakes, presets and pictures."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from npcs.models import KnowledgeFile, Npc, NpcRevision, PresetUsage
from tests.factories.npcs import (
    AudiencePresetFactory,
    InventoryEntryFactory,
    KnowledgePresetFactory,
    NpcCategoryFactory,
    NpcConfigurationFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GuestFactory, PlayerFactory
from tests.npcs.wizard import voice

pytestmark = pytest.mark.django_db


def step(npc, key: str) -> str:
    return reverse("npcs:step", args=[npc.slug, key])


def picture(size: tuple[int, int] = (80, 60)) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return SimpleUploadedFile("face.png", file.getvalue())


def test_a_character_is_made_step_by_step_until_people_meet_it(client, master):
    category = NpcCategoryFactory()
    identity = {
        "name": "Halley",
        "tagline": "Asks about comets",
        "category": category.pk,
        "difficulty_level": "advanced",
        "expertise_areas": "comets, tails , Comets",
        "accent": "4",
        "mood": "calm",
    }

    created = client.post(reverse("npcs:create"), identity)
    npc = Npc.objects.get()
    teaching = client.post(
        step(npc, "costar"), {"tone": "Dry.", "seen": npc.updated_at.isoformat(), "next": "1"}
    )
    npc.refresh_from_db()
    client.post(step(npc, "audience"), {"audience": "Beginners.", "seen": npc.updated_at.isoformat()})
    npc.refresh_from_db()
    spoken = client.post(step(npc, "voice"), voice(npc, system_prompt="You teach comets.", next="1"))
    unseen = client.get(reverse("npcs:list")).content.decode()
    published = client.post(reverse("npcs:publish", args=[npc.slug]))

    npc = Npc.objects.get()
    assert created.url == step(npc, "costar")
    assert (teaching.url, spoken.url) == (step(npc, "audience"), step(npc, "finish"))
    assert "Asks about comets" not in unseen
    assert published.url == npc.get_absolute_url()
    assert (npc.is_active, npc.created_by, npc.expertise_areas) == (True, master, ["comets", "tails"])
    assert (npc.visual_style, npc.avatar_colour) == ({"accent": 4, "mood": "calm"}, 4)
    assert (npc.configuration.tone, npc.configuration.audience) == ("Dry.", "Beginners.")
    assert NpcRevision.objects.get().definition["system_prompt"] == "You teach comets."


@pytest.mark.parametrize("key", ["identity", "costar", "audience", "knowledge", "voice", "finish"])
def test_every_step_opens_with_what_is_there(client, master, key):
    npc = NpcConfigurationFactory().npc

    page = client.get(step(npc, key))

    assert page.status_code == 200
    assert "tokens" in page.content.decode()


def test_there_is_no_other_step(client, master):
    assert client.get(step(NpcFactory(), "other")).status_code == 404


@pytest.mark.parametrize(("factory", "status"), [(PlayerFactory, 403), (GuestFactory, 403)])
def test_players_make_no_characters(client, factory, status):
    npc = NpcFactory()
    client.force_login(factory())

    found = [client.get(url).status_code for url in (reverse("npcs:create"), step(npc, "voice"))]

    assert found == [status, status]


def test_an_author_keeps_the_care_of_his_own_and_no_other(client):
    author = PlayerFactory()
    own, other = NpcFactory(created_by=author), NpcFactory()
    client.force_login(author)

    assert [client.get(step(npc, "voice")).status_code for npc in (own, other)] == [200, 403]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": "a@b"}, "no @"),
        ({"name": "!!"}, "letters"),
        ({"name": ""}, "required"),
        ({"name": "VEGA"}, "already"),
        ({"expertise_areas": ",".join(f"area {n}" for n in range(11))}, "At most 10"),
        ({"expertise_areas": "x" * 41}, "more than 40"),
    ],
)
def test_a_mistake_is_explained_and_loses_nothing(client, master, changes, complaint):
    NpcFactory(name="Vega", slug="x")
    sent = {"name": "Halley", "tagline": "Asks about comets", "difficulty_level": "beginner", **changes}

    answer = client.post(reverse("npcs:create"), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in page
    assert "Asks about comets" in page
    assert Npc.objects.count() == 1


def test_the_second_author_is_told_and_may_insist(client, master):
    npc = NpcFactory()
    url, old = step(npc, "voice"), npc.updated_at.isoformat()
    client.post(url, voice(npc, system_prompt="First.", seen=old))

    refused = client.post(url, voice(npc, system_prompt="Second.", seen=old))
    form = refused.context["form"]
    client.post(url, voice(npc, system_prompt="Second.", seen=form["seen"].value()))

    assert refused.status_code == 422
    assert "changed this character while you wrote" in refused.content.decode()
    assert form["system_prompt"].value() == "Second."
    assert Npc.objects.get().system_prompt == "Second."


def test_a_preset_is_copied_into_the_form_and_counted_only_when_it_is_saved(client, master):
    npc, preset = NpcFactory(greeting="Good evening!"), SystemPromptPresetFactory(system_prompt="Ask a lot.")
    url = step(npc, "voice")

    taken = client.post(
        url, voice(npc, greeting="Good morning!", take="1", preset=f"system_prompt:{preset.pk}")
    )
    form = taken.context["form"]
    unsaved = (Npc.objects.get().system_prompt, PresetUsage.objects.count())
    client.post(url, voice(npc, system_prompt="Ask a lot.", copied=form["copied"].value()))

    assert (form["system_prompt"].value(), form["greeting"].value()) == ("Ask a lot.", "Good morning!")
    assert unsaved == ("You teach astronomy.", 0)
    assert Npc.objects.get().system_prompt == "Ask a lot."
    assert [use.preset_id for use in PresetUsage.objects.all()] == [preset.pk]


def test_an_audience_preset_describes_people_even_without_the_word(client, master):
    npc = NpcFactory()
    preset = AudiencePresetFactory(name="Pupils", audience_config={"age_range": "6-12", "tone": "Cheerful."})

    taken = client.post(step(npc, "audience"), {"take": "1", "preset": f"audience:{preset.pk}"})
    in_costar = client.post(step(npc, "costar"), {"take": "1", "preset": f"audience:{preset.pk}"})

    assert taken.context["form"]["audience"].value() == "Pupils\nAge range: 6-12"
    assert in_costar.context["form"]["tone"].value() == "Cheerful."


def test_the_size_counts_what_was_copied_or_refused_before_it_is_saved(client, master):
    npc, preset = NpcFactory(), SystemPromptPresetFactory(system_prompt="Ask a lot of questions. " * 40)
    url = step(npc, "voice")
    before = client.get(url).context["size"].tokens

    taken = client.post(url, voice(npc, take="1", preset=f"system_prompt:{preset.pk}"))
    refused = client.post(url, voice(npc, system_prompt=preset.system_prompt, temperature="9"))

    assert taken.context["size"].tokens == refused.context["size"].tokens > before + 100
    assert all("data-unsaved" in answer.content.decode() for answer in (taken, refused))
    assert "data-unsaved" not in client.get(url).content.decode()


@pytest.mark.parametrize("chosen", ["", "system_prompt:", "system_prompt:999", "other:1", "inventory:0", "x"])
def test_a_choice_that_does_not_exist_changes_nothing(client, master, chosen):
    npc = NpcFactory()

    answer = client.post(step(npc, "voice"), voice(npc, system_prompt="Mine.", take="1", preset=chosen))

    assert answer.context["form"]["system_prompt"].value() == "Mine."


def test_templates_of_others_are_no_presets_until_they_are_published(client, master):
    npc, entry = NpcFactory(), InventoryEntryFactory()
    client.post(step(npc, "voice"), voice(npc, copied=f"inventory:{entry.pk},nonsense,system_prompt:1"))

    assert not PresetUsage.objects.exists()


def test_a_picture_is_drawn_anew_and_can_be_taken_away(client, master):
    npc = NpcFactory()
    sent = {"name": npc.name, "difficulty_level": "beginner", "seen": npc.updated_at.isoformat()}

    client.post(step(npc, "identity"), {**sent, "picture": picture()})
    shown = Npc.objects.get().avatar
    client.post(
        step(npc, "identity"),
        {**sent, "seen": Npc.objects.get().updated_at.isoformat(), "remove_picture": "on"},
    )

    assert shown.endswith("-256.webp")
    assert Npc.objects.get().avatar == ""


def test_with_a_mistake_elsewhere_the_picture_is_asked_for_again(client, master):
    sent = {"name": "a@b", "difficulty_level": "beginner", "picture": picture()}

    errors = client.post(reverse("npcs:create"), sent).context["form"].errors

    assert "once more" in errors["picture"][0]
    assert "no @" in errors["name"][0]


def test_what_is_no_picture_is_refused(client, master):
    sent = {
        "name": "Halley",
        "difficulty_level": "beginner",
        "picture": SimpleUploadedFile("x.png", b"<svg/>"),
    }

    answer = client.post(reverse("npcs:create"), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"picture"}
    assert not Npc.objects.exists()


def test_a_document_of_the_library_becomes_one_of_the_character(
    client, master, django_capture_on_commit_callbacks
):
    npc, preset = NpcFactory(), KnowledgePresetFactory()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("npcs:document-use", args=[npc.slug, preset.pk]))
    again = client.post(reverse("npcs:document-use", args=[npc.slug, preset.pk]), follow=True)

    assert [file.npc for file in KnowledgeFile.objects.all()] == [npc]
    assert "already has this text" in again.content.decode()
    assert client.post(reverse("npcs:document-use", args=[npc.slug, 999])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_step_costs_the_same_however_full_the_libraries_are(
    client, master, django_assert_max_num_queries, count
):
    npc = NpcConfigurationFactory().npc
    SystemPromptPresetFactory.create_batch(count)
    InventoryEntryFactory.create_batch(count, player=master)

    with django_assert_max_num_queries(16):
        response = client.get(step(npc, "voice"))

    assert len(response.context["choices"]) == 2 * count


def test_a_character_that_cannot_speak_is_not_published(client, master):
    npc = NpcFactory(system_prompt="", is_active=False)

    answer = client.post(reverse("npcs:publish", args=[npc.slug]), follow=True)

    assert "Without a prompt" in answer.content.decode()
    assert not Npc.objects.get().is_active


def test_who_makes_a_character_says_whether_it_uses_tools(client, master):
    npc = NpcFactory()
    used = []
    for sent in ({"function_calling_enabled": "on"}, {}):
        client.post(step(npc, "voice"), voice(npc, **sent))
        npc.refresh_from_db()
        used.append(npc.function_calling_enabled)

    assert used == [True, False]
