"""Leagues through the week: opened on Monday, measured while it runs, closed when it is over.

Several processes may do each of these at once: a week is made whole or not at all, points are computed anew
from the answers, and only one closes a group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, Exists, OuterRef, QuerySet

from learning.models import AnswerEvent, LeagueCohort, LeagueEntry, LeagueMember, TopicSkill
from learning.queries.leagues import site_zone, week_at
from learning.queries.pools import pools_of
from learning.rules.leagues import (
    ACTIVITY,
    LOOK_BACK,
    ONE_WEEK,
    Marked,
    begin_of,
    best_third,
    cohorts,
    expected,
    marks_of,
    points_of,
)
from learning.rules.mastery import Pool, mastery
from learning.rules.skill import NEW_VARIANCE, new_topic
from players.models import Player

CHUNK = 200
# An answer may be saved a moment after the time that it carries.
SLACK = timedelta(minutes=1)


def join_league(*, player: Player, now: datetime) -> None:
    """From next week on; who is in it already stays in it as he is."""
    LeagueEntry.objects.get_or_create(player=player, defaults={"joined_at": now})


def leave_league(*, player: Player) -> None:
    """At once: nobody else sees the player's week any more."""
    LeagueEntry.objects.filter(player=player).delete()


def tend_leagues(*, now: datetime) -> None:
    """Whatever is to be done now; the weeks before end first, since they say what is usual."""
    close_weeks(now=now)
    open_week(now=now)
    refresh_points(now=now)


def open_week(*, now: datetime) -> int:
    """Make the groups of this week out of those who had joined when it began; how many."""
    week = week_at(now)
    if LeagueCohort.objects.filter(week=week).exists():
        return 0
    begin = begin_of(week, site_zone())
    entries = LeagueEntry.objects.filter(joined_at__lt=begin, player__game_data__is_listed=True)
    activity = _activity(entries.values_list("player_id", flat=True), begin)
    groups = cohorts(activity, seed=week.isoformat())
    try:
        with transaction.atomic():
            for number, group in enumerate(groups, start=1):
                _make_cohort(LeagueCohort.objects.create(week=week, number=number), group, now)
    except IntegrityError:
        # Another process was first.
        return 0
    return len(groups)


