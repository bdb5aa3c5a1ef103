"""Looks at what players write before others read it, by the level that holds in the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from messaging import kinds
from messaging.actions.reports import report_by_rule
from messaging.actions.sanctions import Measure, refuse_silenced, sanction_automatically
from messaging.checks import Passed, Refused
from messaging.kinds import Limits
from messaging.models import Category, Channel, Refusal
from messaging.queries.moderation import (
    age_of,
    in_force,
    is_newcomer,
    last_said,
    level_in,
    lists,
    messages_up_to,
    moments_of,
    rank_in,
    strikes_since,
)
from messaging.rules import levels, sanctions, slow, texts, words
from messaging.rules.levels import MASK, REFUSE, TRIM, WARN, Level
from players.models import Player

REFUSALS_KEPT = timedelta(days=1)
ASKED_FOR = timedelta(minutes=10)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Look:
    """One text on its way into a channel."""

    player: Player
    channel: Channel
    text: str
    now: datetime
    level: Level
    youngest: int | None
    limits: Limits


def moderate(player: Player, channel: Channel, text: str, now: datetime) -> Passed:
    """The check of rooms: registered for their kind, run under the channel's lock."""
    refuse_silenced(player, channel, now)
    look = _look(player, channel, text, now)
    _refuse_slow(look)
    _refuse_rate(look)
    return _looked_through(look)


def moderate_edit(player: Player, channel: Channel, text: str, now: datetime) -> Passed:
    """The same for a text that replaces another one: how often doesn't matter, what it says does."""
    refuse_silenced(player, channel, now)
    return _looked_through(_look(player, channel, text, now))


def _look(player: Player, channel: Channel, text: str, now: datetime) -> Look:
    level, youngest = level_in(channel)
    return Look(player, channel, text, now, level, youngest, kinds.get(channel.kind).limits(channel))


def _looked_through(look: Look) -> Passed:
    _refuse_mentions(look)
    found = look_at_words(look)
    _refuse_own_words(look)
    _refuse_personal(look)
    if rank_in(look.player, look.channel) > 0:
        return Passed(found)
    return Passed(_shaped(look, found), held=_hold(look))


def look_at_words(look: Look) -> str:
    """The text with mild words covered where the level says so; severe ones are refused."""
    listed, bad, _ = lists()
    has_minors = look.youngest is not None and look.youngest < levels.MINOR_UNDER
    refuses_severe = levels.effect_of_severe(look.level, has_minors=has_minors) == REFUSE
    # Where nothing follows from what is found, nothing is looked for.
    matches = words.find(look.text, listed) if refuses_severe or look.level.mild in (MASK, REFUSE) else []
    if refuses_severe and any(match.severity == words.SEVERE for match in matches):
        raise Refused(
            "This message has a word that hurts people. Please say it without.", code="words", rule="severe"
        )
    if matches and look.level.mild == REFUSE:
        written = matches[0].written
        raise Refused(f"Please say it without “{written}”.", code="words", rule="mild")
    if look.level.name != levels.NONE and any(
        texts.belongs_to(host, bad) for host in texts.hosts_of(look.text)
    ):
        raise Refused("This link leads to a site that isn't allowed here.", code="links")
    return words.mask(look.text, matches) if look.level.mild == MASK else look.text


@transaction.atomic
def note_refusal(*, player: Player, channel: Channel, text: str, refusal: Refused, now: datetime) -> None:
    """What a refusal leaves: a strike, perhaps a mute, perhaps a case. After the message was rolled back."""
    # The lock lets strikes from several tabs count one after the other: only one of them mutes.
    Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    Refusal.objects.create(
        player=player, channel=channel, rule=refusal.rule, fingerprint=texts.fingerprint(text), created_at=now
    )
    level, _ = level_in(channel)
    if refusal.rule == "severe" and level.opens_case:
        report_by_rule(player=player, channel=channel, text=text, category=Category.HATE, now=now)
    if refusal.rule not in levels.NO_STRIKE and rank_in(player, channel) == 0:
        _mute_after_strikes(player, channel, level, now)


def remove_old_refusals(*, now: datetime) -> int:
    old = Refusal.objects.filter(created_at__lt=now - REFUSALS_KEPT).order_by("created_at")
    gone, _ = Refusal.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    return gone


def _mute_after_strikes(player: Player, channel: Channel, level: Level, now: datetime) -> None:
    since = now - timedelta(seconds=levels.STRIKES_SECONDS)
    if not level.strikes or strikes_since(player, channel, since) < level.strikes:
        return
    if any(row.kind in sanctions.SILENCING for row in in_force(player, channel, now)):
        return
    minutes = level.mute_minutes
    measure = Measure(
        kind=sanctions.MUTE,
        reason_code=Category.SPAM,
        text=f"Several of your messages were refused within a minute, so there is a break of {minutes} minutes.",
        channel=channel,
        ends_at=now + timedelta(minutes=minutes),
        rule="strikes",
    )
    sanction_automatically(target=player, measure=measure)


