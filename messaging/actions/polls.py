"""A question to the channel: asked, answered, ended."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from messaging import checks
from messaging.actions.edits import locked
from messaging.actions.features import refuse_switched_off
from messaging.actions.messages import Posted, post, record_event
from messaging.models import Channel, ChannelEvent, Message, Poll, PollOption, PollVote
from messaging.permissions import may_moderate, may_post
from messaging.refusals import MayNotPost, MessageGone, NotYours
from messaging.rules import polls as rules
from messaging.rules.polls import Question
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player
from players.rules.erasure import without_mentions

# Where a message keeps a copy of what its readers are told, so that a page of messages costs no query more.
POLL = "poll"
CHANGED = "poll.changed"
BATCH = 100


class PollRefused(DomainError):
    code = "invalid"


class NoPoll(DomainError):
    code = "gone"


class PollOver(DomainError):
    code = "late"


def ask(
    *, channel: Channel, player: Player, question: Question, now: datetime, client_id: UUID | None = None
) -> Posted:
    """Put the question as a message; repeating a client id asks nothing twice."""
    if not may_post(player, channel):
        raise MayNotPost("You can read here, but not write.")
    refuse_switched_off(channel, "polls")
    question = _cleaned(question)
    if problem := rules.problem_of(question, now):
        raise PollRefused(problem)

    def hang(message: Message) -> None:
        _store(message, question, now)

    message = Message(channel=channel, player=player, client_id=client_id, text=rules.as_text(question))
    return post(message, hang=hang)


@transaction.atomic
def vote(*, message: Message, player: Player, options: Collection[int], now: datetime) -> Message:
    """Choose these options and no others; none takes the vote back. The same again changes nothing."""
    message, poll = _open_poll(message, player)
    if poll.closed_at or (poll.closes_at and poll.closes_at <= now):
        raise PollOver("This poll has ended.")
    chosen = {option.position: option for option in poll.options.all() if option.position in options}
    if len(chosen) != len(set(options)):
        raise PollRefused("There is no such answer.")
    if len(chosen) > 1 and not poll.is_multiple:
        raise PollRefused("Choose one answer.")
    votes = PollVote.objects.filter(option__poll=poll, player=player)
    if set(votes.values_list("option__position", flat=True)) == set(chosen):
        return message
    votes.delete()
    PollVote.objects.bulk_create(
        PollVote(option=option, player=player, voted_at=now) for option in chosen.values()
    )
    note_poll(message, poll)
    # For the player's own pages only: the others hear how many, not who.
    payload = {"own": sorted(chosen)}
    record_event(channel=message.channel, type=CHANGED, actor=player, message=message, payload=payload)
    return message


@transaction.atomic
def close_poll(*, message: Message, player: Player, now: datetime) -> Message:
    """End it before its time: by who asked, or by somebody who moderates. Ending again changes nothing."""
    message, poll = _open_poll(message, player)
    if message.player_id != player.pk and not may_moderate(player, message.channel):
        raise NotYours("Only who asked and moderators can end a poll.")
    if poll.closed_at is None:
        _end(message, poll, now=now, actor=player)
    return message


def close_due_polls(*, now: datetime) -> int:
    """End the polls whose time is over; how many there were."""
    due = Poll.objects.filter(closed_at=None, closes_at__lte=now).order_by("closes_at")
    return sum(_close_due(pk, now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def forget_votes_of(player_id: int) -> None:
    """What the player has chosen anywhere; the counts follow."""
    touched = Message.objects.filter(poll__options__votes__player_id=player_id).distinct().order_by("pk")
    for message in list(touched):
        PollVote.objects.filter(option__poll=message.pk, player_id=player_id).delete()
        note_poll(message, message.poll)
    ChannelEvent.objects.filter(type=CHANGED, actor=player_id).update(payload={})


def forget_mentions_in_polls(username: str, channels: QuerySet[Channel]) -> None:
    """Questions and answers that call somebody who is forgotten, as the texts of messages do."""
    called = Q(question__icontains=f"@{username}") | Q(options__text__icontains=f"@{username}")
    for poll in Poll.objects.filter(called, message__channel__in=channels).distinct().order_by("pk"):
        poll.question = without_mentions(poll.question, username)[: rules.QUESTION_LENGTH]
        poll.save(update_fields=["question"])
        for option in poll.options.all():
            option.text = without_mentions(option.text, username)[: rules.OPTION_LENGTH]
            option.save(update_fields=["text"])
        note_poll(poll.message, poll)


def note_poll(message: Message, poll: Poll) -> None:
    """Counted from the rows each time, so that nothing drifts; the right answer only after the end."""
    counted = poll.options.annotate(count=Count("votes")).order_by("position")
    options = [{"n": each.position, "text": each.text, "count": each.count} for each in counted]
    voters = PollVote.objects.filter(option__poll=poll).aggregate(n=Count("player", distinct=True))["n"]
    told = {
        "question": poll.question,
        "options": options,
        "voters": voters,
        "multiple": poll.is_multiple,
        "anonymous": poll.is_anonymous,
        "closes_at": poll.closes_at.isoformat() if poll.closes_at else None,
        "closed_at": poll.closed_at.isoformat() if poll.closed_at else None,
    }
    if poll.closed_at:
        told["right"] = [each.position for each in counted if each.is_right]
        told["explanation"] = poll.explanation
    message.metadata = {**message.metadata, POLL: told}
    message.save(update_fields=["metadata"])


def _cleaned(question: Question) -> Question:
    return replace(
        question,
        text=rules.one_line(clean_text(question.text)),
        options=tuple(rules.one_line(clean_text(option)) for option in question.options),
        explanation=clean_text(question.explanation),
    )


def _store(message: Message, question: Question, now: datetime) -> None:
    # The checks may have covered a word.
    text, options = rules.read_text(message.text)
    if len(options) != len(question.options):
        raise PollRefused("Write the question and the answers plainly, one line each.")
    poll = Poll.objects.create(
        message=message,
        question=text[: rules.QUESTION_LENGTH],
        is_multiple=question.is_multiple,
        is_anonymous=question.is_anonymous,
        closes_at=question.closes_at,
        explanation=_looked_through(message, question.explanation, now),
    )
    PollOption.objects.bulk_create(
        PollOption(
            poll=poll,
            position=position,
            text=option[: rules.OPTION_LENGTH],
            is_right=None if question.right is None else position == question.right,
        )
        for position, option in enumerate(options)
    )
    note_poll(message, poll)


def _looked_through(message: Message, explanation: str, now: datetime) -> str:
    """It is read only at the end, but by the same people."""
    if not explanation:
        return ""
    passed = checks.run(
        player=message.player, channel=message.channel, text=explanation, now=now, is_edit=True
    )
    if passed.held:
        raise PollRefused("Write the explanation without links.")
    return passed.text


def _open_poll(message: Message, player: Player) -> tuple[Message, Poll]:
    """Under the channel's lock: votes of two tabs come one after the other."""
    message = locked(message)
    if message.is_deleted or message.hidden_at is not None:
        raise MessageGone("This poll is gone.")
    if not may_post(player, message.channel):
        raise MayNotPost("You can read here, but not write.")
    poll = Poll.objects.filter(message=message).first()
    if poll is None:
        raise NoPoll("This message is no poll.")
    return message, poll


@transaction.atomic
def _close_due(pk: int, now: datetime) -> bool:
    message = locked(Message.objects.get(pk=pk))
    poll = Poll.objects.filter(message=message, closed_at=None).first()
    if poll is not None:
        _end(message, poll, now=now, actor=None)
    return poll is not None


def _end(message: Message, poll: Poll, *, now: datetime, actor: Player | None) -> None:
    poll.closed_at = now
    poll.save(update_fields=["closed_at"])
    note_poll(message, poll)
    record_event(channel=message.channel, type=CHANGED, actor=actor, message=message)
