"""What the viewers of a session need of it: what is the same for all of them, and what is each one's own.

In a reading (see padawanforge.kit.memory) the first is asked once, and the second read ahead for many at once.
"""

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from padawanforge.kit.memory import keep, recalled
from players.models import ExperienceEntry, Player
from rooms.models import GameSession, SessionAnswer, SessionParticipant, SessionRound
from rooms.queries.neighbours import RELATED, know_sides

Role, Phase = SessionParticipant.Role, GameSession.Phase


def know_viewers(session: GameSession, viewers: Collection[Player]) -> None:
    """For showing the session to these players."""
    people = {viewer.pk: viewer for viewer in viewers}
    places = {row.player_id: row for row in session.participants.filter(player__in=people)}
    for pk, viewer in people.items():
        place = places.get(pk)
        if place is not None:
            place.player = viewer
        keep((SessionParticipant, session.pk, pk), place)
    if session.phase not in (Phase.QUESTION, Phase.REVEAL):
        return
    current = current_round(session)
    answers = SessionAnswer.objects.filter(round=current, participant__in=[row.pk for row in places.values()])
    given = {answer.participant_id: answer for answer in answers}
    for row in places.values():
        keep((SessionAnswer, current.pk, row.pk), given.get(row.pk))
    if current.other is not None:
        know_sides(session)


def know_ends(session: GameSession, viewers: Collection[Player]) -> None:
    """For showing these players the end of the session: what each has answered and was paid."""
    if session.phase != Phase.FINISHED:
        return
    if session.are_neighbours_apart:
        know_sides(session)
    places = session.participants.filter(player__in=viewers)
    answers: dict[int, list[SessionAnswer]] = {pk: [] for pk in places.values_list("pk", flat=True)}
    for answer in SessionAnswer.objects.filter(participant__in=answers):
        answers[answer.participant_id].append(answer)
    for pk, given in answers.items():
        keep((answers_of, pk), given)
    paid = dict(_payments(session).filter(player__in=viewers).values_list("player", "delta"))
    for viewer in viewers:
        keep((paid_to, session.pk, viewer.pk), paid.get(viewer.pk, 0))


def place_of(session: GameSession, player: Player) -> SessionParticipant | None:
    places = session.participants.filter(player=player).select_related("player__profile")
    return recalled((SessionParticipant, session.pk, player.pk), places.first)


def counts_of(session: GameSession) -> dict[str, int]:
    """How many play, are ready and watch."""
    here, is_player = session.participants.filter(left_at=None), Q(role=Role.PLAYER)
    return recalled(
        (counts_of, session.pk),
        lambda: here.aggregate(
            players=Count("pk", filter=is_player),
            ready=Count("pk", filter=is_player & Q(is_ready=True)),
            spectators=Count("pk", filter=Q(role=Role.SPECTATOR)),
        ),
    )


def current_round(session: GameSession) -> SessionRound:
    number = session.round_number
    rounds = session.rounds.select_related(*RELATED)
    return recalled((SessionRound, session.pk, number), lambda: rounds.get(number=number))


def answers_to(current: SessionRound) -> int:
    return recalled((answers_to, current.pk), SessionAnswer.objects.filter(round=current).count)


def answer_to(current: SessionRound, participant: SessionParticipant) -> SessionAnswer | None:
    answers = SessionAnswer.objects.filter(round=current, participant=participant)
    return recalled((SessionAnswer, current.pk, participant.pk), answers.first)


def answers_of(participant: SessionParticipant) -> list[SessionAnswer]:
    """All that he has answered in the session."""
    answers = SessionAnswer.objects.filter(participant=participant)
    return recalled((answers_of, participant.pk), lambda: list(answers))


def paid_to(session: GameSession, player: Player) -> int:
    """What the session has paid the player."""
    paid = _payments(session).filter(player=player).values_list("delta", flat=True)
    return recalled((paid_to, session.pk, player.pk), lambda: paid.first() or 0)


def _payments(session: GameSession) -> QuerySet[ExperienceEntry]:
    return ExperienceEntry.objects.filter(source_type="session", source_id=str(session.uuid))
