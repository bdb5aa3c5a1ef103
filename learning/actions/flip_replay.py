"""What follows from a flipped key, in steps: each is short, is saved with where it has come to, and asks for the
next one. A process that dies loses one step.

First skills and difficulties as if the key had been right from the beginning, then the cards and the pay of
those who have answered the statement.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from learning.actions.pay_again import pay_missing
from learning.actions.quality import refresh_statistics
from learning.actions.rebuild import write
from learning.actions.rebuild_cards import rebuild_cards
from learning.actions.replaying import Overtaken, Replayed, go_on, packed, unpacked
from learning.actions.skills import lock_players
from learning.models import AnswerEvent, KeyFlip, Statement
from learning.signals import answer_rescored
from padawanforge.kit import jobs
from padawanforge.kit.events import announce
from padawanforge.kit.work import WorkState

# A step must be over long before the lease of a job is.
ANSWERS_A_STEP = 50_000
ROWS_A_STEP = 20_000
PLAYERS_A_STEP = 25
# What is put away ends here, so that nothing can be settled before its end any more.
SETTLED_FOR = timedelta(seconds=60)


def replay_flip(*, flip: KeyFlip, now: datetime) -> None:
    """Take the next step."""
    if flip.skills_at is None:
        _replay(flip, now)
    else:
        _pay(flip, now)


def give_up(flip: KeyFlip) -> None:
    flip.mark_failed("The replay was given up after several attempts; `rebuild_learning` does the same.")


def _replay(flip: KeyFlip, now: datetime) -> None:
    replayed = unpacked(bytes(flip.checkpoint)) if flip.checkpoint else Replayed()
    try:
        is_all = go_on(replayed, most=ANSWERS_A_STEP, settled_before=now - SETTLED_FOR)
    except Overtaken:
        _ask_for_next(flip, now, checkpoint=None, replayed=0)
        return
    kept = {"checkpoint": packed(replayed), "replayed": replayed.answers}
    if not is_all:
        _ask_for_next(flip, now, **kept)
        return
    try:
        written = write(replayed, most=ROWS_A_STEP)
    except Overtaken:
        # What is put away still holds; the newest answers are read again.
        _ask_for_next(flip, now, **kept)
        return
    if written:
        _ask_for_next(flip, now, **kept, moved=F("moved") + len(written))
    else:
        _ask_for_next(flip, now, checkpoint=None, replayed=replayed.answers, skills_at=now)


def _pay(flip: KeyFlip, now: datetime) -> None:
    """The next players, from the mended skill on: cards, missing experience, and the news."""
    with transaction.atomic():
        players = _next_players(flip)
        if not players:
            _finish(flip, now)
            return
        lock_players(players)
        cards = rebuild_cards(player_ids=players)
        granted = pay_missing(player_ids=players, now=now)
        _ask_for_next(
            flip, now, last_player=players[-1], moved=F("moved") + len(cards),
            xp=F("xp") + sum(granted.values()), told=F("told") + len(players),
        )  # fmt: skip
        _tell(flip, players, granted)


def _finish(flip: KeyFlip, now: datetime) -> None:
    refresh_statistics([flip.statement_id])
    _at_this_step(flip).update(state=WorkState.DONE, lease_until=None, finished_at=now, last_error="")


class TakenOver(Exception):
    """The lease ran out and another worker has taken this step; nothing of ours may be saved."""


@transaction.atomic
def _ask_for_next(flip: KeyFlip, now: datetime, **saved: object) -> None:
    """Save where the replay has come to, and free the row for whoever takes the next step."""
    # What goes on has not failed, however many steps it takes.
    free = {"state": WorkState.WAITING, "attempts": 0, "queued_at": now, "lease_until": None}
    if not _at_this_step(flip).update(**free, **saved):
        raise TakenOver
    jobs.enqueue("learning.replay_flip", pk=flip.pk)


def _at_this_step(flip: KeyFlip) -> QuerySet[KeyFlip]:
    return KeyFlip.objects.filter(
        pk=flip.pk,
        state=WorkState.RUNNING,
        attempts=flip.attempts,
        lease_until=flip.lease_until,
        skills_at=flip.skills_at,
        last_player=flip.last_player,
    )


def _next_players(flip: KeyFlip) -> list[int]:
    rows = AnswerEvent.objects.filter(statement=flip.statement_id, settlement__isnull=False)
    rows = rows.filter(player__gt=flip.last_player).order_by("player")
    return list(rows.values_list("player_id", flat=True).distinct()[:PLAYERS_A_STEP])


def _tell(flip: KeyFlip, players: list[int], granted: dict[int, int]) -> None:
    """Each player once: the step that tells them is saved with the news, or neither is."""
    answers = AnswerEvent.objects.filter(
        statement=flip.statement_id, player__in=players, settlement__isnull=False
    )
    last = dict(answers.order_by("pk").values_list("player_id", "correct"))
    for pk in players:
        announce(
            answer_rescored, sender=Statement, player_id=pk, flip_id=flip.pk, statement_id=flip.statement_id,
            is_right=last[pk], xp=granted.get(pk, 0),
        )  # fmt: skip
