"""Polls, as readers find them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from messaging.models import Message, PollOption, PollVote
from messaging.rules.polls import percent
from players.models import Player

VOTERS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ShownOption:
    """`is_right` is None until the poll has ended, and where there is nothing right or wrong."""

    n: int
    text: str
    count: int
    percent: int
    is_own: bool
    is_right: bool | None


def shown_options(told: dict, own: Collection[int]) -> list[ShownOption]:
    right = told.get("right")
    return [
        ShownOption(
            n=option["n"],
            text=option["text"],
            count=option["count"],
            percent=percent(option["count"], told["voters"]),
            is_own=option["n"] in own,
            is_right=option["n"] in right if right else None,
        )
        for option in told["options"]
    ]


def note_own_votes(player: Player, messages: Iterable[Message]) -> None:
    """Write into each message with a poll what the player has chosen there; asks only if there are any."""
    polls = {message.pk: message for message in messages if "poll" in message.metadata}
    if not polls:
        return
    votes = PollVote.objects.filter(option__poll__in=polls, player=player)
    for pk, places in _by_message(votes, "option__poll_id").items():
        polls[pk].own_votes = places


def voters(message: Message, *, hidden: Collection[int]) -> list[tuple[PollOption, list[Player]]]:
    """Who chose what, where everybody may see it; without those whom a block hides."""
    options = list(PollOption.objects.filter(poll=message.pk, poll__is_anonymous=False).order_by("position"))
    votes = PollVote.objects.filter(option__in=options).exclude(player__in=hidden)
    people: dict[int, list[Player]] = {option.pk: [] for option in options}
    for vote in votes.select_related("player__profile").order_by("pk")[: VOTERS_SHOWN * len(options)]:
        people[vote.option_id].append(vote.player)
    return [(option, people[option.pk]) for option in options]


def _by_message(votes: Iterable[PollVote], key: str) -> dict:
    found: dict = {}
    for message, place in votes.values_list(key, "option__position"):  # type: ignore[attr-defined]
        found.setdefault(message, []).append(place)
    return {message: sorted(places) for message, places in found.items()}
