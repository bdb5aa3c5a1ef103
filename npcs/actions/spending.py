"""Tells who pays what a day has cost, and when most of a day's money is spent."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from npcs.models import AiControl, UsageDay
from npcs.queries.engines import control
from npcs.signals import day_closed, money_running_out
from padawanforge.kit.events import announce


@transaction.atomic
def close_day(*, now: datetime) -> bool:
    """Once after midnight (UTC): tell of the day before, unless nothing was asked of any provider."""
    AiControl.objects.get_or_create(pk=AiControl.ID)
    today = now.date()
    due = AiControl.objects.filter(Q(digest_sent_on=None) | Q(digest_sent_on__lt=today), pk=AiControl.ID)
    if not due.update(digest_sent_on=today):
        return False
    yesterday = today - timedelta(days=1)
    used = UsageDay.objects.filter(scope=UsageDay.Scope.SITE, day=yesterday, calls__gt=0).exists()
    if used:
        announce(day_closed, sender=UsageDay, day=yesterday)
    return used


@transaction.atomic
def watch_money(*, now: datetime) -> bool:
    """Once a day: tell when so many percent of the day's money are spent."""
    limits = control()
    if not limits.money_per_day:
        return False
    line = limits.money_per_day * limits.alarm_percent / 100
    reached = UsageDay.objects.filter(
        scope=UsageDay.Scope.SITE, key="", day=now.date(), alarmed_at=None, cost__gte=line
    )
    if not reached.update(alarmed_at=now):
        return False
    announce(money_running_out, sender=UsageDay, day=now.date())
    return True
