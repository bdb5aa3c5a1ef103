from django.utils import timezone

from padawanforge.kit import jobs, work
from players.actions import (
    achievements,
    avatars,
    consents,
    deletions,
    exports,
    guests,
    sessions,
    standing,
    streaks,
)
from players.models import AccountDeletion, DataExport


@jobs.every(300, name="players.expire_demo_sessions")
def expire_demo_sessions() -> None:
    guests.expire_demo_sessions(now=timezone.now())


@jobs.job("players.export")
def export(pk: int) -> None:
    """Make one export, unless another worker does or it is gone."""
    if DataExport.objects.claim(pk, now=timezone.now()):
        exports.build(pk=pk)


@jobs.job("players.delete")
def delete(pk: int) -> None:
    """Delete one account whose day has come, unless another worker does or the player stays."""
    if AccountDeletion.objects.claim(pk, now=timezone.now()):
        deletions.carry_out(pk=pk)


@jobs.job("players.tell_deletion")
def tell_deletion(pk: int) -> None:
    deletions.tell(pk=pk)


@jobs.every(3600, name="players.throw_away_exports")
def throw_away_exports() -> None:
    exports.throw_away_old(now=timezone.now())


@jobs.every(3600, name="players.forget_ended_sessions")
def forget_ended_sessions() -> None:
    sessions.forget_ended_sessions(now=timezone.now())


@jobs.every(3600, name="players.retry_deletions")
def retry_deletions() -> None:
    deletions.retry_failed(now=timezone.now())


@jobs.every(3600, name="players.keep_standing")
def keep_standing() -> None:
    """Birthdays make people eligible for boards; a new text makes an old consent void."""
    standing.refresh_all_ranked(today=timezone.localdate())
    consents.lapse_outdated()


@jobs.job("players.take_over_picture")
def take_over_picture(account_id: int) -> None:
    avatars.take_over_picture(account_id=account_id)


@jobs.job("players.evaluate")
def evaluate(player_id: int) -> None:
    """Unlock what a player has reached, unless another job has looked meanwhile."""
    achievements.evaluate_waiting(player_id=player_id, now=timezone.now())


@jobs.every(60, name="players.evaluate_again")
def evaluate_again() -> None:
    achievements.ask_again(now=timezone.now())


@jobs.every(900, name="players.settle_streaks")
def settle_streaks() -> None:
    """Days that somebody stayed away take a freeze, or end the streak."""
    streaks.settle_missed(now=timezone.now())


work.register(DataExport, job="players.export", give_up=exports.give_up)
work.register(AccountDeletion, job="players.delete", give_up=deletions.give_up)
