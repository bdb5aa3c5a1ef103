"""The figures of a session that is over."""

from datetime import datetime

from django.db.models import Count, Q

from rooms.models import GameSession, SessionAnalytics, SessionAnswer, SessionParticipant
from rooms.queries.standings import tally, tournament_ranks
from rooms.rules.figures import median
from rooms.rules.pairings import places

Role = SessionParticipant.Role


def keep_figures(session: GameSession, now: datetime) -> SessionAnalytics:
    """Everybody's place, and the figures of the whole."""
    people = list(session.participants.select_related("player").order_by("pk"))
    players = [one for one in people if one.role == Role.PLAYER]
    tallies = tally(session, players)
    ranks = {pk: found.result.rank for pk, found in tallies.items()}
    if session.is_tournament:
        ranks = tournament_ranks(session, players, tallies)
    placed = places(ranks)
    for one in players:
        one.final_place, one.final_points = placed[one.pk], tallies[one.pk].result.points
    SessionParticipant.objects.bulk_update(players, ["final_place", "final_points"], batch_size=500)
    answered = sum(found.answered for found in tallies.values())
    correct = sum(found.correct for found in tallies.values())
    missed = sum(found.result.skips for found in tallies.values())
    judged = [found for found in tallies.values() if found.answered]
    errors = sum(found.result.brier * found.answered for found in judged)
    return SessionAnalytics.objects.create(
        session=session,
        players=len(players),
        spectators=len(people) - len(players),
        joined_late=sum(one.first_round > 1 for one in players),
        left_early=sum(one.left_at is not None for one in players),
        answers=answered,
        correct=correct,
        skipped=missed,
        accuracy=correct / answered if answered else None,
        participation=answered / (answered + missed) if answered + missed else None,
        brier=errors / answered if answered else None,
        played_seconds=_played(session, now),
        paused_seconds=session.paused_seconds,
        counted_at=now,
        **_of_answers(session),
        **_of_rounds(session),
    )


def _played(session: GameSession, now: datetime) -> int:
    if session.started_at is None:
        return 0
    return max(round((now - session.started_at).total_seconds()) - session.paused_seconds, 0)


def _of_answers(session: GameSession) -> dict[str, int | None]:
    answers = SessionAnswer.objects.filter(
        round__session=session,
        round__revealed_at__isnull=False,
        round__annulled_at=None,
        verdict__isnull=False,
    )
    times = list(answers.values_list("event__rt_ms", flat=True))
    return {"median_ms": median(times), "rapid": answers.filter(event__rapid=True).count()}


def _of_rounds(session: GameSession) -> dict[str, int]:
    return session.rounds.aggregate(
        rounds_played=Count("pk", filter=Q(revealed_at__isnull=False, annulled_at=None)),
        rounds_annulled=Count("pk", filter=Q(annulled_at__isnull=False)),
    )