def refresh_points(*, now: datetime) -> int:
    """Measure those members of this week who have answered since; how many."""
    since = AnswerEvent.objects.filter(
        player=OuterRef("player"),
        received_at__gte=begin_of(week_at(now), site_zone()),
        settlement__settled_at__gte=OuterRef("measured_until"),
    )
    waiting = LeagueMember.objects.filter(Exists(since), week=week_at(now), cohort__closed_at=None)
    count, last = 0, 0
    while members := list(waiting.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        _measure(members, now)
        count, last = count + len(members), members[-1].pk
    return count


def close_weeks(*, now: datetime) -> int:
    """Close the groups whose week is over; how many."""
    over = LeagueCohort.objects.filter(closed_at=None, week__lt=week_at(now))
    return sum(_close(cohort, now) for cohort in over.order_by("pk"))


def _close(cohort: LeagueCohort, now: datetime) -> bool:
    """Who has gone out of sight meanwhile counts in nothing that others are told."""
    _measure(list(cohort.members.order_by("pk")), now)
    rows = list(cohort.members.shown().values_list("pk", "points", "expected"))
    best = best_third({pk: points for pk, points, _ in rows})
    figures = {"goal": sum(row[2] for row in rows), "total": sum(row[1] for row in rows)}
    with transaction.atomic():
        is_first = LeagueCohort.objects.filter(pk=cohort.pk, closed_at=None).update(closed_at=now, **figures)
        if is_first:
            cohort.members.filter(pk__in=best).update(is_awarded=True)
    return bool(is_first)


def _activity(player_ids: Iterable[int], begin: datetime) -> dict[int, int]:
    """How many answers of each count that were given in the four weeks before."""
    given = AnswerEvent.objects.filter(
        player__in=player_ids, received_at__gte=begin - ACTIVITY, received_at__lt=begin
    )
    counted = given.filter(settlement__isnull=False, rapid=False).order_by().values_list("player")
    return dict.fromkeys(player_ids, 0) | dict(counted.annotate(count=Count("pk")))


def _make_cohort(cohort: LeagueCohort, player_ids: Sequence[int], now: datetime) -> None:
    skills: dict[int, list[TopicSkill]] = defaultdict(list)
    for skill in TopicSkill.objects.filter(player__in=player_ids):
        skills[skill.player_id].append(skill)
    usual = _usual(player_ids, cohort.week)
    goals = expected(usual)
    LeagueMember.objects.bulk_create(
        LeagueMember(
            cohort=cohort,
            player_id=pk,
            week=cohort.week,
            lows={str(skill.topic_id): skill.mastery_low for skill in skills[pk]},
            carried=_carried(skills[pk]),
            usual=usual[pk],
            expected=goals[pk],
            measured_until=now - SLACK,
        )
        for pk in player_ids
    )


def _usual(player_ids: Sequence[int], week: date) -> dict[int, int | None]:
    before = LeagueMember.objects.filter(
        player__in=player_ids, week__lt=week, week__gte=week - LOOK_BACK * ONE_WEEK
    )
    means = dict(before.order_by().values_list("player").annotate(mean=Avg("points")))
    return {pk: round(means[pk]) if pk in means else None for pk in player_ids}


def _carried(skills: Sequence[TopicSkill]) -> float:
    """The skill with which the player would begin another topic."""
    means = [skill.theta_mean for skill in skills]
    return new_topic(sum(means) / len(means) if means else None).mean


def _measure(members: Sequence[LeagueMember], now: datetime) -> None:
    """Compute the points of members of one week anew, in as many queries for one as for many."""
    if not members:
        return
    player_ids, week = [member.player_id for member in members], members[0].week
    begin, end = begin_of(week, site_zone()), begin_of(week + ONE_WEEK, site_zone())
    counted = AnswerEvent.objects.filter(
        player__in=player_ids, received_at__gte=begin, received_at__lt=end, settlement__isnull=False,
        rapid=False,
    ).order_by()  # fmt: skip
    due = counted.filter(due_review=True).values_list("player").annotate(count=Count("pk"))
    reviews, sessions, risen = dict(due), _sessions(counted), _risen(members)
    for member in members:
        pk = member.player_id
        member.points = points_of(risen=risen[pk], reviews=reviews.get(pk, 0), sessions=sessions[pk])
        member.measured_until = now - SLACK
    LeagueMember.objects.bulk_update(members, ["points", "measured_until"])


def _sessions(counted: QuerySet[AnswerEvent]) -> Mapping[int, list[int]]:
    """The sum of marks of each session, by player."""
    rows = counted.filter(session_uuid__isnull=False, confidence__isnull=False).values_list(
        "player_id", "session_uuid", "confidence", "correct"
    )
    marked: dict[tuple[int, UUID], list[Marked]] = defaultdict(list)
    for pk, session, mark, is_right, times in rows.annotate(times=Count("pk")):
        marked[pk, session].append((mark, is_right, times))
    sums: dict[int, list[int]] = defaultdict(list)
    for (pk, _), answers in marked.items():
        sums[pk].append(marks_of(answers))
    return sums


def _risen(members: Sequence[LeagueMember]) -> Mapping[int, list[float]]:
    """How much the lower bounds moved since the week began, by player; the prior stands for a topic begun since."""
    by_player = {member.player_id: member for member in members}
    skills = TopicSkill.objects.filter(player__in=by_player)
    rows = list(skills.values_list("player_id", "topic_id", "mastery_low"))
    begun = {topic for pk, topic, _ in rows if str(topic) not in by_player[pk].lows}
    pools = pools_of(begun)
    risen: dict[int, list[float]] = defaultdict(list)
    for pk, topic, low in rows:
        member = by_player[pk]
        before = member.lows.get(str(topic))
        risen[pk].append(low - (_prior_low(member.carried, pools[topic]) if before is None else before))
    return risen


def _prior_low(carried: float, pool: Pool) -> float:
    return mastery(mean=carried, variance=NEW_VARIANCE, pool=pool).low
