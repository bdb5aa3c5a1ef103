"""Fills an empty, migrated database with a room, its people and a session in which all are ready; prints it as JSON.

`python -m bench.session_people open 200 game 10` and then, while the server runs,
`python -m bench.session_people start <uuid of the session>`; `figures <uuid>` prints what became of it.
"""

import json
import sys

from bench.chat.people import make_player, make_room, signed_in  # sets Django up

# isort: split
from django.conf import settings
from django.utils import timezone

from learning.models import Statement, Topic
from rooms.actions.session_people import set_ready
from rooms.actions.sessions import Plan, open_session, start_session
from rooms.models import GameSession, SessionAnswer

STATEMENTS = 200
SECONDS = 20


def open_for(size: int, kind: str, rounds: int) -> None:
    players = [make_player(number) for number in range(size)]
    room = make_room(f"Hall of {size}", players)
    plan = Plan(
        topic=make_topic(), rounds=rounds, seconds=SECONDS, kind=kind,
        format=GameSession.Format.BRACKET if kind == "tournament" else "",
    )  # fmt: skip
    now = timezone.now()
    session = open_session(room=room, player=players[0], plan=plan, now=now)
    for player in players:
        set_ready(session=session, player=player, is_ready=True, now=now)
    found = {
        "cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "room": str(room.channel.uuid),
        "slug": room.slug,
        "session": str(session.uuid),
        "keys": [signed_in(player) for player in players],
    }
    json.dump(found, sys.stdout)


def make_topic() -> Topic:
    topic = Topic.objects.create(name="Lanterns", slug="lanterns")
    for number in range(STATEMENTS):
        Statement(
            topic=topic, answer=bool(number % 2), lifecycle=Statement.Lifecycle.APPROVED,
            text=f"Lantern number {number} burns with a flame of its own colour and is never put out.",
            explanation="The keeper of the lanterns has said so.", fact_key=f"lantern-{number}",
        ).save()  # fmt: skip
    return topic


def start(uuid: str) -> None:
    session = GameSession.objects.get(uuid=uuid)
    # Not the time that people needed to come in.
    session.participants.update(seen_at=timezone.now())
    start_session(session=session, player=session.started_by, now=timezone.now())


def figures(uuid: str) -> None:
    session = GameSession.objects.get(uuid=uuid)
    answers = SessionAnswer.objects.filter(round__session=session)
    found = {
        "phase": session.phase,
        "stages": session.stages_planned,
        "rounds": session.rounds.exclude(revealed_at=None).count(),
        "answers": answers.count(),
        "matches": session.matches.exclude(decided_at=None).count(),
        "places": sorted(
            session.participants.exclude(final_place=None).values_list("final_place", flat=True)
        ),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    if name == "open":
        open_for(int(arguments[0]), arguments[1], int(arguments[2]))
    else:
        {"start": start, "figures": figures}[name](arguments[0])
