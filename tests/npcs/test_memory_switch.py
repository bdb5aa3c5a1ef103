"""Whether a character remembers people is chosen where it is made: in the wizard and in the console."""

import pytest
from django.urls import reverse

from npcs.models import MemoryPolicy
from tests.factories.memory import MemoryPolicyFactory
from tests.npcs.test_making_admin import form_of
from tests.npcs.wizard import voice

pytestmark = pytest.mark.django_db


def step(npc):
    return reverse("npcs:step", args=[npc.slug, "voice"])


def console(npc):
    return reverse("admin:npcs_npc_change", args=[npc.pk])


def is_on(npc):
    return MemoryPolicy.objects.filter(npc=npc, is_on=True).exists()


def test_the_wizard_turns_memory_on_and_off(client, npc, master):
    before = is_on(npc)
    client.post(step(npc), voice(npc, remembers="on"))
    between = is_on(npc)
    npc.refresh_from_db()
    client.post(step(npc), voice(npc))

    assert (before, between, is_on(npc)) == (False, True, False)


def test_the_wizard_shows_what_is_chosen(client, npc, master):
    MemoryPolicyFactory(npc=npc)

    assert client.get(step(npc)).context["form"]["remembers"].value() is True


def test_saving_something_else_in_the_wizard_keeps_the_choice(client, npc, master):
    MemoryPolicyFactory(npc=npc, reflects=True)

    client.post(step(npc), voice(npc, remembers="on", greeting="Hello!"))
    client.post(reverse("npcs:step", args=[npc.slug, "costar"]), {"context": "An evening."})

    policy = MemoryPolicy.objects.get()
    assert (policy.is_on, policy.reflects) == (True, True)


def test_who_was_slower_changes_nothing_of_it(client, npc, master):
    old = npc.updated_at.isoformat()
    client.post(step(npc), voice(npc, seen=old))

    client.post(step(npc), voice(npc, seen=old, remembers="on"))

    assert not is_on(npc)


def test_the_console_turns_memory_on_and_off(client, npc, master):
    page = client.get(console(npc)).content.decode()
    answer = client.post(console(npc), form_of(npc, remembers="on", reflects="on"))
    policy = MemoryPolicy.objects.get(npc=npc)
    between = (policy.is_on, policy.reflects)
    client.post(console(npc), form_of(npc))

    assert "Remembers people" in page
    assert answer.status_code == 302
    assert (between, is_on(npc)) == ((True, True), False)


def test_the_console_writes_nothing_where_nothing_was_chosen(client, npc, master):
    client.post(console(npc), form_of(npc, tagline="New line"))

    assert not MemoryPolicy.objects.exists()
