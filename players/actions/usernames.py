from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from padawanforge.kit.errors import DomainError
from players.models import Player, UsernameReservation
from players.queries.usernames import is_taken, name_hash
from players.rules.names import problem_of_username

CHANGE_EVERY = timedelta(days=30)
KEPT_BACK = timedelta(days=90)
TAKEN = "Somebody has this name already, or one that looks like it. Please choose another."


class UsernameRefused(DomainError):
    code = "invalid"


def change_username(*, player: Player, username: str, now: datetime) -> None:
    """Give the player another name in addresses and mentions; the old one is kept back for a while."""
    username = username.strip().lower()
    try:
        Player._meta.get_field("username").clean(username, player)
    except ValidationError as error:
        raise UsernameRefused(" ".join(error.messages)) from error
    if problem := problem_of_username(username):
        raise UsernameRefused(problem)
    try:
        _rename(player, username, now)
    except IntegrityError as error:
        # Somebody took the name in the same moment.
        raise UsernameRefused(TAKEN) from error


@transaction.atomic
def _rename(player: Player, username: str, now: datetime) -> None:
    row = Player.objects.select_for_update().get(pk=player.pk)
    if username == row.username:
        return
    if row.is_guest:
        raise UsernameRefused("A guest's name changes with the sign-up.")
    if row.username_changed_at and (free := row.username_changed_at + CHANGE_EVERY) > now:
        raise UsernameRefused(
            f"A username changes once in {CHANGE_EVERY.days} days. Yours can from {free:%d %B %Y}."
        )
    if is_taken(username, now=now, by=row):
        raise UsernameRefused(TAKEN)
    _keep_back(row, now)
    UsernameReservation.objects.filter(name_hash=name_hash(username)).delete()
    row.username = player.username = username
    row.username_changed_at = player.username_changed_at = now
    row.save(update_fields=["username", "username_changed_at", "updated_at"])


def _keep_back(player: Player, now: datetime) -> None:
    UsernameReservation.objects.exclude(
        pk__in=UsernameReservation.objects.in_force(now).values("pk")
    ).delete()
    UsernameReservation.objects.update_or_create(
        name_hash=name_hash(player.username),
        defaults={"holder": player.uuid, "free_from": now + KEPT_BACK},
    )
