"""A player wants to be forgotten: hidden at once, deleted after some days of grace.

What carries the deletion out is one job that may be killed anywhere and run again: each area erases in a
transaction of its own and erasing twice is the same as once. The player's row stays, without anything that
says who he was, because results and messages of others hang on it.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.work import LEASE, WorkItem, WorkState
from players.actions.access import cut_access, refuse_last_system_admin
from players.actions.audit import record
from players.actions.mail import public_address, send_letter
from players.actions.standing import refresh_ranked
from players.models import AccountDeletion, ApiToken, Player
from players.personal_data import areas

logger = logging.getLogger(__name__)


class DeletionBegun(DomainError):
    code = "gone"


class NoDeletionForGuests(DomainError):
    code = "forbidden"


@transaction.atomic
def ask_deletion(*, player: Player, now: datetime, by: Player | None = None) -> AccountDeletion:
    """Hide and close the account, and delete it when the grace is over; asking twice is the same as once.

    `by` is who asks: the player, somebody for him, or None for a command.
    """
    if player.is_guest:
        raise NoDeletionForGuests("A guest's data is deleted by itself, with the end of the visit.")
    refuse_last_system_admin(
        player, "The last system admin can't be deleted. Give the role to somebody else first."
    )
    Player.objects.select_for_update().get(pk=player.pk)
    if waiting := AccountDeletion.objects.open().filter(player=player).first():
        return waiting
    due_at = now + timedelta(days=settings.DELETION_GRACE_DAYS)
    deletion = AccountDeletion.objects.create(
        player=player, player_uuid=player.uuid, due_at=due_at, queued_at=due_at
    )
    Player.objects.filter(pk=player.pk).update(leaves_at=due_at)
    ApiToken.objects.filter(player=player, revoked_at=None).update(revoked_at=now)
    refresh_ranked(player)
    cut_access(player)
    enqueue("players.tell_deletion", pk=deletion.pk)
    record(actor=by, verb="account.deletion_asked", subject=player, after={"due_at": due_at})
    return deletion


@transaction.atomic
def keep_account(*, player: Player, now: datetime) -> bool:
    """Take the wish back; False when there was none. API tokens stay revoked."""
    Player.objects.select_for_update().get(pk=player.pk)
    waiting = AccountDeletion.objects.filter(player=player)
    if not waiting.open().exists():
        return False
    if not waiting.cancel(now=now):
        raise DeletionBegun("The deletion has begun and can't be taken back.")
    Player.objects.filter(pk=player.pk).update(leaves_at=None)
    refresh_ranked(player)
    cut_access(player)
    record(actor=player, verb="account.kept", subject=player)
    return True


def delete_now(*, deletion: AccountDeletion, now: datetime) -> None:
    """Without waiting for the day; in this process."""
    AccountDeletion.objects.open().filter(pk=deletion.pk).update(due_at=now)
    if AccountDeletion.objects.claim(deletion.pk, now=now):
        carry_out(pk=deletion.pk)


def carry_out(*, pk: int) -> None:
    """Erase everything of a claimed deletion, from the uppermost app down, and make the row nobody's."""
    deletion = AccountDeletion.objects.select_related("player").get(pk=pk)
    player = deletion.player
    if player is None or player.is_former:  # the row itself is gone, or a second worker comes late
        _complete(deletion)
        return
    _shut_out(player)
    address = player.email
    for area in reversed(areas()):
        with transaction.atomic():
            area.erase(player.pk)
        AccountDeletion.objects.filter(pk=pk).update(lease_until=timezone.now() + LEASE)
    with transaction.atomic():
        anonymise(player)
        _complete(deletion)
        record(actor=None, verb="account.deleted", subject=player)
    if address:
        _say_goodbye(address)


@transaction.atomic
def anonymise(player: Player) -> None:
    """What is left is a number: no name, no address, no way in."""
    player.username = f"former-{secrets.token_hex(8)}"
    player.email = None
    player.set_unusable_password()
    player.is_active = player.is_staff = player.is_superuser = player.is_guest = False
    player.is_former = True
    player.leaves_at = player.last_login = player.primary_role = player.username_changed_at = None
    player.groups.clear()
    player.user_permissions.clear()
    player.save()
    cut_access(player)


def tell(*, pk: int) -> None:
    """The letter with the way back, unless it was taken already."""
    deletion = AccountDeletion.objects.open().select_related("player").filter(pk=pk).first()
    if deletion is None or deletion.player is None or not deletion.player.email:
        return
    send_letter(
        to=deletion.player.email,
        subject="Your account will be deleted",
        template="deletion_asked",
        username=deletion.player.username,
        due_at=deletion.due_at,
        link=public_address("players:leaving"),
    )


def give_up(deletion: WorkItem) -> None:
    logger.error("Deletion %s failed three times; it is tried again within the hour.", deletion.pk)
    deletion.mark_failed("An area could not be erased; see the log of the server.")


def retry_failed(*, now: datetime) -> int:
    """A promise to forget somebody isn't given up for good: failed deletions begin again."""
    failed = AccountDeletion.objects.due(now).filter(state=WorkState.FAILED)
    return failed.update(state=WorkState.WAITING, attempts=1, queued_at=now)


@transaction.atomic
def _shut_out(player: Player) -> None:
    # Before anything is erased: nobody may write as the player meanwhile.
    if Player.objects.filter(pk=player.pk, is_active=True).update(is_active=False):
        cut_access(player)


def _complete(deletion: AccountDeletion) -> None:
    AccountDeletion.objects.filter(pk=deletion.pk).update(
        state=WorkState.DONE, completed_at=timezone.now(), lease_until=None, last_error=""
    )


def _say_goodbye(address: str) -> None:
    try:
        send_letter(to=address, subject="Your account is deleted", template="deletion_done")
    except OSError as error:
        logger.warning("The letter after a deletion could not be sent: %s", error)