def _refuse_slow(look: Look) -> None:
    between = max(look.level.slow_seconds, look.limits.slow_seconds)
    last = between and last_said(look.player, look.channel, look.now - timedelta(seconds=between))
    wait = slow.wait_ms(last=last.timestamp(), between=between, now=look.now.timestamp()) if last else 0
    if wait and rank_in(look.player, look.channel) == 0:
        often, rest = slow.in_words(between), slow.in_words(wait / 1000)
        sentence = f"Slow mode: one message every {often} here. You can write again in {rest}."
        raise Refused(sentence, code="slow_mode", retry_ms=wait)


def _refuse_rate(look: Look) -> None:
    since = look.now - timedelta(seconds=levels.REPEAT_SECONDS)
    said = moments_of(look.player, look.channel, since)
    moments = [moment.timestamp() for moment, _ in said]
    wait = levels.retry_ms(
        moments, limit=look.level.flood, within=levels.FLOOD_SECONDS, now=look.now.timestamp()
    )
    if wait:
        raise Refused("That was a lot at once. Wait a moment.", code="rate", rule="flood", retry_ms=wait)
    most = look.limits.messages_per_minute
    wait = levels.retry_ms(moments, limit=most, within=levels.REPEAT_SECONDS, now=look.now.timestamp())
    if wait:
        sentence = f"This room takes {most} messages of one person a minute. Wait a moment."
        raise Refused(sentence, code="rate", retry_ms=wait)
    _refuse_repeated(look, [text for _, text in said])


def _refuse_repeated(look: Look, said: Sequence[str]) -> None:
    # Pictures without a word are not the same because of it.
    if not look.text or not look.level.repeat:
        return
    print_of = texts.fingerprint(look.text)
    times = sum(texts.fingerprint(text) == print_of for text in said)
    if times + 1 >= look.level.repeat:
        raise Refused("You have just said this. Say something else.", code="repeated")


def _refuse_own_words(look: Look) -> None:
    """The room's own list holds for everybody in it, at every level."""
    own = words.own_words(look.limits.refused_words)
    if own.mild and (found := words.find(look.text, own)):
        raise Refused(
            f"“{found[0].written}” isn't wanted in this room. Please say it without.",
            code="words",
            rule="own",
        )


def _refuse_mentions(look: Look) -> None:
    if texts.mentions_in(look.text) > look.level.mentions:
        raise Refused(f"Call at most {look.level.mentions} at once.", code="mentions")


def _refuse_personal(look: Look) -> None:
    if look.level.personal != WARN or not (found := texts.personal_data(look.text)):
        return
    if levels.effect_of_personal(look.level, age=age_of(look.player)) == REFUSE:
        raise Refused(f"This looks like {found}. Keep it to yourself here.", code="personal")
    asked = Refusal.objects.filter(
        player=look.player, channel=look.channel, rule="personal", created_at__gt=look.now - ASKED_FOR,
        fingerprint=texts.fingerprint(look.text),
    )  # fmt: skip
    if not asked.exists():
        sentence = (
            f"This looks like {found}, which everybody here would read. Send it again if you want that."
        )
        raise Refused(sentence, code="personal")


def _shaped(look: Look, text: str) -> str:
    if look.level.shape == TRIM:
        return texts.calmed(text)
    if look.level.shape == REFUSE:
        if texts.is_shouted(text) or texts.without_piles(text) != text:
            raise Refused("Please write without shouting.", code="shouting")
        if texts.is_too_long(text):
            sentence = f"Keep it under {texts.LONG_TEXT} characters and {texts.MANY_LINES} lines here."
            raise Refused(sentence, code="too_long")
    return text


def _hold(look: Look) -> str:
    """Why the message waits for a review; empty when it doesn't."""
    if any(row.kind == sanctions.RESTRICT for row in in_force(look.player, look.channel, look.now)):
        return "restrict"
    hosts = texts.hosts_of(look.text)
    _, _, good = lists()
    unlisted = [host for host in hosts if not texts.belongs_to(host, good)]
    if unlisted and look.level.links == levels.LISTED:
        return "links"
    if unlisted and look.level.links == levels.MEMBERS and is_newcomer(look.player, look.channel, look.now):
        return "links"
    first = look.level.held_first
    return "first" if first and messages_up_to(look.player, look.channel, first) < first else ""
