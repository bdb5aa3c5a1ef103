"""What happens by itself: statistics after sessions and by night, practices that nobody came back to, flips."""

import logging
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from learning.actions import flip_replay
from learning.actions.difficulties import estimate_all
from learning.actions.fairness import measure_fairness
from learning.actions.pools import expire_pools
from learning.actions.practice import end_forgotten
from learning.actions.quality import refresh_statistics
from learning.models import KeyFlip
from padawanforge.kit import jobs, work

logger = logging.getLogger(__name__)
ONCE_IN_SECONDS = 23 * 3600
A_DAY_AND_A_BIT = timedelta(hours=26)


@jobs.job("learning.measure")
def measure(statement_ids: list[int]) -> None:
    """The statistics of these statements, and what the rules make of them."""
    refresh_statistics(statement_ids)


@jobs.job("learning.tend_statements")
def tend_statements() -> None:
    """By night: difficulties out of all first answers, and the statements of the last day once more."""
    now = timezone.now()
    estimate_all()
    refresh_statistics(since=now - A_DAY_AND_A_BIT)
    measure_fairness(now=now, since=now - A_DAY_AND_A_BIT)


@jobs.every(3600, name="learning.ask_for_measures")
def ask_for_measures() -> None:
    if cache.add("learning.statements_tended", True, timeout=ONCE_IN_SECONDS):
        jobs.enqueue("learning.tend_statements")


@jobs.every(3600, name="learning.expire_pools")
def expire_outdated_pools() -> None:
    """Statements whose pool has passed its date are looked at again before they are played."""
    expire_pools(now=timezone.now())


@jobs.every(300, name="learning.end_forgotten")
def end_forgotten_practices() -> None:
    """Practices that nobody came back to are finished, and paid."""
    end_forgotten(now=timezone.now())


@jobs.job("learning.replay_flip")
def replay_flip(pk: int) -> None:
    """The next step of what follows from a wrong key, unless another worker is at it."""
    now = timezone.now()
    if not KeyFlip.objects.claim(pk, now=now):
        return
    flip = KeyFlip.objects.filter(pk=pk).first()
    if flip is None:
        return
    try:
        flip_replay.replay_flip(flip=flip, now=now)
    except flip_replay.TakenOver:
        logger.info("Another worker has taken over the flip #%s.", pk)


work.register(KeyFlip, job="learning.replay_flip", give_up=flip_replay.give_up)
