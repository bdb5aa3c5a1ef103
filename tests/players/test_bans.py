import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from players.actions.access import AboveYou, LastSystemAdmin, deactivate
from players.actions.accounts import create_admin
from players.actions.bans import BanRefused, ban, lift_ban
from players.actions.sessions import reset_second_factors, sign_out_everywhere
from players.models import AuditEntry, SiteBan
from players.queries.bans import admitted, ban_of
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"
ADD = "/admin/players/siteban/add/"


@pytest.fixture
def admin(db):
    return create_admin(username="root-of-all", email="root@example.org", password="staple battery 7")


@pytest.fixture
def ada(db):
    return PlayerFactory(username="ada")


def attempt(client):
    return client.post(SIGN_IN, {"login": "ada@example.org", "password": PASSWORD})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_somebody_banned_is_out_at_once_and_stays_out(client, admin, ada, signed_in):
    signed_in(ada)
    before = client.get("/settings/").status_code

    ban(player=ada, by=admin, reason="Spam")

    assert (before, client.get("/settings/").status_code) == (200, 302)
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_the_sign_in_says_what_why_and_until_when(client, admin, ada):
    until = timezone.now() + timedelta(days=3)
    ban(player=ada, by=admin, reason="Spam in the lobby", ends_at=until)

    response = attempt(client)

    page = response.content.decode()
    assert (response.status_code, is_signed_in(client)) == (403, False)
    assert "Reason: Spam in the lobby" in page
    assert f'Banned until <time datetime="{until:%Y-%m-%d}' in page


def test_a_wrong_password_learns_nothing_of_a_ban(client, admin, ada):
    ban(player=ada, by=admin, reason="Spam in the lobby")

    response = client.post(SIGN_IN, {"login": "ada@example.org", "password": "guessed"})

    assert "Spam in the lobby" not in response.content.decode()


def test_a_code_from_the_mail_opens_no_banned_account(client, admin, ada, mailoutbox):
    ban(player=ada, by=admin, reason="Spam in the lobby")
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    code = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", mailoutbox[-1].body, re.MULTILINE)[0]

    response = client.post("/accounts/login/code/confirm/", {"code": code})

    assert "Spam in the lobby" in response.content.decode()
    assert not is_signed_in(client)


def test_a_deactivated_player_reads_that_the_account_is_closed(client, ada):
    deactivate(player=ada)

    response = attempt(client)

    assert response.status_code == 403
    assert "have closed the account for now" in response.content.decode()


def test_when_the_time_is_over_the_player_comes_in_again(client, admin, ada, time_machine):
    ban(player=ada, by=admin, reason="Spam", ends_at=timezone.now() + timedelta(days=1))
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))

    attempt(client)

    assert is_signed_in(client)


def test_a_lifted_ban_lets_in_but_wakes_no_old_session(client, admin, ada):
    attempt(client)
    entry = ban(player=ada, by=admin, reason="Spam")

    lifted = lift_ban(ban=entry, by=admin)

    assert lifted
    assert client.get("/settings/").status_code == 302
    attempt(Client())
    assert ban_of(ada.pk, timezone.now()) is None


def test_a_ban_is_lifted_once(admin, ada):
    entry = ban(player=ada, by=admin, reason="Spam")
    lift_ban(ban=entry, by=admin)

    assert not lift_ban(ban=entry, by=admin)


def test_every_step_is_written_down(admin, ada):
    lift_ban(ban=ban(player=ada, by=admin, reason="Spam"), by=admin)

    verbs = AuditEntry.objects.filter(object_id=ada.uuid).order_by("pk")
    told = list(verbs.values_list("verb", "actor_uuid", "reason"))
    assert told == [("player.banned", admin.uuid, "Spam"), ("player.ban_lifted", admin.uuid, "")]


def test_nobody_bans_himself(admin):
    with pytest.raises(BanRefused, match="yourself"):
        ban(player=admin, by=admin, reason="Spam")


def test_the_last_system_admin_is_not_banned(ada):
    last = SystemAdminFactory()

    with pytest.raises((LastSystemAdmin, AboveYou)):
        ban(player=last, by=ada, reason="Spam")

    assert admitted(timezone.now()).filter(pk=last.pk).exists()


def test_nobody_bans_somebody_above_himself(admin):
    with pytest.raises(AboveYou):
        ban(player=admin, by=GameMasterFactory(), reason="Spam")


def test_a_ban_ends_in_the_future(admin, ada):
    with pytest.raises(BanRefused, match="future"):
        ban(player=ada, by=admin, reason="Spam", ends_at=timezone.now())


def test_the_database_refuses_a_ban_that_ends_before_it_begins(ada):
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        SiteBan.objects.create(player=ada, reason="Spam", starts_at=now, ends_at=now - timedelta(days=1))


def test_the_longest_ban_is_told(admin, ada):
    ban(player=ada, by=admin, reason="For good")
    ban(player=ada, by=admin, reason="A day", ends_at=timezone.now() + timedelta(days=1))

    assert ban_of(ada.pk, timezone.now()).reason == "For good"


def test_finding_the_player_of_a_session_costs_one_query(ada, django_assert_num_queries):
    from players.backends import PlayerBackend

    with django_assert_num_queries(1):
        found = PlayerBackend().get_user(ada.pk)

    assert found == ada


def test_staff_ban_and_lift_in_the_console(signed_in, admin, ada):
    client = signed_in(admin)

    client.post(ADD, {"player": ada.pk, "reason": "Spam", "note": "", "ends_at_0": "", "ends_at_1": ""})
    entry = SiteBan.objects.get()
    client.post("/admin/players/siteban/", {"action": "lift", "_selected_action": [entry.pk]})

    entry.refresh_from_db()
    assert (entry.player, entry.issued_by, entry.revoked_by) == (ada, admin, admin)


def test_the_console_says_why_a_ban_is_refused(signed_in, admin):
    response = signed_in(admin).post(ADD, {"player": admin.pk, "reason": "Spam"})

    assert "You can&#x27;t ban yourself." in response.content.decode()
    assert not SiteBan.objects.exists()


def test_who_gives_no_roles_sees_no_bans(signed_in):
    client = signed_in(GameMasterFactory())

    assert client.get(ADD).status_code == 403
    assert client.get("/admin/players/siteban/").status_code == 403


def test_staff_sign_somebody_out_everywhere(client, admin, ada, told, django_capture_on_commit_callbacks):
    attempt(client)

    with django_capture_on_commit_callbacks(execute=True):
        ended = sign_out_everywhere(player=ada, by=admin)

    assert (ended, told) == (1, [ada.pk])
    assert client.get("/settings/").status_code == 302


def test_staff_reset_the_second_factors_of_somebody_who_lost_them(admin, ada):
    ada.authenticator_set.create(type="totp", data={"secret": "x"})

    reset_second_factors(player=ada, by=admin)

    assert not ada.authenticator_set.exists()
    assert AuditEntry.objects.order_by("pk").last().verb == "second_factors.reset"
