"""Tutors give hints to what is being asked: by the ladder, publicly in a room, or to one player alone.

No engine is asked, and nothing here looks at a key.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from learning.actions.hints import Asking, NoMoreHints, Wish, hint_in_practice, next_hint
from learning.models import Hint
from learning.queries.open_questions import asked_now
from learning.rules.hints import LAST, NOTICE, NUDGE, asks_for_help, is_about, is_hinted, overlap
from padawanforge.kit.errors import DomainError
from players.models import Player
from rooms.actions.session_steps import locked
from rooms.actions.session_told import note
from rooms.models import GameSession, Reply, SessionAnswer, SessionRound, TrainingStep
from rooms.queries import hints
from rooms.queries.hearing import place_in
from rooms.queries.neighbours import RELATED, asked_of
from rooms.queries.open_statements import open_statements
from rooms.rules.roles import rights_of


@dataclass(frozen=True, slots=True)
class Told:
    """What the character says instead of an answer; `level` is 0 when there are no more hints on this ladder."""

    text: str
    ladder: str
    level: int = 0

    @property
    def data(self) -> dict[str, int]:
        return {"level": self.level, "of": LAST}


def hint_in_room(reply: Reply, now: datetime) -> Told | None:
    """The next hint of the round that is open in the room, for all who read there; None when it isn't the time.

    Only a tutor who was called gives it, and only to somebody who still has to answer: nobody else could use it,
    but could spoil the round for those who play.
    """
    player, place = reply.player, place_in(reply.channel, reply.npc)
    is_called = reply.occasion == Reply.Occasion.CALLED and reply.message.player_id is not None
    if player is None or place is None or not is_called or not rights_of(place.role).gives_hints:
        return None
    session_id = hints.asking_in(reply.channel)
    return _hint_in_round(reply, player, locked(session_id), now) if session_id is not None else None


def _hint_in_round(reply: Reply, player: Player, session: GameSession, now: datetime) -> Told | None:
    # Who isn't in a private game sees nothing of it.
    if session.session_type == GameSession.Type.PRIVATE:
        return None
    if session.phase != GameSession.Phase.QUESTION or session.paused_at is not None:
        return None
    if reply.message.sent_at < session.phase_started_at:
        return None
    current = session.rounds.select_related(*RELATED).filter(number=session.round_number).first()
    if current is None or current.annulled_at is not None or not _wants_hint(reply, current):
        return None
    current.session = session
    if not hints.still_answers(player, current) or _was_heard(reply):
        return None
    asking = Asking(
        ladder=f"session:{session.uuid}:{current.number}",
        statement=current.statement,
        session_uuid=session.uuid,
        secret=open_statements(reply.channel.uuid) | asked_now(player.pk),
        other=current.other,
    )
    told = _told(asking, reply, player, now)
    if told.level:
        note(session, type="hinted", now=now, actor=player, round=current.number, level=told.level)
    if is_hinted(told.level) and current.hinted_at is None:
        SessionRound.objects.filter(pk=current.pk).update(hinted_at=now)
    return told


def hint_in_talk(reply: Reply, now: datetime) -> Told | None:
    """The next hint to what this player is asked alone; None when he asks for something else.

    Who plays with others gets none: they couldn't read it.
    """
    player = reply.player
    if player is None or reply.message.player_id != player.pk:
        return None
    text = reply.message.text
    found = hints.asked_alone(player, now)
    if not found or hints.plays_with_others(player):
        return None
    # The first of those of which the message says most.
    asked = max(found, key=lambda one: overlap(text, one.statement.text))
    if not asks_for_help(text) and not is_about(text, asked.statement.text):
        return None
    try:
        if asked.practice is not None:
            return _in_practice(reply, player, asked.practice.uuid, asked.practice.number, now)
        return _in_training(reply, player, asked.step, now) if asked.step is not None else None
    except DomainError:
        # Answered in the meantime.
        return None


def _in_practice(reply: Reply, player: Player, practice: UUID, number: int, now: datetime) -> Told:
    try:
        return _said(hint_in_practice(number=number, wish=_wish(reply, player), now=now))
    except NoMoreHints as refusal:
        return Told(str(refusal), f"practice:{practice}:{number}")


def _in_training(reply: Reply, player: Player, step: TrainingStep, now: datetime) -> Told | None:
    """Under the lock that an answer takes, too."""
    session, current = locked(step.round.session_id), step.round
    is_answered = SessionAnswer.objects.filter(round=current, participant=step.participant_id).exists()
    if session.ended_at is not None or is_answered:
        return None
    asking = Asking(
        ladder=f"session:{session.uuid}:{current.number}:{player.pk}",
        statement=asked_of(current, step.participant),
        session_uuid=session.uuid,
        secret=asked_now(player.pk),
    )
    told = _told(asking, reply, player, now)
    if told.level:
        TrainingStep.objects.filter(pk=step.pk).update(hints=told.level)
    return told


def _told(asking: Asking, reply: Reply, player: Player, now: datetime) -> Told:
    try:
        return _said(next_hint(asking, _wish(reply, player), now=now))
    except NoMoreHints as refusal:
        return Told(str(refusal), asking.ladder)


def _said(hint: Hint) -> Told:
    after = f" {NOTICE}" if hint.level == NUDGE else ""
    return Told(f"Hint {hint.level} of {LAST}: {hint.text}{after}", hint.ladder, hint.level)


def _wish(reply: Reply, player: Player) -> Wish:
    return Wish(player, npc=reply.npc, place=reply.channel.uuid, message_uuid=reply.message.uuid)


def _wants_hint(reply: Reply, current: SessionRound) -> bool:
    text = reply.message.text
    sides = [current.statement, current.other] if current.other is not None else [current.statement]
    return asks_for_help(text) or any(is_about(text, side.text) for side in sides)


def _was_heard(reply: Reply) -> bool:
    """Whether another tutor whom the message calls has given a hint for it."""
    return Hint.objects.filter(message_uuid=reply.message.uuid).exists()
