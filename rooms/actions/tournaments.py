"""A tournament: equal sets of statements for its rounds, pairs, and who goes on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random

from learning.models import Statement
from learning.queries.statements import arranged, candidates
from rooms.actions.session_refusals import NotEnoughPlayers, NotEnoughStatements
from rooms.models import GameSession, SessionParticipant, SessionRound, TournamentMatch
from rooms.queries.session_people import players_of
from rooms.queries.standings import Tally, match_scores, tally
from rooms.rules.pairings import (
    Entrant,
    Outcome,
    Result,
    decide,
    decide_knockout,
    first_bracket,
    next_bracket,
    stages_of_bracket,
    stages_of_swiss,
    swiss_pairs,
)
from rooms.rules.sets import Item, matched_sets

Format = GameSession.Format
MIN_PLAYERS = 2
MAX_STAGES = 8


def set_up(session: GameSession) -> None:
    """Draw the players, choose the statements of all rounds, and pair the first one."""
    ready = list(players_of(session).filter(is_ready=True).select_related("player").order_by("pk"))
    if len(ready) < MIN_PLAYERS:
        raise NotEnoughPlayers("A tournament needs two players who are ready.")
    per_stage = session.rounds_planned
    counted = stages_of_bracket if session.format == Format.BRACKET else stages_of_swiss
    session.stages_planned = min(counted(len(ready)), MAX_STAGES)
    _draw(session, ready)
    sets = _sets(session, size=per_stage, players=[one.player_id for one in ready])
    number = 0
    rounds = []
    for stage, statements in enumerate(sets, start=1):
        for statement in statements:
            number += 1
            rounds.append(SessionRound(session=session, number=number, stage=stage, statement=statement))
    SessionRound.objects.bulk_create(rounds)
    session.rounds_planned = number
    session.save(update_fields=["rounds_planned", "stages_planned", "updated_at"])
    _pair_first(session, ready)


def _draw(session: GameSession, ready: Sequence[SessionParticipant]) -> None:
    """By lot; who isn't ready watches."""
    seeds = list(range(1, len(ready) + 1))
    Random(session.uuid.int).shuffle(seeds)
    for participant, seed in zip(ready, seeds, strict=True):
        participant.seed = seed
    SessionParticipant.objects.bulk_update(ready, ["seed"])
    others = session.participants.filter(role=SessionParticipant.Role.PLAYER, seed=None)
    others.update(role=SessionParticipant.Role.SPECTATOR)


def _sets(session: GameSession, *, size: int, players: Iterable[int]) -> list[list[Statement]]:
    rng = Random(session.uuid.int)
    found = candidates(
        topic=session.topic, difficulty=session.difficulty, rng=rng, avoid_recent_for=list(players)
    )
    by_pk = {one.pk: one for one in found}
    items = [Item(one.pk, one.beta_mean, one.answer, one.fact_key) for one in found]
    sets = matched_sets(items, sets=session.stages_planned, size=size, rng=rng)
    if not sets:
        raise NotEnoughStatements(
            f"{session.topic} has {len(found)} statements of that kind. That is not enough for "
            f"{session.stages_planned} rounds of {size} that are equally hard: choose fewer for each round."
        )
    return [arranged([by_pk[item.pk] for item in one], rng) for one in sets]


def _pair_first(session: GameSession, ready: Sequence[SessionParticipant]) -> None:
    by_seed = sorted(ready, key=lambda one: one.seed or 0)
    if session.format == Format.BRACKET:
        _add(session, 1, first_bracket([one.pk for one in by_seed]))
    else:
        _pair_swiss(session, 1)


def close_stage(session: GameSession, now: datetime) -> bool:
    """Decide the matches of the stage and pair the next; False when that was the last one."""
    people = list(session.participants.filter(seed__isnull=False))
    here = tally(session, people, stage=session.stage)
    all_along = tally(session, people)
    matches = list(session.matches.filter(stage=session.stage).order_by("number"))
    for match in matches:
        _decide(session, match, people={one.pk: one for one in people}, here=here, all_along=all_along)
        match.decided_at = now
    columns = ["winner", "first_points", "second_points", "reason", "decided_at"]
    TournamentMatch.objects.bulk_update(matches, columns)
    if session.format == Format.BRACKET:
        losers = {side for one in matches for side in (one.first_id, one.second_id)} - {
            one.winner_id for one in matches
        }
        is_last = len(matches) == 1
        if not (is_last and matches[0].winner_id is None):
            session.participants.filter(pk__in=[pk for pk in losers if pk]).update(
                eliminated_in=session.stage
            )
        if is_last:
            return False
        _add(session, session.stage + 1, next_bracket([one.winner_id for one in matches]))
        return True
    if session.stage >= session.stages_planned:
        return False
    _pair_swiss(session, session.stage + 1)
    return True


def _decide(
    session: GameSession,
    match: TournamentMatch,
    *,
    people: Mapping[int, SessionParticipant],
    here: Mapping[int, Tally],
    all_along: Mapping[int, Tally],
) -> None:
    sides = [side for side in (match.first_id, match.second_id) if side is not None and side in people]
    if len(sides) < 2:
        match.winner_id, match.reason = next(iter(sides), None), TournamentMatch.Reason.BYE
        return
    one, other = sides
    results: tuple[Result, Result] = here[one].result, here[other].result
    match.first_points, match.second_points = results[0].points, results[1].points
    outcome: Outcome
    if session.format == Format.BRACKET:
        outcome = decide_knockout(
            *results,
            earlier=(all_along[one].result.points, all_along[other].result.points),
            seeds=(people[one].seed or 0, people[other].seed or 0),
            is_final=session.stage == session.stages_planned,
        )
    else:
        outcome = decide(*results)
    match.winner_id = None if outcome.side is None else sides[outcome.side]
    match.reason = outcome.reason


def _pair_swiss(session: GameSession, stage: int) -> None:
    """Those who are still here; who came late has no points yet."""
    scores = match_scores(session)
    met: dict[int, set[int]] = {}
    byes = set()
    for match in session.matches.all():
        if match.first_id and match.second_id:
            met.setdefault(match.first_id, set()).add(match.second_id)
            met.setdefault(match.second_id, set()).add(match.first_id)
        elif match.first_id:
            byes.add(match.first_id)
    entrants = [
        Entrant(
            one.pk, scores.get(one.pk, 0.0), one.seed or 0, frozenset(met.get(one.pk, ())), one.pk in byes
        )
        for one in players_of(session).filter(seed__isnull=False).order_by("seed")
    ]
    _add(session, stage, swiss_pairs(entrants))


def _add(session: GameSession, stage: int, pairs: Iterable[tuple[int | None, int | None]]) -> None:
    TournamentMatch.objects.bulk_create(
        TournamentMatch(
            session=session, stage=stage, number=number, first_id=first, second_id=second,
            is_bye=second is None,
        )
        for number, (first, second) in enumerate(pairs, start=1)
    )  # fmt: skip
