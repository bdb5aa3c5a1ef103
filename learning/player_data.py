"""What is kept of a player's learning."""

from collections.abc import Iterator

from django.db.models import Case, F, When

from learning.models import (
    AnswerEvent,
    GenerationRun,
    Hint,
    ImportRun,
    KeyFlip,
    LeagueEntry,
    LeagueMember,
    Practice,
    ReviewCard,
    Sitting,
    Statement,
    StatementRating,
    StatementReport,
    StatementReview,
    TopicSkill,
)
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK

KEPT = (
    AnswerEvent, GenerationRun, Hint, ImportRun, KeyFlip, LeagueEntry, LeagueMember, Practice, ReviewCard,
    Sitting, Statement, StatementRating, StatementReport, StatementReview, TopicSkill,
)  # fmt: skip
MODELS = frozenset(model._meta.label for model in KEPT)

SAID = {True: "true", False: "false", None: "nothing"}
MARKS = {True: "right", False: "wrong", None: "not told yet"}


def documents(player_id: int) -> Iterator[Document]:
    yield Document("learning/answers.json", "Answers", _answers(player_id))
    yield Document("learning/answers.md", "Answers, to read", _answers_to_read(player_id))
    yield Document("learning/hints.json", "Hints that I asked for", _hints(player_id))
    yield Document("learning/skills.json", "What I am thought to know, by topic", _skills(player_id))
    yield Document("learning/cards.json", "When I am asked what again", _cards(player_id))
    yield Document("learning/sittings.json", "Sessions that I finished", _sittings(player_id))
    yield Document("learning/league.json", "My weeks in the league", _league(player_id))
    yield Document("learning/statements.json", "Statements that I wrote", _statements(player_id))
    yield Document("learning/reports.json", "Statements that I reported", _reports(player_id))
    yield Document("learning/ratings.json", "Statements that I rated", _ratings(player_id))
    yield Document("learning/reviews.json", "Statements that I reviewed", _reviews(player_id))
    yield Document("learning/imports.json", "Files of statements that I brought", _imports(player_id))
    yield Document("learning/generated.json", "Pools that I had made", _generations(player_id))


def erase(player_id: int) -> None:
    """Answers and skills stay: they carry no word of the player's, and the statements' figures rest on them.

    The same holds for what was reported, rated and decided; the words that went with it go. Weeks in a league
    are told to others, so they go; and so do hints, on which no figure rests: the answer knows that there was one.
    """
    Hint.objects.filter(player_id=player_id).delete()
    LeagueEntry.objects.filter(player_id=player_id).delete()
    LeagueMember.objects.filter(player_id=player_id).delete()
    StatementReport.objects.filter(player_id=player_id).update(note="")
    StatementReview.objects.filter(reviewer_id=player_id).update(note="")
    for run in ImportRun.objects.filter(player_id=player_id):
        run.file.delete(save=False)
        run.delete()


def remains(player_id: int) -> list[str]:
    notes = StatementReport.objects.filter(player_id=player_id).exclude(note="").count()
    notes += StatementReview.objects.filter(reviewer_id=player_id).exclude(note="").count()
    files = ImportRun.objects.filter(player_id=player_id).count()
    weeks = LeagueMember.objects.filter(player_id=player_id).count()
    weeks += LeagueEntry.objects.filter(player_id=player_id).count()
    hints = Hint.objects.filter(player_id=player_id).count()
    finds = [
        (notes, "notes about statements"),
        (files, "files of statements"),
        (weeks, "traces of a league"),
        (hints, "hints"),
    ]
    return [f"{count} {what} are left." for count, what in finds if count]


def _answers(player_id: int) -> Iterator[Row]:
    """An answer to a question that is still open doesn't say whether it is right."""
    rows = AnswerEvent.objects.filter(player_id=player_id).order_by("pk")
    shown = rows.annotate(right=Case(When(settlement__isnull=False, then="correct")))
    yield from shown.values(
        "received_at", "statement__topic__name", "statement__text", "mode", "answer", "right", "confidence",
        "rapid", "hinted", "first_attempt", "due_review", "grade", "rt_ms", "rt_client_ms", "p_before",
        "theta_before", "theta_after", "xp", "session_uuid",
    ).iterator(CHUNK)  # fmt: skip


