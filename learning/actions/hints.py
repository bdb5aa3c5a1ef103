"""Giving the next hint to a statement that is being asked. No engine is asked, and no key of it is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from learning.actions.practice import NotAsked, locked_practice
from learning.models import Hint, Practice, Statement
from learning.queries.hints import examples_for, hints_of, ladder_of, other_wording, said_around
from learning.queries.open_questions import asked_now, sentences_of
from learning.rules import hints
from npcs.models import Npc
from padawanforge.kit.errors import DomainError
from players.models import Player


class NoMoreHints(DomainError):
    code = "limit"


@dataclass(frozen=True, slots=True)
class Asking:
    """A statement that is asked, and whose hints it shares; `secret` are all whose keys nobody there may be told.

    `other` is what neighbours are asked instead, who hear the same hints.
    """

    ladder: str
    statement: Statement
    session_uuid: UUID
    secret: Iterable[int]
    other: Statement | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a hint, and from whom, where and by which message, if not on a page of his own."""

    player: Player
    npc: Npc | None = None
    place: UUID | None = None
    message_uuid: UUID | None = None


def next_hint(asking: Asking, wish: Wish, *, now: datetime) -> Hint:
    """Refused when there is none left. The caller holds the lock of what is asked, so each level comes once."""
    given = hints_of(asking.ladder)
    level = given[-1].level + 1 if given else hints.NUDGE
    if level > hints.LAST:
        raise NoMoreHints(hints.NO_MORE)
    return Hint.objects.create(
        player=wish.player,
        npc=wish.npc,
        statement=asking.statement,
        session_uuid=asking.session_uuid,
        ladder=asking.ladder,
        level=level,
        text=_text(asking, wish, level),
        place=wish.place,
        message_uuid=wish.message_uuid,
        created_at=now,
    )


@transaction.atomic
def hint_in_practice(*, number: int, wish: Wish, now: datetime, seen: int | None = None) -> Hint:
    """The next hint to the n-th statement; from the second one on, its answer counts no more for the skill.

    Whoever has `seen` fewer than there are gets the last of these: a form that is sent twice asks once.
    """
    practice = locked_practice(wish.player)
    if practice.statement is None or practice.number != number:
        raise NotAsked("This statement isn't asked any more.")
    ladder = ladder_of(practice.uuid, number)
    if seen is not None and seen < practice.hints:
        return hints_of(ladder)[-1]
    asking = Asking(
        ladder=ladder,
        statement=practice.statement,
        session_uuid=practice.uuid,
        secret=asked_now(wish.player.pk),
    )
    hint = next_hint(asking, wish, now=now)
    Practice.objects.filter(pk=practice.pk).update(hints=hint.level, moved_at=now)
    return hint


def _text(asking: Asking, wish: Wish, level: int) -> str:
    if level == hints.NUDGE:
        return _nudge(asking)
    target = _target(asking)
    return target if level == hints.TARGETED else hints.worked(_example(asking, wish), target=target)


def _nudge(asking: Asking) -> str:
    if asking.other is not None:
        return hints.shared_nudge(asking.statement.text, asking.other.text)
    return hints.nudge(asking.statement.text)


def _target(asking: Asking) -> str:
    statement = asking.statement
    if asking.other is not None:
        return hints.shared_target(statement.text, asking.other.text)
    return hints.targeted(statement.text, other=other_wording(statement), around=said_around(statement))


def _example(asking: Asking, wish: Wish) -> hints.Example | None:
    secret = {asking.statement.pk, *asking.secret}
    if asking.other is not None:
        secret.add(asking.other.pk)
    found = examples_for(asking.statement, player_id=wish.player.pk, secret=secret)
    examples = (hints.Example(one.text, one.answer, one.explanation) for one in found)
    return hints.fitting(examples, asked=sentences_of(secret))
