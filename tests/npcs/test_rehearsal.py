"""Beside the wizard: the size of the prompt, and the try that answers as the form describes it."""

import pytest
from django.urls import reverse

from messaging.models import Message
from npcs.actions.rehearsal import BROKE_OFF, find, perform, size_of
from npcs.models import Interaction, Npc, NpcRevision
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import GameMasterFactory
from tests.npcs.fake_provider import fake_provider
from tests.npcs.wizard import voice

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_the_size_follows_what_stands_in_the_form(client, master):
    npc = NpcFactory()
    url = reverse("npcs:prompt-size", args=[npc.slug, "voice"])

    small = client.post(url, voice(npc))
    large = client.post(url, voice(npc, system_prompt="Long words. " * 660))

    assert "alert--warning" not in small.content.decode()
    assert "alert--warning" in large.content.decode()
    assert "More than 25 %" in large.content.decode()
    assert Npc.objects.get().system_prompt == "You teach astronomy."


def test_the_size_goes_by_the_smallest_window_of_those_who_may_speak():
    provider = AiProviderFactory(is_default=True)
    npc, player = NpcFactory(), GameMasterFactory()
    before = size_of(npc, player).window
    provider.delete()

    assert size_of(npc, player).window >= before > 0


def test_a_half_filled_form_is_measured_all_the_same(client, master):
    npc = NpcFactory()

    answer = client.post(
        reverse("npcs:prompt-size", args=[npc.slug, "voice"]), {"system_prompt": "", "temperature": "x"}
    )

    assert answer.status_code == 200


def ask(client, npc, said: str, callbacks, **more):
    url = reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"])
    with callbacks(execute=True):
        return client.post(url, voice(npc, said=said, **more), headers=HTMX)


def test_the_draft_answers_as_the_form_describes_it_and_nothing_is_kept(
    client, master, django_capture_on_commit_callbacks
):
    with fake_provider("ok") as server:
        provider = AiProviderFactory(api_endpoint=server.url, is_default=True)
        npc = NpcFactory()
        first = ask(
            client, npc, "Hello?", django_capture_on_commit_callbacks, system_prompt="You teach BOTANY."
        )
        key = first.context["rehearsal"].key
        ask(client, npc, "And then?", django_capture_on_commit_callbacks, rehearsal=str(key))
        requests = [str(request) for request in server.requests]

    page = client.get(reverse("npcs:rehearsal", args=[npc.slug, key])).content.decode()
    assert "You teach BOTANY." in requests[0]
    assert "Hello?" in requests[1]
    assert "And then?" in requests[1]
    assert ("Hello?" in page, "And then?" in page, provider.display_name in page) == (True, True, True)
    assert 'hx-trigger="load' not in page
    assert (Interaction.objects.count(), Message.objects.count(), NpcRevision.objects.count()) == (0, 0, 0)
    assert Npc.objects.get().interaction_count == 0


def test_without_a_provider_the_built_in_engine_tries(client, master, django_capture_on_commit_callbacks):
    npc = NpcFactory()

    answer = ask(client, npc, "Hello!", django_capture_on_commit_callbacks)

    tried = find(key=answer.context["rehearsal"].key, player=master, npc=npc)
    assert [turn.role for turn in tried.turns] == ["user", "assistant"]
    assert (tried.is_speaking, tried.fault) == (False, "")


def test_while_it_speaks_nothing_else_is_said_and_the_page_looks_again(client, master):
    npc = NpcFactory()
    url = reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"])

    first = client.post(url, voice(npc, said="Hello!"), headers=HTMX)
    key = first.context["rehearsal"].key
    again = client.post(url, voice(npc, said="Hello?", rehearsal=str(key)), headers=HTMX)
    other = client.post(url, voice(npc, said="Hello?"), headers=HTMX)

    assert 'hx-trigger="load' in first.content.decode()
    assert (again.status_code, other.status_code) == (422, 422)
    assert "still speaking" in again.content.decode()


def test_a_try_that_dies_says_so(master, client, django_capture_on_commit_callbacks, monkeypatch):
    npc = NpcFactory()
    answer = client.post(
        reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"]), voice(npc, said="Hello!"), headers=HTMX
    )
    key = answer.context["rehearsal"].key
    Npc.objects.all().delete()

    perform(key=key)

    assert "not there any more" in find(key=key, player=master, npc=npc).fault
    assert BROKE_OFF


def test_nobody_looks_into_the_try_of_another(client, master):
    npc = NpcFactory()
    answer = client.post(
        reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"]), voice(npc, said="My secret"), headers=HTMX
    )
    client.force_login(GameMasterFactory())

    page = client.get(reverse("npcs:rehearsal", args=[npc.slug, answer.context["rehearsal"].key]))

    assert "My secret" not in page.content.decode()


def test_without_a_script_the_page_comes_again_with_every_word(client, master):
    npc = NpcFactory()

    answer = client.post(
        reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"]),
        voice(npc, said="Hello!", system_prompt="Not saved yet."),
    )

    page = answer.content.decode()
    assert "<html" in page
    assert "Not saved yet." in page
    assert "Hello!" in page


@pytest.mark.parametrize("said", ["", " ", "x" * 1001])
def test_an_empty_or_endless_line_is_refused(client, master, said):
    npc = NpcFactory()

    answer = client.post(
        reverse("npcs:rehearsal-ask", args=[npc.slug, "voice"]), voice(npc, said=said), headers=HTMX
    )

    assert answer.status_code == 422