def _answers_to_read(player_id: int) -> Iterator[str]:
    yield "# Answers\n\n"
    for row in _answers(player_id):
        mark = MARKS[row["right"]]
        said = SAID[row["answer"]]
        yield (
            f"- {row['received_at']:%Y-%m-%d %H:%M} ({row['statement__topic__name']}): "
            f"{row['statement__text']} I said **{said}**, that was {mark}.\n"
        )


def _hints(player_id: int) -> Iterator[Row]:
    """No hint tells whether the statement that was asked is true."""
    rows = Hint.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "created_at", "statement__text", "npc__name", "level", "text", "session_uuid"
    ).iterator(CHUNK)


def _skills(player_id: int) -> Iterator[Row]:
    rows = TopicSkill.objects.filter(player_id=player_id).order_by("topic__name")
    yield from rows.values(
        "topic__name", "theta_mean", "theta_var", "mastery", "mastery_low", "n_answers", "n_rapid",
        "active_days", "last_at",
    ).iterator(CHUNK)  # fmt: skip


def _cards(player_id: int) -> Iterator[Row]:
    rows = ReviewCard.objects.filter(player_id=player_id).order_by("due", "pk")
    yield from rows.values(
        "topic__name", "fact_key", "due", "last_review", "stability", "difficulty", "reps", "lapses",
        "suspended",
    ).iterator(CHUNK)  # fmt: skip


def _sittings(player_id: int) -> Iterator[Row]:
    rows = Sitting.objects.filter(player_id=player_id).order_by("ended_at", "pk")
    yield from rows.values(
        "session_uuid", "mode", "ended_at", "answers", "correct", "weight", "is_first_of_day", "xp"
    ).iterator(CHUNK)


def _league(player_id: int) -> Iterator[Row]:
    rows = LeagueMember.objects.filter(player_id=player_id).order_by("week")
    since = F("player__league_entry__joined_at")
    yield from rows.values(
        "week", "points", "usual", "expected", "is_awarded", "lows", "carried", in_it_since=since
    ).iterator(CHUNK)


def _statements(player_id: int) -> Iterator[Row]:
    rows = Statement.objects.filter(created_by_id=player_id).order_by("pk")
    yield from rows.values(
        "text", "answer", "explanation", "topic__name", "lifecycle", "created_at"
    ).iterator(CHUNK)


def _reports(player_id: int) -> Iterator[Row]:
    rows = StatementReport.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("statement__text", "reason", "note", "state", "created_at").iterator(CHUNK)


def _ratings(player_id: int) -> Iterator[Row]:
    rows = StatementRating.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values(
        "statement__text", "feedback_rating", "difficulty_perceived", "updated_at"
    ).iterator(CHUNK)


def _reviews(player_id: int) -> Iterator[Row]:
    rows = StatementReview.objects.filter(reviewer_id=player_id).order_by("pk")
    yield from rows.values("statement__text", "was", "became", "reason", "note", "created_at").iterator(CHUNK)


def _imports(player_id: int) -> Iterator[Row]:
    rows = ImportRun.objects.filter(player_id=player_id).order_by("pk")
    yield from rows.values("file_name", "file_format", "counts", "created_at", "applied_at").iterator(CHUNK)


def _generations(player_id: int) -> Iterator[Row]:
    rows = GenerationRun.objects.filter(started_by_id=player_id).order_by("pk")
    yield from rows.values("npc__name", "topic__name", "engine", "made", "dropped", "created_at").iterator(
        CHUNK
    )


register(
    Area(
        name="learning",
        title="Learning",
        models=MODELS,
        export=documents,
        erase=erase,
        remains=remains,
    )
)
