import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from players.actions.connections import LastWayIn, disconnect, make_primary, note_connection
from players.models import AuditEntry, ConnectedAccount, Player
from players.queries.connections import connections_of, ways_in
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/3rdparty/"
PASSKEY = {"credential": {"clientExtensionResults": {"credProps": {"rk": True}}}, "name": "Phone"}
SECOND_STEP = {"credential": {"clientExtensionResults": {"credProps": {"rk": False}}}, "name": "Key"}


def connect(player, provider="google", uid="1", **extra):
    account = SocialAccount.objects.create(user=player, provider=provider, uid=uid, extra_data=extra)
    return note_connection(account=account, now=timezone.now())


def without_password():
    player = PlayerFactory()
    player.set_unusable_password()
    player.save()
    return player


def primaries(player):
    return list(player.connected_accounts.filter(is_primary=True).values_list("account__provider", flat=True))


def test_the_first_account_is_the_primary_one_and_stays_so():
    player = PlayerFactory()
    connect(player, "google")

    connect(player, "discord")

    assert primaries(player) == ["google"]


def test_what_the_provider_tells_is_kept_but_what_the_player_wrote_stays():
    player = PlayerFactory()
    player.profile.name = "A. L."
    player.profile.save()

    made = connect(
        player,
        "discord",
        username="ada_l",
        email="ada@example.org",
        name="Ada",
        picture="https://x.example/a",
    )

    player.profile.refresh_from_db()
    assert (made.provider_username, made.provider_email) == ("ada_l", "ada@example.org")
    assert made.provider_avatar == "https://x.example/a"
    assert player.profile.name == "A. L."


@pytest.mark.parametrize(
    "picture", ["javascript:alert(1)", "http://x.example/a", "https://x/" + "a" * 600, 7]
)
def test_a_picture_that_could_not_be_fetched_safely_is_not_kept(picture):
    made = connect(PlayerFactory(), picture=picture)

    assert made.provider_avatar == ""


def test_another_account_becomes_the_primary_one():
    player = PlayerFactory()
    connect(player, "google")
    second = connect(player, "discord")

    make_primary(connection=second)

    assert primaries(player) == ["discord"]
    assert Player.objects.get(pk=player.pk).default_provider == "discord"


def test_when_the_primary_account_goes_the_last_used_one_takes_its_place():
    player = PlayerFactory()
    first = connect(player, "google")
    connect(player, "slack")
    connect(player, "discord")

    disconnect(connection=first)

    assert primaries(player) == ["discord"]
    assert Player.objects.get(pk=player.pk).default_provider == "discord"
    assert not SocialAccount.objects.filter(provider="google").exists()
    assert AuditEntry.objects.filter(verb="connection.removed").count() == 1


def test_with_the_last_account_the_password_is_the_default_again():
    player = PlayerFactory()

    disconnect(connection=connect(player))

    assert Player.objects.get(pk=player.pk).default_provider == "password"


def test_the_last_way_in_is_never_taken():
    player = without_password()
    made = connect(player)

    with pytest.raises(LastWayIn, match="Set a password or add a passkey first"):
        disconnect(connection=made)

    assert ConnectedAccount.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(("factor", "is_enough"), [(PASSKEY, True), (SECOND_STEP, False)])
def test_a_passkey_is_a_way_in_and_a_second_step_is_none(factor, is_enough):
    player = without_password()
    Authenticator.objects.create(user=player, type="webauthn", data=factor)

    assert ("passkey" in ways_in(player)) is is_enough


def test_another_account_is_a_way_in():
    player = without_password()
    first = connect(player, "google")
    connect(player, "discord")

    disconnect(connection=first)

    assert [row.account.provider for row in connections_of(player)] == ["discord"]


def test_the_page_shows_accounts_with_their_use(signed_in):
    player = PlayerFactory()
    connect(player, "google", username="ada_l")

    page = signed_in(player).get(PAGE).content.decode()

    assert ("ada_l" in page, "First choice" in page) == (True, True)


def test_the_page_costs_the_same_however_many(signed_in):
    player = PlayerFactory()
    connect(player, "google")
    client = signed_in(player)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    connect(player, "discord")
    connect(player, "slack")

    with CaptureQueriesContext(connection) as three:
        page = client.get(PAGE).content.decode()

    assert page.count("Make first choice") == 2
    assert len(three) == len(one)


def test_the_page_offers_no_end_of_the_only_way_in(signed_in):
    player = without_password()
    connect(player)

    page = signed_in(player).get(PAGE).content.decode()

    assert "This is your only way in" in page
    assert ">Disconnect<" not in page


def test_taking_the_only_way_all_the_same_is_refused_in_words(signed_in):
    player = without_password()
    made = connect(player)

    response = signed_in(player).post(f"{PAGE}{made.pk}/remove/")

    assert response.status_code == 422
    assert "Set a password or add a passkey first" in response.content.decode()


def test_an_account_is_disconnected_after_another_proof_and_a_letter_tells_of_it(signed_in, mailoutbox):
    player = PlayerFactory()
    made = connect(player)
    client = signed_in(player)

    asked = client.post(f"{PAGE}{made.pk}/remove/")
    client.post(asked.url, {"password": "correct horse battery"})

    assert asked.url.startswith("/accounts/reauthenticate/")
    assert not player.connected_accounts.exists()


def test_the_accounts_of_others_are_not_there(signed_in):
    made = connect(PlayerFactory())
    client = signed_in(PlayerFactory())

    answers = [
        client.post(f"{PAGE}{made.pk}/first/").status_code,
        client.post(f"{PAGE}{made.pk}/remove/").status_code,
    ]

    assert answers == [404, 302]
    assert ConnectedAccount.objects.filter(pk=made.pk).exists()


def test_a_number_that_no_account_can_have_is_not_there(signed_in):
    assert signed_in(PlayerFactory()).post(f"{PAGE}{10**30}/first/").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        "/accounts/sessions/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/password/set/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/",
    ],
)
def test_guests_are_asked_to_make_an_account_first(signed_in, page):
    response = signed_in(GuestFactory()).get(page, follow=True)

    assert response.redirect_chain == [("/accounts/signup/", 302)]
    assert "Guests have nothing to set up there" in response.content.decode()
