"""Consents, guardians, exports and deletions in the console."""

import pytest

from players.actions.consents import answer_consents
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.privacy import AccountDeletionFactory, DataExportFactory, GuardianshipFactory

pytestmark = pytest.mark.django_db
LISTS = [
    f"/admin/players/{name}/" for name in ("consententry", "guardianship", "dataexport", "accountdeletion")
]


@pytest.fixture
def rows():
    player = PlayerFactory()
    answer_consents(player=player, answers={"research": True})
    entry = player.consents.get()
    return [
        f"/admin/players/consententry/{entry.pk}/change/",
        f"/admin/players/guardianship/{GuardianshipFactory(player=player).pk}/change/",
        f"/admin/players/dataexport/{DataExportFactory(player=player, file='exports/x.zip').pk}/change/",
        f"/admin/players/accountdeletion/{AccountDeletionFactory(player=player).pk}/change/",
    ]


def test_system_admins_look_at_all_of_it(signed_in, rows):
    client = signed_in(SystemAdminFactory(is_staff=True))

    assert {client.get(way).status_code for way in LISTS + rows} == {200}


def test_game_masters_see_none_of_it(signed_in, rows):
    client = signed_in(GameMasterFactory())

    assert {client.get(way).status_code for way in LISTS + rows} == {403}


def test_nobody_changes_it(signed_in, rows):
    client = signed_in(SystemAdminFactory(is_staff=True))

    assert {client.post(way, {}).status_code for way in rows} == {403}


def test_the_way_to_the_file_is_not_shown(signed_in, rows):
    client = signed_in(SystemAdminFactory(is_staff=True))

    assert "x.zip" not in client.get(rows[2]).content.decode()
