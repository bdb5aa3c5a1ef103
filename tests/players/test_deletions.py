"""An account that is to be deleted: the wish, the days of grace, the day, and the command."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from padawanforge.kit.work import WorkState, requeue_abandoned
from players import personal_data
from players.actions.access import AccountIsGone, LastSystemAdmin, reactivate
from players.actions.deletions import (
    DeletionBegun,
    NoDeletionForGuests,
    ask_deletion,
    carry_out,
    keep_account,
    retry_failed,
)
from players.models import (
    AccountDeletion,
    ApiToken,
    AuditEntry,
    Player,
    PlayerGameData,
    PlayerPreferences,
    PlayerProfile,
    PlayerRelationship,
)
from players.personal_data import Area
from players.tasks import delete as deletion_job
from tests.factories.players import GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.privacy import AccountDeletionFactory, DataExportFactory
from tests.factories.tokens import ApiTokenFactory
from tests.players.leaving import LEAVING, ask
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    """A function that registers an area with this way to erase, for this test."""

    def register(erase):
        personal_data.register(
            Area(
                name="trial",
                title="Trial",
                models=frozenset(),
                export=lambda player_id: iter(()),
                erase=erase,
                remains=lambda player_id: [],
            )
        )

    yield register
    personal_data._areas.pop("trial", None)


def is_due(deletion):
    AccountDeletion.objects.filter(pk=deletion.pk).update(
        due_at=timezone.now() - timedelta(minutes=1), queued_at=timezone.now() - timedelta(minutes=1)
    )


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


# --- The wish --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_account_is_hidden_and_closed_at_once(told):
    player = PlayerFactory()
    PlayerPreferences.objects.filter(player=player).update(wants_boards=True)
    PlayerGameData.objects.filter(player=player).update(is_ranked=True)
    token = ApiTokenFactory(player=player)

    deletion = ask(player)

    assert player.leaves_at == deletion.due_at
    assert player.is_active
    assert told == [player.pk]
    assert not PlayerGameData.objects.get(player=player).is_ranked
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_letter_says_when_and_how_to_come_back():
    player = PlayerFactory(email="ada@example.org")

    ask(player)

    assert [letter.to for letter in mail.outbox] == [["ada@example.org"]]
    assert LEAVING in mail.outbox[0].body


def test_asking_twice_is_the_same_as_once():
    player = PlayerFactory()

    assert ask(player) == ask(player)


def test_the_last_system_admin_stays():
    with pytest.raises(LastSystemAdmin):
        ask(SystemAdminFactory())


def test_guests_go_by_themselves():
    with pytest.raises(NoDeletionForGuests):
        ask(GuestFactory())


def test_every_step_is_written_down():
    player, other = PlayerFactory(), PlayerFactory()
    ask_deletion(player=player, by=other, now=timezone.now())
    keep_account(player=player, now=timezone.now())
    deletion = ask_deletion(player=player, by=player, now=timezone.now())

    is_due(deletion)
    deletion_job(pk=deletion.pk)

    entries = AuditEntry.objects.filter(object_id=str(player.uuid)).order_by("pk")
    assert list(entries.values_list("verb", "actor_uuid")) == [
        ("account.deletion_asked", other.uuid),
        ("account.kept", player.uuid),
        ("account.deletion_asked", player.uuid),
        ("account.deleted", None),
    ]


def test_keeping_the_account_opens_it_again():
    player = PlayerFactory()
    ask(player)

    assert keep_account(player=player, now=timezone.now())

    player.refresh_from_db()
    assert player.leaves_at is None
    assert not AccountDeletion.objects.open().exists()
    assert not keep_account(player=player, now=timezone.now())


def test_what_has_begun_can_not_be_taken_back():
    player = PlayerFactory()
    deletion = ask(player)
    is_due(deletion)
    AccountDeletion.objects.claim(deletion.pk, now=timezone.now())

    with pytest.raises(DeletionBegun):
        keep_account(player=player, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_keeping_and_deleting_in_the_same_moment_have_one_winner():
    player = PlayerFactory()
    deletion = ask(player)
    is_due(deletion)

    kept, taken_up = at_once(
        lambda: keep_account(player=player, now=timezone.now()),
        lambda: AccountDeletion.objects.claim(deletion.pk, now=timezone.now()),
    )

    assert (kept, taken_up) in {(True, False), (False, True), (DeletionBegun, True)}


# --- Carrying it out -------------------------------------------------------------------------------------


def test_nothing_happens_before_the_day():
    player = PlayerFactory()
    deletion = ask(player)

    deletion_job(pk=deletion.pk)
    requeue_abandoned()

    player.refresh_from_db()
    assert not player.is_former


@pytest.mark.django_db(transaction=True)
def test_the_day_is_noticed_by_itself():
    player = PlayerFactory(username="ada")
    is_due(ask(player))

    requeue_abandoned()

    player.refresh_from_db()
    assert player.is_former
    assert re.fullmatch(r"former-[0-9a-f]{16}", player.username)
    assert (player.email, player.is_active, player.has_usable_password()) == (None, False, False)
    assert AccountDeletion.objects.get().completed_at is not None


def test_nobody_but_a_name_is_left():
    deletion = AccountDeletionFactory(player=PlayerFactory(display_name="Ada Lovelace"))
    PlayerProfile.objects.update(bio="I count.", name="Ada King", social_links={"x": "y"})
    PlayerRelationship.objects.create(player=deletion.player, other=PlayerFactory(), kind="follow")

    deletion_job(pk=deletion.pk)

    profile = PlayerProfile.objects.get(player=deletion.player)
    assert (profile.display_name, profile.name, profile.bio) == ("Former player", "", "")
    assert PlayerRelationship.objects.count() == 0
    assert deletion.player.get_absolute_url() != ""
    assert Player.objects.get(pk=deletion.player.pk).get_absolute_url() == ""


def test_the_name_and_the_address_are_free_again():
    deletion = AccountDeletionFactory(player=PlayerFactory(username="ada", email="ada@example.org"))

    deletion_job(pk=deletion.pk)

    assert PlayerFactory(username="ada", email="ada@example.org").pk != deletion.player.pk


def test_a_deleted_account_can_not_be_reactivated():
    deletion = AccountDeletionFactory()
    deletion_job(pk=deletion.pk)

    with pytest.raises(AccountIsGone):
        reactivate(player=deletion.player)


def test_exports_go_with_their_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    deletion = AccountDeletionFactory()
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "x.zip").write_bytes(b"zip")
    DataExportFactory(player=deletion.player, state=WorkState.DONE, file="exports/x.zip")

    deletion_job(pk=deletion.pk)

    assert list((tmp_path / "exports").iterdir()) == []


def test_a_last_letter_says_that_it_is_done():
    deletion = AccountDeletionFactory(player=PlayerFactory(email="ada@example.org"))

    deletion_job(pk=deletion.pk)

    assert [letter.to for letter in mail.outbox] == [["ada@example.org"]]


def test_a_job_that_is_killed_half_way_is_finished_by_the_next(area):
    deletion, runs = AccountDeletionFactory(player=PlayerFactory(username="ada")), []

    def stumble(player_id):
        runs.append(player_id)
        if len(runs) == 1:
            raise RuntimeError("The power went off.")

    area(stumble)
    with pytest.raises(RuntimeError):
        deletion_job(pk=deletion.pk)
    half_way = Player.objects.get(pk=deletion.player.pk)
    AccountDeletion.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    deletion_job(pk=deletion.pk)

    player = Player.objects.get(pk=deletion.player.pk)
    assert (half_way.is_active, half_way.is_former) == (False, False)
    assert (player.is_former, len(runs)) == (True, 2)


def test_erasing_twice_is_the_same_as_once():
    deletion = AccountDeletionFactory()
    deletion_job(pk=deletion.pk)
    first = Player.objects.values().get(pk=deletion.player.pk)

    carry_out(pk=deletion.pk)

    assert Player.objects.values().get(pk=deletion.player.pk) == first


def test_a_deletion_that_failed_is_tried_again():
    deletion = AccountDeletionFactory(
        state=WorkState.RUNNING, attempts=3, lease_until=timezone.now() - timedelta(seconds=1)
    )
    requeue_abandoned()
    given_up = AccountDeletion.objects.get(pk=deletion.pk).state

    retried = retry_failed(now=timezone.now())
    deletion_job(pk=deletion.pk)

    assert (given_up, retried) == (WorkState.FAILED, 1)
    assert Player.objects.get(pk=deletion.player.pk).is_former


# --- Commands --------------------------------------------------------------------------------------------


def test_a_dry_run_counts_by_area_and_changes_nothing():
    player = PlayerFactory(username="ada")

    told = run("delete_player", "ada", "--dry-run")

    assert "players.PlayerProfile: 1" in told
    assert Player.objects.get(pk=player.pk).leaves_at is None


def test_the_command_keeps_the_days_of_grace():
    player = PlayerFactory(username="ada")

    assert "will be deleted on" in run("delete_player", "ada")
    player.refresh_from_db()
    assert (player.leaves_at is not None, player.is_former) == (True, False)


def test_the_command_deletes_at_once_when_told_so():
    player = PlayerFactory(username="ada")

    assert str(player.uuid) in run("delete_player", "ada", "--now")
    player.refresh_from_db()
    assert player.is_former


def test_the_command_refuses_the_last_admin_and_nobody():
    SystemAdminFactory(username="root-user")

    with pytest.raises(CommandError, match="last system admin"):
        run("delete_player", "root-user", "--now")
    with pytest.raises(CommandError, match="There is no player"):
        run("delete_player", "nobody")
