"""The page on which players ask for their data and take it home."""

import io
import zipfile

import pytest
from asgiref.sync import sync_to_async
from django.contrib.messages import get_messages
from django.db import connections
from django.utils import timezone

from padawanforge.kit.work import WorkState
from players.models import DataExport
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.privacy import DataExportFactory
from tests.players.exported import PAGE, PASSWORD, confirm_password, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
ASK = "/settings/data/export/"
STATE = "/settings/data/export/state/"


def test_the_page_is_for_players(client):
    assert client.get(PAGE).url.startswith("/accounts/login/")


def test_guests_read_when_their_data_goes(signed_in):
    client = signed_in(GuestFactory())

    assert "deleted by itself" in client.get(PAGE).content.decode()
    assert client.post(ASK).status_code == 403


def test_a_player_asks_on_the_page(signed_in):
    player = PlayerFactory()

    response = signed_in(player).post(ASK)

    assert (response.status_code, response.url) == (302, PAGE)
    assert DataExport.objects.filter(player=player).count() == 1


def test_asking_too_often_is_explained(signed_in):
    player = PlayerFactory()
    made(player)

    response = signed_in(player).post(ASK)

    assert "once a day" in str(next(iter(get_messages(response.wsgi_request))))


def test_progress_is_shown_and_asked_for_again(signed_in):
    export = DataExportFactory(state=WorkState.RUNNING, areas_done=2, areas_total=5)

    part = signed_in(export.player).get(STATE).content.decode()

    assert "2 of 5 parts are written." in part
    assert 'hx-trigger="every 2s"' in part


def test_a_finished_export_is_asked_for_no_more(signed_in):
    export = made(PlayerFactory())

    part = signed_in(export.player).get(STATE).content.decode()

    assert "hx-trigger" not in part
    assert f"/settings/data/exports/{export.uuid}/" in part


def test_a_download_wants_the_password_first(client):
    player = PlayerFactory(email="ada@example.org")
    way = f"/settings/data/exports/{made(player).uuid}/"
    client.force_login(player)

    asked = client.get(way)
    back = confirm_password(client, way)
    response = client.get(back)

    assert asked.url == f"/accounts/reauthenticate/?next={way.replace('/', '%2F')}"
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert zipfile.is_zipfile(io.BytesIO(response.getvalue()))


@pytest.mark.django_db(transaction=True)
async def test_the_server_sends_the_file_in_pieces(async_client):
    player = await sync_to_async(PlayerFactory)()
    export = await sync_to_async(made)(player)
    way = f"/settings/data/exports/{export.uuid}/"
    await async_client.aforce_login(player)
    await async_client.post(f"/accounts/reauthenticate/?next={way}", {"password": PASSWORD})

    response = await async_client.get(way)
    body = b"".join([piece async for piece in response.streaming_content])
    # The thread that worked for the loop has a connection of its own.
    await sync_to_async(connections.close_all)()

    assert response.is_async
    assert int(response["Content-Length"]) == len(body)
    assert zipfile.is_zipfile(io.BytesIO(body))


def test_nobody_downloads_what_is_somebody_elses_or_over(client):
    player, other = PlayerFactory(), PlayerFactory()
    mine, theirs = made(player), made(other)
    DataExport.objects.filter(pk=mine.pk).update(expires_at=timezone.now())
    client.force_login(player)
    ways = [f"/settings/data/exports/{export.uuid}/" for export in (mine, theirs)]
    confirm_password(client, ways[0])

    assert [client.get(way).status_code for way in ways] == [404, 404]


def test_the_file_is_not_served_by_its_name(client):
    export = made(PlayerFactory())

    assert client.get(f"/media/{export.file.name}").status_code == 404
