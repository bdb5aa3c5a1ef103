from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from padawanforge.kit.uploads import PictureRefused
from players.actions.avatars import GuardianMissing, remove_avatar, set_avatar
from players.models import Player, PlayerProfile
from tests.factories.players import PlayerFactory
from tests.factories.segments import change, picture

UPLOAD, REMOVE = "/settings/avatar/", "/settings/avatar/remove/"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def kept():
    """How many files lie in the folder of pictures."""
    return len(default_storage.listdir("pictures")[1]) if default_storage.exists("pictures") else 0


def avatar_of(player):
    return PlayerProfile.objects.get(player=player).avatar


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_takes_the_place_of_the_old_one():
    player = PlayerFactory()
    first = set_avatar(player=player, picture=picture())

    second = set_avatar(player=player, picture=picture())

    assert avatar_of(player) == second != first
    assert kept() == 2


@pytest.mark.django_db(transaction=True)
def test_a_removed_picture_leaves_no_file():
    player = PlayerFactory()
    set_avatar(player=player, picture=picture())
    PlayerProfile.objects.filter(player=player).update(picture="https://example.org/face.png")

    remove_avatar(player=player)

    assert (avatar_of(player), Player.objects.get().own_avatar_url, kept()) == ("", "", 0)


@pytest.mark.django_db(transaction=True)
def test_the_old_file_stays_when_the_change_is_undone():
    player = PlayerFactory()
    url = set_avatar(player=player, picture=picture())

    with transaction.atomic():
        remove_avatar(player=player)
        transaction.set_rollback(True)

    assert (avatar_of(player), kept()) == (url, 2)


@pytest.mark.django_db(transaction=True)
def test_a_picture_of_nobody_leaves_no_file():
    player = PlayerFactory()
    ghost = Player.objects.get(pk=player.pk)
    Player.objects.filter(pk=player.pk).delete()

    with pytest.raises((PlayerProfile.DoesNotExist, Player.DoesNotExist)):
        set_avatar(player=ghost, picture=picture())

    assert kept() == 0


@pytest.mark.django_db(transaction=True)
def test_of_pictures_sent_at_once_one_stays():
    player = PlayerFactory()

    def send(_):
        try:
            return set_avatar(player=player, picture=picture())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        urls = list(pool.map(send, range(4)))

    assert avatar_of(player) in urls
    assert kept() == 2


@pytest.mark.django_db
def test_a_broken_file_changes_nothing():
    player = PlayerFactory()

    with pytest.raises(PictureRefused):
        set_avatar(player=player, picture=SimpleUploadedFile("ada.png", b"<svg/>"))

    assert (avatar_of(player), kept()) == ("", 0)


@pytest.mark.django_db
def test_a_minor_without_a_guardian_shows_no_picture(signed_in):
    player = change(PlayerFactory(), date_of_birth=date(2020, 1, 1))

    with pytest.raises(GuardianMissing):
        set_avatar(player=player, picture=picture())

    assert "Ask your guardian" in signed_in(player).get("/settings/").content.decode()


@pytest.mark.django_db
def test_the_page_takes_a_picture_and_shows_it(signed_in):
    player = PlayerFactory()
    client = signed_in(player)

    response = client.post(UPLOAD, {"picture": picture()})

    assert response.url == "/settings/"
    assert avatar_of(player) in client.get("/settings/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "Choose a picture first."),
        ({"picture": SimpleUploadedFile("ada.png", b"")}, "Choose a JPEG, PNG, WebP or GIF picture."),
        ({"picture": SimpleUploadedFile("ada.png", b"GIF89a and no more")}, "This picture can&#x27;t be read."),
    ],
)  # fmt: skip
def test_the_page_says_what_is_wrong_with_a_file(signed_in, files, why):
    response = signed_in(PlayerFactory()).post(UPLOAD, files)

    assert response.status_code == 422
    assert why in response.content.decode()


@pytest.mark.django_db
def test_the_page_removes_the_picture(signed_in):
    player = PlayerFactory()
    client = signed_in(player)
    client.post(UPLOAD, {"picture": picture()})

    client.post(REMOVE)

    assert avatar_of(player) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("address", [UPLOAD, REMOVE])
def test_pictures_are_changed_by_post_and_by_players(client, signed_in, address):
    stranger = client.post(address).url

    assert stranger.startswith("/accounts/login/")
    assert signed_in(PlayerFactory()).get(address).status_code == 405


@pytest.mark.django_db
def test_a_picture_is_served_as_a_picture_and_kept_by_the_browser(client):
    url = set_avatar(player=PlayerFactory(), picture=picture())

    response = client.get(url)

    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert response.content[8:12] == b"WEBP"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [f"{'0' * 32}-256.webp", f"{'0' * 32}-512.webp", "..%2Fsecret.key", "secret.key", f"{'0' * 32}-256.png"],
)
def test_nothing_else_is_served_from_the_folder(client, tmp_path, path):
    (tmp_path / "secret.key").write_text("kept")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "secret.key").write_text("kept")

    assert client.get(f"/media/pictures/{path}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("visibility", "shown"), [("public", True), ("friends", False), ("private", False)])
def test_rooms_show_the_picture_of_open_profiles_only(visibility, shown):
    player = change(PlayerFactory(), avatar="/media/pictures/x.webp", profile_visibility=visibility)

    assert (bool(player.avatar_url), bool(player.own_avatar_url)) == (shown, True)
