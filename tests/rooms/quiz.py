"""A quiz that a test plays with a clock of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from learning.models import Statement, Topic
from messaging.models import Message
from players.models import Player
from rooms.actions.rooms import enter_room
from rooms.actions.session_answers import Given, submit_answer
from rooms.actions.session_people import join_session, set_ready
from rooms.actions.session_steps import advance
from rooms.actions.sessions import Plan, open_session, start_session
from rooms.models import GameSession, Room, SessionAnswer
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

SECRETS = ("The reason is hidden", "Hidden source")


@dataclass
class Quiz:
    """The session as the database has it, its players (all have entered the room), and the test's clock."""

    room: Room
    session: GameSession
    players: list[Player]
    now: datetime

    def begin(self) -> "Quiz":
        for player in self.players:
            set_ready(session=self.session, player=player, is_ready=True, now=self.now)
        start_session(session=self.session, player=self.players[0], now=self.now)
        return self.look()

    def look(self) -> "Quiz":
        self.session.refresh_from_db()
        return self

    @property
    def phase(self) -> tuple[str, int]:
        return self.session.phase, self.session.round_number

    @property
    def statement(self) -> Statement:
        return self.session.rounds.get(number=self.session.round_number).statement

    def enter(self, **player: object) -> Player:
        """Somebody more in the room and in the session."""
        newcomer = player.pop("player", None) or PlayerFactory(**player)
        enter_room(room=self.room, player=newcomer)
        join_session(session=self.session, player=newcomer, now=self.now)
        self.players.append(newcomer)
        return newcomer

    def answer(
        self,
        player: Player,
        *,
        is_right: bool | None = True,
        after: float = 4,
        sure: int | None = None,
        **more: object,
    ) -> SessionAnswer:
        """Answer the open question, so many seconds after it was opened; neither right nor wrong: pass."""
        self.look()
        verdict = None if is_right is None else self.statement.answer is is_right
        answer = submit_answer(
            session=self.session, player=player, given=Given(verdict, self.session.round_number, sure, **more),
            now=self.session.phase_started_at + timedelta(seconds=after),
        )  # fmt: skip
        self.look()
        return answer

    def pass_time(self, late: float = 0) -> bool:
        """Go to the end of the phase, or so many seconds behind it, and let the clock tick."""
        self.now = self.look().session.phase_ends_at + timedelta(seconds=late)
        # Their pages are open all the time.
        self.session.participants.filter(left_at=None).update(seen_at=self.now)
        moved = advance(pk=self.session.pk, now=self.now)
        self.look()
        return moved

    def play(self, *rounds: dict[Player, bool]) -> "Quiz":
        """Play these rounds: who answers, and whether he is right."""
        for verdicts in rounds:
            for player, is_right in verdicts.items():
                self.answer(player, is_right=is_right)
            if self.session.phase == GameSession.Phase.QUESTION:
                self.pass_time()
            self.pass_time()
        return self

    def host_lines(self) -> list[str]:
        said = Message.objects.filter(channel=self.room.channel, npc__isnull=False)
        return list(said.order_by("seq").values_list("text", flat=True))


def topic_with_statements(count: int) -> Topic:
    topic = TopicFactory()
    for number in range(count):
        StatementFactory(
            topic=topic, answer=bool(number % 2), explanation=f"{SECRETS[0]} {number}",
            source_reference=f"{SECRETS[1]} {number}",
        )  # fmt: skip
    return topic


def new_quiz(
    *, players: int = 2, rounds: int = 3, seconds: int = 20, room: Room | None = None, **plan: object
) -> Quiz:
    """A session in its lobby, in a room with a character as host."""
    room = room or RoomNpcFactory(room=RoomFactory(settings__members_start_sessions=True)).room
    people = PlayerFactory.create_batch(players)
    for player in people:
        enter_room(room=room, player=player)
    now = timezone.now()
    topic = plan.pop("topic", None) or topic_with_statements(rounds)
    chosen = Plan(topic=topic, rounds=rounds, seconds=seconds, **plan)
    session = open_session(room=room, player=people[0], plan=chosen, now=now)
    for player in people[1:]:
        join_session(session=session, player=player, now=now)
    return Quiz(room, session, people, now)
