"""What is kept of a player's learning."""

from collections.abc import Iterator

from django.db.models import Case, When

from learning.models import AnswerEvent, Statement, TopicSkill
from players.personal_data import Area, Document, Row, register
from players.queries.exports import CHUNK

MODELS = frozenset({"learning.AnswerEvent", "learning.Statement", "learning.TopicSkill"})

MARKS = {True: "right", False: "wrong", None: "not told yet"}


def documents(player_id: int) -> Iterator[Document]:
    yield Document("learning/answers.json", "Answers", _answers(player_id))
    yield Document("learning/answers.md", "Answers, to read", _answers_to_read(player_id))
    yield Document("learning/skills.json", "What I am thought to know, by topic", _skills(player_id))
    yield Document("learning/statements.json", "Statements that I wrote", _statements(player_id))


def erase(player_id: int) -> None:
    """Answers and skills stay: they carry no word of the player's, and the statements' figures rest on them."""


def remains(player_id: int) -> list[str]:
    return []


def _answers(player_id: int) -> Iterator[Row]:
    """An answer to a question that is still open doesn't say whether it is right."""
    rows = AnswerEvent.objects.filter(player_id=player_id).order_by("pk")
    shown = rows.annotate(right=Case(When(settlement__isnull=False, then="correct")))
    yield from shown.values(
        "received_at", "statement__topic__name", "statement__text", "mode", "answer", "right", "confidence",
        "rapid", "first_attempt", "rt_ms", "p_before", "theta_before", "theta_after", "xp", "session_uuid",
    ).iterator(CHUNK)  # fmt: skip


def _answers_to_read(player_id: int) -> Iterator[str]:
    yield "# Answers\n\n"
    for row in _answers(player_id):
        mark = MARKS[row["right"]]
        said = "true" if row["answer"] else "false"
        yield (
            f"- {row['received_at']:%Y-%m-%d %H:%M} ({row['statement__topic__name']}): "
            f"{row['statement__text']} I said **{said}**, that was {mark}.\n"
        )


def _skills(player_id: int) -> Iterator[Row]:
    rows = TopicSkill.objects.filter(player_id=player_id).order_by("topic__name")
    yield from rows.values(
        "topic__name", "theta_mean", "theta_var", "mastery", "mastery_low", "n_answers", "n_rapid",
        "active_days", "last_at",
    ).iterator(CHUNK)  # fmt: skip


def _statements(player_id: int) -> Iterator[Row]:
    rows = Statement.objects.filter(created_by_id=player_id).order_by("pk")
    yield from rows.values(
        "text", "answer", "explanation", "topic__name", "lifecycle", "created_at"
    ).iterator(CHUNK)


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
