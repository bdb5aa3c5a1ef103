"""One's own learning, for programs: what is due, practice, topics, calibration."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from learning.actions.hints import Wish, hint_in_practice
from learning.actions.practice import (
    NoPractice,
    NothingToPractise,
    answer_practice,
    end_practice,
    go_on,
    open_practice,
    start_practice,
)
from learning.models import AnswerEvent, Practice, Sitting
from learning.permissions import may_see_games
from learning.queries.calibration import calibration_of
from learning.queries.due import DueOverview, due_overview
from learning.queries.fading import FadingFact, fading_facts
from learning.queries.hints import hints_in
from learning.queries.leagues import Group, league_of
from learning.queries.mastery import TopicMastery, mastery_by_topic
from learning.queries.statements import topics_with_counts
from padawanforge.kit import access
from players.models import Player
from players.permissions import has_account
from players.queries.boards import Row

router = Router(tags=["learning"])
SLUG = r"^[-a-zA-Z0-9_]{0,100}$"


class DueTopicOut(Schema):
    name: str
    slug: str
    count: int


class FactOut(Schema):
    topic: str
    text: str = Field(
        description="One of the fact's sentences. Whether it is true isn't told before it is asked."
    )
    remembered: float
    lapses: int
    due: datetime


class DueOut(Schema):
    due: int
    left: int = Field(description="What the limit of the day still allows.")
    done: int
    cards: int
    next_due: datetime | None
    topics: list[DueTopicOut]
    facts: list[FactOut]


class MasteryOut(Schema):
    topic: str
    slug: str
    mastery: float
    low: float
    high: float
    band: str | None = Field(description="None while there are too few answers for a name.")
    answers: int
    needs_refresh: bool
    last_at: datetime | None


class TopicsOut(Schema):
    topics: list[MasteryOut]


class MarkOut(Schema):
    mark: int = Field(description="1 guess, 2 think so, 3 sure.")
    claimed: float
    answers: int
    share: float
    low: float
    high: float


class CalibrationOut(Schema):
    answers: int
    brier: float | None
    verdict: str
    marks: list[MarkOut]


class LeagueRowOut(Schema):
    place: int
    name: str
    url: str
    points: int
    is_own: bool


class MoverOut(Schema):
    name: str
    url: str
    gain: int = Field(description="Points above the member's own last four weeks.")
    is_own: bool


class LeagueGroupOut(Schema):
    place: int
    members: int
    total: int = Field(description="The points of all together.")
    goal: int
    top: list[LeagueRowOut]
    around: list[LeagueRowOut]
    movers: list[MoverOut]


class LeagueWeekOut(Schema):
    begins: date
    points: int


class LeagueOut(Schema):
    has_joined: bool
    week: date = Field(description="The Monday of this week, by the site's clock.")
    points: int | None
    usual: int | None = Field(description="The mean of my last four weeks in the league.")
    is_awarded: bool = Field(description="Last week ended in the best third of the group.")
    weeks: list[LeagueWeekOut]
    group: LeagueGroupOut | None = Field(description="None while I am in no group.")


class AskedOut(Schema):
    number: int
    topic: str
    text: str
    purpose: str = Field(description="due, new or probe.")
    shown_at: datetime
    hints: list[str] = Field(
        description="Those that were asked for, at most three. With two, the answer won't count for the skill."
    )


class ResultOut(Schema):
    text: str
    answer: bool | None
    correct: bool
    key: bool
    explanation: str
    source: str
    rapid: bool
    hinted: bool = Field(description="Answered after the second hint: it doesn't count for the skill.")
    xp: int


class PracticeOut(Schema):
    """`asked` is empty while the explanation of a wrong answer waits to be read, and at the end."""

    uuid: str | None
    planned: int
    number: int
    is_over: bool
    asked: AskedOut | None
    last: ResultOut | None
    xp: int | None = Field(description="What the whole practice was worth, when it is over.")


class PracticeIn(Schema):
    topic: str = Field(
        "", pattern=SLUG, description="The slug of a topic; empty: what is due, of all of them."
    )
    planned: int = Field(10, ge=1, le=50)


class AnswerIn(Schema):
    number: int = Field(ge=1, le=1000)
    verdict: bool | None = Field(description="Null skips the statement.")
    confidence: int | None = Field(None, ge=1, le=3, description="1 guess, 2 think so, 3 sure.")
    client_ms: int | None = Field(None, ge=0, le=86_400_000)


class HintIn(Schema):
    number: int = Field(ge=1, le=1000)
    seen: int | None = Field(
        None,
        ge=0,
        le=3,
        description="How many hints are known. With it, asking twice by mistake gives one hint.",
    )


@router.get("/me/learning/due", response=DueOut, summary="What is due")
@access.scope("learning:read")
@access.requires(may_see_games)
def my_due(request: HttpRequest, limit: int = Query(12, ge=1, le=60)) -> dict[str, object]:
    """The facts that fade most come first."""
    now = timezone.now()
    overview: DueOverview = due_overview(request.user.pk, now=now)
    facts: list[FadingFact] = fading_facts(request.user.pk, now=now, limit=limit)
    return {
        "due": overview.due, "left": overview.left, "done": overview.done, "cards": overview.cards,
        "next_due": overview.next_due, "topics": overview.topics, "facts": facts,
    }  # fmt: skip


@router.get("/me/learning/topics", response=TopicsOut, summary="My topics")
@access.scope("learning:read")
@access.requires(may_see_games)
def my_topics(request: HttpRequest) -> dict[str, list[TopicMastery]]:
    """How much of each topic I know without guessing, from 0 to 1, and how sure that is."""
    return {"topics": mastery_by_topic(request.user.pk)}


@router.get("/me/learning/calibration", response=CalibrationOut, summary="My calibration")
@access.scope("learning:read")
@access.requires(may_see_games)
def my_calibration(request: HttpRequest) -> object:
    """How sure I said I was, against how often I was right."""
    found = calibration_of(request.user.pk).figures
    return {
        "answers": found.answers, "brier": found.brier, "verdict": found.verdict, "marks": list(found.marks),
    }  # fmt: skip


@router.get("/me/learning/league", response=LeagueOut, summary="My league")
@access.scope("learning:read")
@access.requires(has_account)
def my_league(request: HttpRequest) -> dict[str, object]:
    """My weeks, and of my group what its members see of each other: never the whole of it."""
    viewer = Player.objects.select_related("game_data").get(pk=request.user.pk)
    league = league_of(viewer, now=timezone.now())
    return {
        "has_joined": league.has_joined, "week": league.week, "points": league.points, "usual": league.usual,
        "is_awarded": league.is_awarded,
        "weeks": [{"begins": week.begins, "points": week.xp} for week in league.weeks],
        "group": _league_group(league.group) if league.group else None,
    }  # fmt: skip


@router.get("/me/learning/practice", response=PracticeOut, summary="My practice")
@access.scope("learning:read")
@access.requires(may_see_games)
def my_practice(request: HttpRequest) -> dict[str, object]:
    """What is asked now; the time runs since it was shown first."""
    return practice_out(open_practice(request.user))


@router.post("/me/learning/practice", response=PracticeOut, summary="Begin to practise")
@access.scope("learning:write")
@access.requires(may_see_games)
def practice_begin(request: HttpRequest, data: PracticeIn) -> dict[str, object]:
    """Or go on with the practice that is open: there is one at a time."""
    topic = topics_with_counts().filter(slug=data.topic).first() if data.topic else None
    if data.topic and topic is None:
        raise NothingToPractise("There is no such topic, or nothing to practise in it yet.")
    start_practice(player=request.user, topic=topic, planned=data.planned, now=timezone.now())
    return practice_out(open_practice(request.user))


@router.post("/me/learning/practice/answer", response=PracticeOut, summary="Answer")
@access.scope("learning:write")
@access.requires(may_see_games)
def practice_reply(request: HttpRequest, data: AnswerIn) -> dict[str, object]:
    """The same number twice finds the first answer. After a wrong one, `next` goes on."""
    now, before = timezone.now(), _running(request)
    answer_practice(
        player=request.user, number=data.number, verdict=data.verdict, confidence=data.confidence,
        client_ms=data.client_ms, now=now,
    )  # fmt: skip
    return practice_out(_again(before))


@router.post("/me/learning/practice/hint", response=PracticeOut, summary="A hint")
@access.scope("learning:write")
@access.requires(may_see_games)
def practice_help(request: HttpRequest, data: HintIn) -> dict[str, object]:
    """The next of three: a nudge, the words on which it turns, a similar statement worked through.

    From the second one on the answer no longer counts for the skill. No hint is made from the key.
    """
    hint_in_practice(number=data.number, seen=data.seen, wish=Wish(request.user), now=timezone.now())
    return practice_out(open_practice(request.user))


@router.post("/me/learning/practice/next", response=PracticeOut, summary="The next statement")
@access.scope("learning:write")
@access.requires(may_see_games)
def practice_forth(request: HttpRequest) -> dict[str, object]:
    before = _running(request)
    go_on(player=request.user, now=timezone.now())
    return practice_out(_again(before))


@router.post("/me/learning/practice/end", response=PracticeOut, summary="Finish the practice")
@access.scope("learning:write")
@access.requires(may_see_games)
def practice_finish(request: HttpRequest) -> dict[str, object]:
    """What was answered is paid."""
    practice = _running(request)
    end_practice(practice=practice, now=timezone.now())
    return practice_out(_again(practice))


def practice_out(practice: Practice | None) -> dict[str, object]:
    if practice is None:
        return {
            "uuid": None, "planned": 0, "number": 0, "is_over": False, "asked": None, "last": None, "xp": None,
        }  # fmt: skip
    sitting = Sitting.objects.filter(session_uuid=practice.uuid, player=practice.player_id).first()
    return {
        "uuid": str(practice.uuid),
        "planned": practice.planned,
        "number": practice.number,
        "is_over": practice.ended_at is not None,
        "asked": _asked(practice),
        "last": _result(practice.last_event) if practice.last_event else None,
        "xp": sitting.xp if sitting else None,
    }


def _league_group(group: Group) -> dict[str, object]:
    def rows(found: Sequence[Row]) -> list[dict[str, object]]:
        return [
            {"place": row.place, "name": row.name, "url": row.url, "points": row.xp, "is_own": row.is_own}
            for row in found
        ]

    return {
        "place": group.place, "members": group.members, "total": group.goal.total, "goal": group.goal.goal,
        "top": rows(group.top), "around": rows(group.around), "movers": group.movers,
    }  # fmt: skip


def _asked(practice: Practice) -> dict[str, object] | None:
    if practice.statement is None:
        return None
    return {
        "number": practice.number, "topic": practice.statement.topic.name, "text": practice.statement.text,
        "purpose": practice.purpose, "shown_at": practice.shown_at,
        "hints": [hint.text for hint in hints_in(practice)],
    }  # fmt: skip


def _result(event: AnswerEvent) -> dict[str, object]:
    statement = event.statement
    return {
        "text": statement.text, "answer": event.answer, "correct": event.correct, "key": statement.answer,
        "explanation": statement.explanation, "source": statement.source_reference, "rapid": event.rapid,
        "hinted": event.hinted, "xp": event.xp,
    }  # fmt: skip


def _running(request: HttpRequest) -> Practice:
    practice = open_practice(request.user)
    if practice is None:
        raise NoPractice("You are not practising. Begin a new practice.")
    return practice


def _again(practice: Practice) -> Practice:
    rows = Practice.objects.select_related("statement__topic", "last_event__statement__topic")
    return rows.get(pk=practice.pk)
