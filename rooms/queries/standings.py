"""The board of a session."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from padawanforge.kit.memory import recalled
from players.models import Player, PlayerPreferences
from rooms import modes
from rooms.models import GameSession, SessionAnswer, SessionParticipant
from rooms.rules.pairings import Result, places
from rooms.rules.points import UNMARKED, brier, total
from rooms.rules.times import UNTIMED

# Points of an open question would tell who was right; those of an annulled one are nobody's.
COUNTED = Q(round__revealed_at__isnull=False, round__annulled_at=None)
HIDDEN_LEVEL = PlayerPreferences.PrivacyLevel.MAXIMUM
GUESS_BRIER = brier(is_correct=True, confidence=UNMARKED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place on the board; `gained` is what the current round has brought. No place: not ranked."""

    place: int | None
    player: Player
    points: int
    correct: int
    gained: int
    participant_id: int = 0
    brier: float = GUESS_BRIER
    skips: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What somebody's answers come to."""

    result: Result
    correct: int
    answered: int


def standings(session: GameSession, *, viewer: Player | None = None) -> list[Standing]:
    """Everybody's points, best first; ties by the better judgement of oneself, then by fewer passed, else shared.

    As `viewer` may see it, without one as everybody may: nobody is shown to others who keeps out of all
    boards, or who plays by speed without a clock.
    """
    everybody = recalled((_players, session.pk), lambda: _players(session))
    tallies = recalled((tally, session.pk), lambda: tally(session, everybody))
    people = [
        row for row in everybody if row.player_id == getattr(viewer, "pk", None) or is_shown(session, row)
    ]
    if session.is_tournament:
        ranks = tournament_ranks(session, people, tallies)
    else:
        ranks = {row.pk: tallies[row.pk].result.rank for row in people if is_ranked(session, row)}
    placed = places(ranks)
    rows = [
        Standing(
            place=placed.get(row.pk), player=row.player, points=tallies[row.pk].result.points,
            correct=tallies[row.pk].correct, gained=getattr(row, "gained", 0), participant_id=row.pk,
            brier=tallies[row.pk].result.brier, skips=tallies[row.pk].result.skips,
        )
        for row in people
    ]  # fmt: skip
    return sorted(rows, key=lambda one: (one.place is None, one.place or 0, one.player.username))


def is_shown(session: GameSession, row: SessionParticipant) -> bool:
    return row.player.preferences.privacy_level != HIDDEN_LEVEL and is_ranked(session, row)


def is_ranked(session: GameSession, row: SessionParticipant) -> bool:
    return not (modes.get(session.mode).is_timed and row.time_factor == UNTIMED)


def _players(session: GameSession) -> list[SessionParticipant]:
    revealed = Q(answers__round__revealed_at__isnull=False, answers__round__annulled_at=None)
    now = revealed & Q(answers__round__number=session.round_number)
    rows = session.participants.filter(role=SessionParticipant.Role.PLAYER)
    rows = rows.select_related("player__profile", "player__preferences")
    return list(rows.annotate(gained=Coalesce(Sum("answers__points", filter=now), 0)).order_by("pk"))


def tally(
    session: GameSession, people: Iterable[SessionParticipant], *, stage: int | None = None
) -> dict[int, Tally]:
    """By participant: points, judgement and passes, over the whole session or one stage. Two queries."""
    in_stage = {} if stage is None else {"round__stage": stage}
    rounds = session.rounds.filter(revealed_at__isnull=False, annulled_at=None)
    numbers = list(
        rounds.filter(**({} if stage is None else {"stage": stage})).values_list("number", flat=True)
    )
    answers = SessionAnswer.objects.filter(COUNTED, round__session=session, **in_stage)
    grouped = (
        answers.filter(verdict__isnull=False)
        .values("participant_id", "is_correct", "confidence")
        .order_by()
        .annotate(times=Count("pk"), won=Sum("points"))
    )
    found: dict[int, list[dict]] = {}
    for row in grouped:
        found.setdefault(row["participant_id"], []).append(dict(row))
    return {row.pk: _tally(found.get(row.pk, []), row, numbers) for row in people}


def _tally(rows: list[dict], participant: SessionParticipant, numbers: list[int]) -> Tally:
    answered = sum(row["times"] for row in rows)
    errors = sum(
        row["times"] * brier(is_correct=row["is_correct"], confidence=row["confidence"]) for row in rows
    )
    asked = sum(number >= participant.first_round for number in numbers)
    result = Result(
        points=total(sum(row["won"] for row in rows)),
        brier=errors / answered if answered else GUESS_BRIER,
        skips=max(asked - answered, 0),
    )
    return Tally(result, sum(row["times"] for row in rows if row["is_correct"]), answered)


def tournament_ranks(
    session: GameSession, people: Iterable[SessionParticipant], tallies: dict[int, Tally]
) -> dict[int, tuple]:
    """By how far somebody came in a knock-out, or by the matches won; then as everywhere."""
    won = recalled((match_scores, session.pk), lambda: match_scores(session))
    far = session.stages_planned + 1
    is_bracket = session.format == GameSession.Format.BRACKET
    ranks: dict[int, tuple] = {}
    for row in people:
        first = -(row.eliminated_in or far) if is_bracket else -won.get(row.pk, 0.0)
        ranks[row.pk] = (first, *tallies[row.pk].result.rank)
    return ranks


def match_scores(session: GameSession) -> dict[int, float]:
    """A point for each match won, half of one for a shared one."""
    scores: dict[int, float] = {}
    for row in session.matches.exclude(decided_at=None).order_by("pk"):
        for side in (row.first_id, row.second_id):
            if side is not None:
                share = 0.5 if row.winner_id is None else float(row.winner_id == side)
                scores[side] = scores.get(side, 0.0) + share
    return scores
