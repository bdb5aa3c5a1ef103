import pytest

from players.models import Player
from tests.factories.players import GameMasterFactory
from tests.site.zara import (
    EMAIL,
    SHOWN,
    USERNAME,
    fill_account,
    fill_learning,
    fill_messengers,
    fill_rooms,
    fill_segments,
)


@pytest.fixture
def zara(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    player = GameMasterFactory(username=USERNAME, email=EMAIL, display_name=SHOWN)
    fill_segments(player)
    fill_account(player)
    fill_rooms(player)
    fill_messengers(player)
    fill_learning(player)
    return Player.objects.get(pk=player.pk)
