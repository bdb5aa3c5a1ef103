import pytest

from players.signals import access_changed


@pytest.fixture
def told():
    """The ids of the players whose changed access was announced."""
    ids = []

    def hear(*, player_id, **kwargs):
        ids.append(player_id)

    access_changed.connect(hear)
    yield ids
    access_changed.disconnect(hear)


@pytest.fixture
def signed_in(client):
    """A function that signs a player in and gives the client."""

    def sign_in(player):
        client.force_login(player, backend="players.backends.PlayerBackend")
        return client

    return sign_in


@pytest.fixture
def own_folder(settings, tmp_path):
    """Files of players go where the test ends."""
    settings.MEDIA_ROOT = tmp_path
