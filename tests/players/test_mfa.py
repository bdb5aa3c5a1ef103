import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.utils import timezone

from players.actions.accounts import create_admin
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
SIGN_IN = "/accounts/login/"
SECOND_STEP = "/accounts/2fa/authenticate/"
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


@pytest.fixture
def ada(db):
    player = PlayerFactory(username="ada")
    EmailAddress.objects.create(user=player, email=player.email, verified=True, primary=True)
    return player


def sign_in(client, email="ada@example.org"):
    return client.post(SIGN_IN, {"login": email, "password": PASSWORD})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def digits(secret):
    """What an authenticator app would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def switch_on(client):
    """Set up the app as a player does; its secret."""
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": digits(secret)})
    return secret


def recovery_codes(client):
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    return re.findall(r"<li>(\d{8})</li>", page)


def test_the_app_is_set_up_with_a_picture_and_brings_recovery_codes(client, ada):
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()

    switch_on(client)

    assert 'src="data:image/svg+xml;' in page
    assert set(ada.authenticator_set.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    assert len(recovery_codes(client)) == 10


def test_secrets_are_encrypted_in_the_database(client, ada):
    sign_in(client)

    secret = switch_on(client)

    kept = [str(row.data) for row in Authenticator.objects.all()]
    assert not any(secret in data for data in kept)
    assert all("gAAAA" in data for data in kept)


def test_with_the_app_the_password_alone_signs_nobody_in(client, ada):
    sign_in(client)
    switch_on(client)
    fresh = Client()

    response = sign_in(fresh)

    assert response.url == SECOND_STEP
    assert not is_signed_in(fresh)


def test_the_digits_of_the_app_complete_the_sign_in(client, ada, time_machine):
    sign_in(client)
    secret = switch_on(client)
    # The digits that switched it on were used up.
    time_machine.move_to(timezone.now() + timedelta(seconds=90))
    fresh = Client()
    sign_in(fresh)

    fresh.post(SECOND_STEP, {"code": digits(secret)})

    assert is_signed_in(fresh)


def test_digits_work_once(client, ada, time_machine):
    sign_in(client)
    secret = switch_on(client)
    time_machine.move_to(timezone.now() + timedelta(seconds=90), tick=False)
    browsers = [Client(), Client()]
    for browser in browsers:
        sign_in(browser)
        browser.post(SECOND_STEP, {"code": digits(secret)})

    assert [is_signed_in(browser) for browser in browsers] == [True, False]


def test_digits_of_the_step_before_are_refused(client, ada, time_machine):
    sign_in(client)
    secret = switch_on(client)
    time_machine.move_to(timezone.now() + timedelta(seconds=90), tick=False)
    late = digits(secret)
    time_machine.shift(30)
    fresh = Client()
    sign_in(fresh)

    fresh.post(SECOND_STEP, {"code": late})

    assert not is_signed_in(fresh)


def test_a_recovery_code_works_once(client, ada):
    sign_in(client)
    switch_on(client)
    code = recovery_codes(client)[0]
    first, second = Client(), Client()
    for browser in (first, second):
        sign_in(browser)
        browser.post(SECOND_STEP, {"code": code})

    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


def test_guessing_digits_is_stopped_after_a_few_tries(client, ada):
    sign_in(client)
    switch_on(client)
    fresh = Client()
    sign_in(fresh)
    answers = [fresh.post(SECOND_STEP, {"code": f"{n:06}"}) for n in range(7)]

    said = [
        " ".join(answer.context["form"].errors.get("code", [])) for answer in answers[:7] if answer.context
    ]

    assert "Too many failed login attempts. Try again later." in said
    assert not is_signed_in(fresh)


def test_second_factors_are_switched_off_only_after_another_proof(client, ada, time_machine):
    sign_in(client)
    switch_on(client)
    time_machine.move_to(timezone.now() + timedelta(minutes=6))

    asked = client.post("/accounts/2fa/totp/deactivate/")

    assert asked.url.startswith("/accounts/reauthenticate/")
    assert ada.authenticator_set.filter(type="totp").exists()


def test_a_fresh_sign_in_is_proof_enough(client, ada):
    sign_in(client)

    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_who_was_remembered_has_to_prove_it(signed_in, ada):
    response = signed_in(ada).get("/accounts/2fa/totp/activate/")

    assert response.url.startswith("/accounts/reauthenticate/")


def test_without_a_mail_server_nobody_has_to_confirm_an_address_first(client, settings):
    eve = PlayerFactory(username="eve")
    EmailAddress.objects.create(user=eve, email=eve.email, verified=False, primary=True)
    sign_in(client, "eve@example.org")

    allowed = client.get("/accounts/2fa/totp/activate/").status_code
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False
    refused = client.get("/accounts/2fa/totp/activate/").status_code

    assert (allowed, refused) == (200, 302)


def test_a_code_from_the_mail_signs_in(client, ada, mailoutbox):
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    code = CODE.search(mailoutbox[-1].body)[0]

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert is_signed_in(client)


def test_a_code_from_the_mail_does_not_go_past_the_second_step(client, ada, mailoutbox):
    sign_in(client)
    switch_on(client)
    fresh = Client()
    fresh.post("/accounts/login/code/", {"email": "ada@example.org"})

    response = fresh.post("/accounts/login/code/confirm/", {"code": CODE.search(mailoutbox[-1].body)[0]})

    assert response.url == SECOND_STEP
    assert not is_signed_in(fresh)


def test_a_code_is_no_longer_good_after_three_wrong_ones(client, ada, mailoutbox):
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    code = CODE.search(mailoutbox[-1].body)[0]
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "AAAA-AAAA"})

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert not is_signed_in(client)


def test_a_code_is_no_longer_good_after_some_minutes(client, ada, mailoutbox, time_machine):
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    code = CODE.search(mailoutbox[-1].body)[0]
    time_machine.move_to(time.time() + 200)

    client.post("/accounts/login/code/confirm/", {"code": code})

    assert not is_signed_in(client)


def test_asking_for_a_code_does_not_betray_who_has_an_account(client, ada, mailoutbox):
    known = client.post("/accounts/login/code/", {"email": "ada@example.org"})
    unknown = Client().post("/accounts/login/code/", {"email": "nobody@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_a_new_password_is_told_by_mail(client, ada, mailoutbox):
    sign_in(client)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "analytical engine 7", "password2": "analytical engine 7"},
    )

    assert mailoutbox[-1].to == ["ada@example.org"]
    assert "password has been changed" in mailoutbox[-1].body


def test_the_console_is_entered_by_the_same_door(client):
    create_admin(username="root-of-all", email="root@example.org", password="staple battery 7")

    response = client.get("/admin/login/?next=/admin/")

    assert response.url == "/accounts/login/?next=%2Fadmin%2F"


def test_the_console_asks_again_when_it_was_not_used_for_a_while(client, time_machine):
    create_admin(username="root-of-all", email="root@example.org", password="staple battery 7")
    client.post(SIGN_IN, {"login": "root@example.org", "password": "staple battery 7"})
    fresh = client.get("/admin/").status_code
    time_machine.move_to(timezone.now() + timedelta(minutes=31))

    later = client.get("/admin/players/player/")
    client.post(later.url, {"password": "staple battery 7"})

    assert (fresh, later.status_code) == (200, 302)
    assert later.url == "/accounts/reauthenticate/?next=%2Fadmin%2Fplayers%2Fplayer%2F"
    assert client.get("/admin/players/player/").status_code == 200


def test_the_console_stays_open_for_who_works_in_it(client, time_machine):
    create_admin(username="root-of-all", email="root@example.org", password="staple battery 7")
    client.post(SIGN_IN, {"login": "root@example.org", "password": "staple battery 7"})
    answers = []
    for _ in range(4):
        time_machine.move_to(timezone.now() + timedelta(minutes=20))
        answers.append(client.get("/admin/").status_code)

    assert answers == [200] * 4
