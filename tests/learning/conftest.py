import pytest

from tests.factories.players import GameMasterFactory


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def master(client):
    client.player = GameMasterFactory()
    client.force_login(client.player)
    return client
