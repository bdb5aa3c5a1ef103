"""Characters that moderate a room act in their own name; whatever they do, people look at it again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from messaging.actions.messages import post_message
from messaging.actions.reports import report_by_rule
from messaging.actions.sanctions import Measure, sanction_automatically
from messaging.models import Category, Channel, Sanction
from messaging.queries.moderation import in_force, rank_in, strikes_since
from messaging.rules.sanctions import SILENCING, WARNING
from npcs.models import Npc
from players.models import Player
from rooms.queries.rooms import moderating_npc
from rooms.queries.settings import characters_speak
from rooms.rules.moderators import FORGOTTEN_AFTER_SECONDS, STRIKES, WITHIN_SECONDS, step_after

CATEGORIES = {"severe": Category.HATE, "mild": Category.INSULT, "own": Category.INSULT}


@transaction.atomic
def step_in(*, player: Player, channel: Channel, text: str, rule: str, now: datetime) -> Sanction | None:
    """Called after a refusal was counted; None when there is no need or nobody to do it."""
    npc = moderating_npc(channel)
    # Who is muted already, or moderates himself, is none of its business.
    if npc is None or rank_in(player, channel) > 0:
        return None
    # Refusals from several tabs are looked at one after the other: only one of them brings the next step.
    Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    if any(row.kind in SILENCING for row in in_force(player, channel, now)):
        return None
    steps = _steps_against(player, channel, now)
    if strikes_since(player, channel, _counted_from(steps, now)) < STRIKES:
        return None
    kind, minutes = step_after(steps.count())
    case = report_by_rule(
        player=player, channel=channel, text=text, category=CATEGORIES.get(rule, Category.SPAM), now=now,
        said=f"{npc.name}, a character, acted after several refusals. Please look whether that was right.",
    )  # fmt: skip
    measure = Measure(
        kind=kind,
        reason_code=case.category,
        text=_reason(npc, kind, minutes),
        channel=channel,
        ends_at=now + timedelta(minutes=minutes) if minutes else None,
        note=f"By the character {npc.name}.",
        case=case,
        rule=f"npc:{npc.uuid}",
    )
    row = sanction_automatically(target=player, measure=measure)
    if characters_speak(channel):
        post_message(channel=channel, npc=npc, text=_said_to_all(kind, minutes))
    return row


def _steps_against(player: Player, channel: Channel, now: datetime) -> QuerySet[Sanction]:
    since = now - timedelta(seconds=FORGOTTEN_AFTER_SECONDS)
    rows = Sanction.objects.filter(target=player, channel=channel, revoked_at=None, starts_at__gt=since)
    return rows.filter(rule__startswith="npc:")


def _counted_from(steps: QuerySet[Sanction], now: datetime) -> datetime:
    """What led to the last step leads to no further one."""
    last = steps.order_by("-starts_at").values_list("starts_at", flat=True).first()
    window = now - timedelta(seconds=WITHIN_SECONDS)
    return max(last, window) if last else window


def _reason(npc: Npc, kind: str, minutes: int) -> str:
    what = "asks you to keep to the rules" if kind == WARNING else f"gives you a break of {minutes} minutes"
    return (
        f"{npc.name}, the character that moderates the room, {what}: several of your messages were refused."
    )


def _said_to_all(kind: str, minutes: int) -> str:
    """Without a name: everybody reads it, also those who don't see each other."""
    if kind == WARNING:
        return "Some messages were refused just now. Please keep to the rules of this room."
    return f"Somebody has a break of {minutes} minutes now, and people will look at it."
