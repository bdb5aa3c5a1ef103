"""What is left of a session: results, what to review, the list of earlier ones, and the rows of an export."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from padawanforge.kit.paging import Page, page_of
from players.models import Player
from rooms.models import GameSession, Room, SessionAnalytics, SessionAnswer, SessionParticipant
from rooms.queries.sessions import RecapLine, recap
from rooms.queries.standings import HIDDEN_LEVEL, Standing, standings
from rooms.queries.tournaments import Board, board_of
from rooms.queries.viewers import paid_to

Phase, Type = GameSession.Phase, GameSession.Type
PAGE = 20


@dataclass(frozen=True, slots=True)
class Results:
    """A session that is over, as one viewer may see it."""

    session: GameSession
    me: SessionParticipant | None
    standings: list[Standing]
    recap: list[RecapLine]
    board: Board | None
    figures: SessionAnalytics | None
    gained_xp: int

    @property
    def to_review(self) -> list[RecapLine]:
        """What the viewer got wrong, passed or was too slow for; and what he was right in by guessing."""
        here = [line for line in self.recap if line.was_here and not line.annulled]
        return [line for line in here if not line.was_right or line.confidence == 1]

    @property
    def mine(self) -> Standing | None:
        me = self.me
        return next((one for one in self.standings if me and one.player.pk == me.player_id), None)


def sessions_seen_by(player: Player, room: Room) -> QuerySet[GameSession]:
    """All of the room but the private ones of others."""
    mine = SessionParticipant.objects.filter(session=OuterRef("pk"), player=player)
    sessions = GameSession.objects.filter(room=room)
    return sessions.filter(~Q(session_type=Type.PRIVATE) | Exists(mine))


def earlier_sessions(player: Player, room: Room, *, after: str) -> Page:
    """Those that were played to their end, the newest first."""
    played = sessions_seen_by(player, room).filter(phase=Phase.FINISHED)
    rows = played.select_related("topic", "analytics")
    return page_of(rows, order=("-ended_at", "-id"), cursor=after, limit=PAGE)


def results_for(session: GameSession, player: Player) -> Results:
    me = session.participants.filter(player=player).first()
    is_drawn = session.is_tournament and session.started_at is not None
    return Results(
        session=session,
        me=me,
        standings=standings(session, viewer=player),
        recap=recap(session, me),
        board=board_of(session, viewer=player) if is_drawn else None,
        figures=SessionAnalytics.objects.filter(session=session).first(),
        gained_xp=paid_to(session, player),
    )


COLUMNS = (
    "round", "stage", "statement", "is_true", "annulled", "player", "answer", "confidence", "correct", "points",
    "seconds", "received_at",
)  # fmt: skip


def answer_rows(session: GameSession, *, viewer: Player, everybody: bool) -> Iterator[dict[str, object]]:
    """The answers to what was revealed, in the order of the rounds: everybody's for who leads, else the own.

    Of the others, nobody is in it who keeps out of all boards.
    """
    rows = SessionAnswer.objects.filter(round__session=session, round__revealed_at__isnull=False)
    shown = Q(participant__player=viewer)
    if everybody:
        shown |= ~Q(participant__player__preferences__privacy_level=HIDDEN_LEVEL)
    rows = rows.filter(shown).select_related(
        "round__statement", "event__statement", "participant__player__profile", "event"
    )
    for row in rows.order_by("round__number", "received_at", "pk").iterator(500):
        asked = row.event.statement if row.event else row.round.statement
        yield {
            "round": row.round.number,
            "stage": row.round.stage,
            "statement": asked.text,
            "is_true": asked.answer,
            "annulled": row.round.annulled_at is not None,
            "player": row.participant.player.username,
            "answer": "pass" if row.verdict is None else "true" if row.verdict else "false",
            "confidence": row.confidence,
            "correct": row.is_correct if row.verdict is not None else None,
            "points": row.points,
            "seconds": round(row.event.rt_ms / 1000, 3) if row.event else None,
            "received_at": row.received_at.isoformat(),
        }


def export_of(session: GameSession, *, viewer: Player, everybody: bool) -> dict[str, object]:
    """The whole of it for programs."""
    return {
        "session": {
            "uuid": str(session.uuid),
            "room": session.room.name,
            "kind": session.session_type,
            "mode": session.mode,
            "format": session.format,
            "topic": session.topic.name,
            "started_at": session.started_at.isoformat() if session.started_at else None,
            "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        },
        "standings": [
            {
                "place": one.place, "player": one.player.username, "points": one.points,
                "correct": one.correct, "brier": round(one.brier, 4), "passed": one.skips,
            }
            for one in standings(session, viewer=viewer)
        ],
        "answers": list(answer_rows(session, viewer=viewer, everybody=everybody)),
    }  # fmt: skip
