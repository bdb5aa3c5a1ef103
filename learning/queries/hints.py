"""What hints were given, and what the next one is made of."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, FloatField, OuterRef, Q, Value
from django.db.models.functions import Abs

from learning.models import AnswerEvent, Hint, Practice, Statement

# Of how many statements the topic's words are known, and examples looked through.
AROUND = 60
EXAMPLES = 20


def ladder_of(practice: UUID, number: int) -> str:
    """Of the n-th statement of a practice; the key of its answer, too."""
    return f"practice:{practice}:{number}"


def hints_of(ladder: str) -> list[Hint]:
    return list(Hint.objects.filter(ladder=ladder).order_by("level"))


def hints_in(practice: Practice) -> list[Hint]:
    """Those to the statement that is asked; nothing is looked up where there are none."""
    return hints_of(ladder_of(practice.uuid, practice.number)) if practice.hints else []


def other_wording(statement: Statement) -> str:
    """Another sentence of the same fact, first of all one from its other side; empty where there is none."""
    if not statement.fact_key:
        return ""
    same = Statement.objects.filter(topic=statement.topic_id, fact_key=statement.fact_key)
    same = same.exclude(pk=statement.pk).exclude(lifecycle=Statement.Lifecycle.RETIRED)
    rows = list(same.order_by("pk").values_list("polarity", "text"))
    rows.sort(key=lambda row: row[0] == statement.polarity)
    return rows[0][1] if rows else ""


def said_around(statement: Statement) -> list[str]:
    """What else is said in the topic, by which a telling word is known from a common one."""
    others = Statement.objects.playable().filter(topic=statement.topic_id).exclude(pk=statement.pk)
    return list(others.order_by("pk").values_list("text", flat=True)[:AROUND])


def examples_for(statement: Statement, *, player_id: int, secret: Iterable[int]) -> list[Statement]:
    """Statements whose key may be told beside this one, the most similar first.

    None of the secret ones, and no other sentence about a fact of theirs. What the player has answered before
    comes first among equals: telling its key takes nothing from a later question.
    """
    wanted = {statement.pk, *secret}
    facts = Statement.objects.filter(pk__in=wanted).exclude(fact_key="")
    same_fact = facts.filter(topic=OuterRef("topic"), fact_key=OuterRef("fact_key"))
    asked_elsewhere = Practice.objects.filter(ended_at=None, statement=OuterRef("pk"))
    answered = AnswerEvent.objects.filter(
        player=player_id, statement=OuterRef("pk"), settlement__isnull=False
    )
    rows = Statement.objects.playable().filter(topic=statement.topic_id, lang=statement.lang)
    rows = rows.exclude(pk__in=wanted).filter(~Exists(same_fact), ~Exists(asked_elsewhere))
    is_near = Q(subtopic=statement.subtopic)
    rows = rows.annotate(
        is_near=is_near,
        is_answered=Exists(answered),
        away=Abs(F("beta_mean") - Value(statement.beta_mean, output_field=FloatField())),
    )
    return list(rows.order_by("-is_near", "-is_answered", "away", "pk")[:EXAMPLES])
