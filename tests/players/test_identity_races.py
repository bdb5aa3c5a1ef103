"""What happens to the keys of an account in the same moment, each with a database connection of its own."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from players.actions.access import LastSystemAdmin
from players.actions.bans import ban, lift_ban
from players.actions.connections import LastWayIn, disconnect, make_primary, note_connection
from players.models import AuditEntry, SiteBan
from players.queries.roles import acting_system_admins
from tests.factories.players import PlayerFactory, SystemAdminFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def account(player, provider):
    return SocialAccount.objects.create(user=player, provider=provider, uid=str(player.pk))


def test_two_admins_who_ban_each_other_leave_one():
    ada, bo = SystemAdminFactory(), SystemAdminFactory()

    answers = at_once(
        lambda: bool(ban(player=ada, by=bo, reason="No")), lambda: bool(ban(player=bo, by=ada, reason="No"))
    )

    assert (answers.count(LastSystemAdmin), answers.count(True)) == (1, 1)
    assert acting_system_admins().count() == 1


def test_two_accounts_that_are_connected_at_once_have_one_primary():
    ada = PlayerFactory()
    accounts = [account(ada, "google"), account(ada, "discord")]

    at_once(*(lambda a=a: note_connection(account=a, now=timezone.now()) for a in accounts))

    assert ada.connected_accounts.count() == 2
    assert ada.connected_accounts.filter(is_primary=True).count() == 1


def test_two_accounts_that_are_made_primary_at_once_leave_one_primary():
    ada = PlayerFactory()
    made = [note_connection(account=account(ada, name), now=timezone.now()) for name in ("google", "discord")]

    at_once(*(lambda c=c: make_primary(connection=c) for c in made))

    assert ada.connected_accounts.filter(is_primary=True).count() == 1


def test_the_last_two_ways_in_are_not_both_taken():
    ada = PlayerFactory()
    ada.set_unusable_password()
    ada.save()
    made = [note_connection(account=account(ada, name), now=timezone.now()) for name in ("google", "discord")]

    answers = at_once(*(lambda c=c: disconnect(connection=c) for c in made))

    assert answers.count(LastWayIn) == 1
    assert ada.connected_accounts.filter(is_primary=True).count() == 1


def test_a_ban_that_two_lift_at_once_is_lifted_and_written_down_once():
    admin, ada = SystemAdminFactory(), PlayerFactory()
    entry = ban(player=ada, by=admin, reason="Spam")

    answers = at_once(*(lambda: lift_ban(ban=SiteBan.objects.get(pk=entry.pk), by=admin) for _ in range(2)))

    assert sorted(answers) == [False, True]
    assert AuditEntry.objects.filter(verb="player.ban_lifted").count() == 1
