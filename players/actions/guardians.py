"""A minor names a guardian, the guardian says yes or no by the link in a letter."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.actions.consents import answer_consents, withdraw_all
from players.actions.mail import public_address, send_letter
from players.models import Guardianship, Player
from players.queries.guardians import LINK_DAYS, hashed, is_expired, is_minor_now
from players.rules.minors import FEATURES, OPEN_TO_ALL

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=10)
LETTERS_A_DAY = 5
DAY_SECONDS = 86_400


class NoGuardianNeeded(DomainError):
    pass


class GuardianRefused(DomainError):
    code = "invalid"


class TooManyLetters(DomainError):
    code = "rate_limited"


class LetterNotSent(DomainError):
    pass


class LinkTooOld(DomainError):
    code = "gone"


def ask_guardian(*, player: Player, email: str, now: datetime) -> Guardianship:
    """Write to the guardian; the link in an earlier letter stops working."""
    if not is_minor_now(player):
        raise NoGuardianNeeded("You need no guardian's agreement.")
    _refuse_own_address(player, email)
    _count_letter(player)
    token = secrets.token_urlsafe(32)
    guardianship = _name_guardian(player, email=email, token=token, now=now)
    try:
        _write_question(guardianship, token)
    except OSError as error:
        # Also what mail servers answer: SMTPException is an OSError.
        logger.warning("The letter to a guardian could not be sent: %s", error)
        Guardianship.objects.filter(pk=guardianship.pk).update(asked_at=now - PAUSE)
        raise LetterNotSent("The letter could not be sent. Try again in a few minutes.") from error
    return guardianship


@transaction.atomic
def confirm(
    *, guardianship: Guardianship, token: str, consents: Mapping[str, bool], now: datetime
) -> Guardianship:
    """The guardian agrees, and decides about the consents; saying yes again changes the consents."""
    guardianship = Guardianship.objects.select_for_update().get(pk=guardianship.pk)
    if guardianship.token_hash != hashed(token) or is_expired(guardianship, now):
        raise LinkTooOld("This link no longer works. Ask for a new letter.")
    is_news = guardianship.confirmed_at is None or guardianship.withdrawn_at is not None
    if is_news:
        guardianship.confirmed_at, guardianship.withdrawn_at = now, None
        guardianship.save(update_fields=["confirmed_at", "withdrawn_at"])
    answer_consents(player=guardianship.player, answers=consents, by_guardian=True)
    if is_news:
        record(actor=None, verb="guardian.agreed", subject=guardianship.player)
        transaction.on_commit(lambda: _write_receipt(guardianship, token), robust=True)
    return guardianship


@transaction.atomic
def withdraw(*, guardianship: Guardianship, now: datetime) -> None:
    """Take the agreement back, with every consent; withdrawing twice is the same as once."""
    open_ones = Guardianship.objects.filter(pk=guardianship.pk, withdrawn_at=None)
    if open_ones.update(withdrawn_at=now):
        withdraw_all(player=guardianship.player, by_guardian=True)
        record(actor=None, verb="guardian.withdrew", subject=guardianship.player)


def _refuse_own_address(player: Player, email: str) -> None:
    own = {player.email, *EmailAddress.objects.filter(user=player).values_list("email", flat=True)}
    if email.casefold() in {address.casefold() for address in own if address}:
        raise GuardianRefused("This is your own address. Enter the address of a parent or guardian.")


@transaction.atomic
def _name_guardian(player: Player, *, email: str, token: str, now: datetime) -> Guardianship:
    Player.objects.select_for_update().get(pk=player.pk)
    before = Guardianship.objects.filter(player=player).first()
    if before and before.asked_at > now - PAUSE:
        raise TooManyLetters("A letter has just been sent. Wait ten minutes before you ask for another.")
    if before and before.confirmed_at and not before.withdrawn_at:
        raise NoGuardianNeeded("Your guardian has agreed already.")
    row, _ = Guardianship.objects.update_or_create(
        player=player,
        defaults={
            "guardian_email": email,
            "token_hash": hashed(token),
            "asked_at": now,
            "confirmed_at": None,
            "withdrawn_at": None,
        },
    )
    return row


def _count_letter(player: Player) -> None:
    key = f"players.guardian_letters.{player.pk}"
    cache.add(key, 0, timeout=DAY_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:  # the day ended between the two calls
        return
    if count > LETTERS_A_DAY:
        raise TooManyLetters("Five letters were sent today. Ask for another one tomorrow.")


def _write_question(guardianship: Guardianship, token: str) -> None:
    send_letter(
        to=guardianship.guardian_email,
        subject="Your agreement is asked for",
        template="guardian_question",
        username=guardianship.player.username,
        features=FEATURES,
        open_to_all=OPEN_TO_ALL,
        days=LINK_DAYS,
        link=public_address("players:guardian", token),
    )


def _write_receipt(guardianship: Guardianship, token: str) -> None:
    send_letter(
        to=guardianship.guardian_email,
        subject="You have agreed",
        template="guardian_receipt",
        username=guardianship.player.username,
        link=public_address("players:guardian", token),
    )
