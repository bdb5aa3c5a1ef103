"""A player's own key: kept, tested, used, removed, and never shown."""

import pytest
from django.urls import reverse

from npcs.llm import presets
from npcs.models import UserAiSettings
from players.models import AuditEntry
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.npcs.astronomers import ask, astronomer
from tests.npcs.fake_provider import fake_provider

pytestmark = pytest.mark.django_db
URL = "/characters/~own-key/"
FORM = {"provider_type": "openai", "ai_model": "gpt", "new_key": "sk-mine-0123456789"}


@pytest.fixture
def hosted(monkeypatch):
    """A hosted provider on the loopback, as no test goes out into the world."""
    with fake_provider() as server:
        preset = presets.Preset("openai", "OpenAI", server.url, is_hosted=True)
        monkeypatch.setitem(presets.HOSTED, "openai", preset)
        yield server


@pytest.fixture
def player(client):
    player = PlayerFactory()
    client.force_login(player)
    return player


def keep(client, callbacks, **changes):
    with callbacks(execute=True):
        return client.post(URL, {**FORM, **changes})


def test_a_key_is_kept_enciphered_tested_and_not_shown(
    client, player, hosted, django_capture_on_commit_callbacks
):
    keep(client, django_capture_on_commit_callbacks)

    own = UserAiSettings.objects.get()
    raw = UserAiSettings.objects.extra(select={"raw": "api_key"}).get().raw
    page = client.get(URL).content.decode()
    assert (own.player, own.api_key, own.last_error, own.is_active) == (player, FORM["new_key"], "", True)
    assert FORM["new_key"] not in page + raw + str(list(AuditEntry.objects.values()))
    assert "OpenAI answers with gpt" in page


def test_a_key_that_is_refused_is_not_used(client, player, hosted, django_capture_on_commit_callbacks):
    hosted.modes = ["unauthorised"]

    keep(client, django_capture_on_commit_callbacks)

    own = UserAiSettings.objects.get()
    assert (own.is_active, own.last_error) == (False, "auth: AuthenticationError (401)")
    assert "gave no answer" in client.get(URL).content.decode()


def test_who_has_a_key_is_answered_by_his_own_provider(client, player, hosted):
    UserAiSettings.objects.create(player=player, provider_type="openai", api_key="sk-mine", ai_model="gpt")

    with fake_provider() as site:
        AiProviderFactory(api_endpoint=site.url, is_default=True)
        mine = ask(astronomer(), "What is a comet?", player=player)
        others = ask(astronomer(), "What is a comet?", player=PlayerFactory())

    assert (mine.engine, others.engine) == ("OpenAI · gpt (own key)", "Test server · tiny")
    assert hosted.headers[0]["authorization"] == "Bearer sk-mine"
    assert [len(hosted.requests), len(site.requests)] == [1, 1]


def test_without_a_new_key_the_stored_one_stays_for_the_same_provider_only(
    client, player, hosted, django_capture_on_commit_callbacks
):
    keep(client, django_capture_on_commit_callbacks)

    changed = keep(client, django_capture_on_commit_callbacks, new_key="", ai_model="gpt-2")
    refused = keep(client, django_capture_on_commit_callbacks, new_key="", provider_type="google")

    own = UserAiSettings.objects.get()
    assert (changed.status_code, refused.status_code) == (302, 422)
    assert (own.api_key, own.provider_type, own.ai_model) == (FORM["new_key"], "openai", "gpt-2")


def test_a_key_is_removed(client, player, hosted, django_capture_on_commit_callbacks):
    keep(client, django_capture_on_commit_callbacks)

    client.post(reverse("npcs:own-key-remove"))

    assert not UserAiSettings.objects.exists()
    assert AuditEntry.objects.filter(verb="own_key.removed").count() == 1


def test_a_player_names_no_address(client, player, django_capture_on_commit_callbacks):
    response = keep(client, django_capture_on_commit_callbacks, provider_type="custom")

    assert response.status_code == 422
    assert not UserAiSettings.objects.exists()


def test_guests_keep_no_keys(client):
    client.force_login(GuestFactory())

    assert client.post(URL, FORM).status_code in {302, 403}
    assert not UserAiSettings.objects.exists()


def test_one_player_never_touches_another_s_key(client, player, hosted):
    other = UserAiSettings.objects.create(
        player=PlayerFactory(), provider_type="openai", api_key="sk-other", ai_model="gpt"
    )

    client.post(reverse("npcs:own-key-remove"))
    client.post(reverse("npcs:own-key-test"))

    other.refresh_from_db()
    assert (other.api_key, hosted.requests) == ("sk-other", [])


def test_the_first_time_a_key_is_asked_for_and_later_not(client, player, hosted):
    first = client.get(URL).context["form"]["new_key"].field.required
    answer = client.post(URL, {**FORM, "new_key": ""})
    UserAiSettings.objects.create(player=player, provider_type="openai", api_key="sk-mine", ai_model="gpt")

    assert first is True
    assert answer.context["form"].errors["new_key"] == ["Write the key that your provider gave you."]
    assert client.get(URL).context["form"]["new_key"].field.required is False
