"""The rules of days and streaks, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from players.rules.days import Days, between, days_in, loaded, stored, week_of
from players.rules.streaks import (
    Streak,
    Terms,
    can_repair,
    finish_session,
    pause_from,
    pauses_ended,
    problem_of_pause,
    replay,
    settle,
)

TOKYO, LOS_ANGELES, UTC_ZONE = "Asia/Tokyo", "America/Los_Angeles", "UTC"
MONDAY = date(2026, 3, 2)
ZONES = st.sampled_from(
    ["UTC", TOKYO, LOS_ANGELES, "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kolkata"]
)


def noon(day=MONDAY, plus=0):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=plus)


def terms(days=None, *, began=date(2026, 1, 1), pauses=()):
    return Terms(days or days_in(UTC_ZONE), began, pauses)


def learn(streak, *days, under=None, sessions=1):
    """A full session at noon of each of the days, counted from Monday."""
    for plus in days:
        for number in range(1, sessions + 1):
            streak = finish_session(streak, noon(plus=plus), number, under or terms()).streak
    return streak


# --- Days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 2, 3, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 4, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 3, 3, 59, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_a_day_begins_at_four_in_the_morning(at, day):
    assert days_in(UTC_ZONE).day_of(at) == day


def test_a_day_begins_at_four_where_the_player_is():
    at = datetime(2026, 3, 2, 19, tzinfo=UTC)

    assert (days_in(TOKYO).day_of(at), days_in(LOS_ANGELES).day_of(at)) == (date(2026, 3, 3), MONDAY)
    assert days_in(TOKYO).begins(date(2026, 3, 3)) == at


def test_a_change_of_the_zone_leaves_the_running_day_at_least_twenty_hours():
    days = days_in(TOKYO)
    at = noon()
    running = days.begins(days.day_of(at))

    changed = days.with_zone(LOS_ANGELES, at)

    assert changed.zones[-1].counts_from - running >= timedelta(hours=20)
    assert changed.day_of(at) == days.day_of(at)


def test_a_second_change_within_a_day_does_not_count():
    days = days_in(TOKYO).with_zone(LOS_ANGELES, noon())

    assert days.with_zone(UTC_ZONE, noon() + timedelta(hours=23)) == days
    assert days.with_zone(UTC_ZONE, noon() + timedelta(hours=24)) != days


def test_who_flies_towards_the_morning_never_had_the_day_that_the_calendar_skips():
    days = days_in(LOS_ANGELES).with_zone(TOKYO, noon())

    lived = {days.day_of(noon() + timedelta(hours=hour)) for hour in range(-24, 96)}

    assert days.skipped() == {date(2026, 3, 3)}
    assert days.skipped() & lived == set()


def test_a_calendar_comes_back_as_it_was_stored():
    days = days_in(TOKYO).with_zone(LOS_ANGELES, noon()).with_zone(UTC_ZONE, noon(plus=9))

    assert loaded(stored(days), UTC_ZONE) == days
    assert loaded([], TOKYO) == days_in(TOKYO)


@given(first=ZONES, second=ZONES, third=ZONES, hours=st.integers(0, 200), more=st.integers(0, 200))
def test_days_never_go_back_and_none_is_shorter_than_twenty_hours(first, second, third, hours, more):
    at = noon() + timedelta(hours=hours)
    days = days_in(first).with_zone(second, at).with_zone(third, at + timedelta(hours=more))

    moments = [noon() + timedelta(minutes=30 * n) for n in range(2 * 24 * 22)]
    lived = [days.day_of(moment) for moment in moments]

    assert lived == sorted(lived)
    begins = [moment for before, moment in pairwise(moments) if days.day_of(before) != days.day_of(moment)]
    assert all(b - a >= timedelta(hours=20) for a, b in pairwise(begins))
    missing = set(between(lived[0], lived[-1])) - set(lived)
    assert missing <= days.skipped()


# --- Streaks ------------------------------------------------------------------------------------------------


def test_days_in_a_row_are_counted_once_each():
    streak = learn(Streak(), 0, 0, 1, 2)

    assert (streak.length, streak.best, streak.day) == (3, 3, date(2026, 3, 4))


def test_a_missed_day_takes_a_freeze_and_the_streak_goes_on():
    streak = learn(Streak(), 0, 1)

    step = finish_session(streak, noon(plus=3), 1, terms())

    assert (step.streak.length, step.streak.freezes, step.frozen) == (3, 0, (date(2026, 3, 4),))


def test_without_a_freeze_a_missed_day_is_a_new_start():
    streak = learn(Streak(freezes=0), 0, 1)

    step = finish_session(streak, noon(plus=3), 1, terms())

    assert (step.streak.length, step.streak.best, step.streak.broken, step.is_broken) == (1, 2, 2, True)


def test_today_is_not_missed_before_it_is_over():
    streak = learn(Streak(freezes=0), 0)

    assert settle(streak, MONDAY + timedelta(days=1), terms()).streak == streak


def test_seven_days_bring_a_freeze_and_two_are_held():
    weeks = [learn(Streak(), *range(days)).freezes for days in (6, 7, 14, 21)]

    assert weeks == [1, 2, 2, 2]


def test_in_the_first_two_weeks_three_freezes_are_held():
    new = terms(began=MONDAY)

    assert [learn(Streak(), *range(days), under=new).freezes for days in (7, 14, 21)] == [2, 3, 3]


def test_two_full_sessions_in_a_day_repair_what_broke():
    streak = learn(Streak(freezes=0), *range(5))

    repaired = learn(streak, 6, sessions=2)

    assert (repaired.length, repaired.best, repaired.repaired_on) == (6, 6, date(2026, 3, 8))


def test_one_full_session_repairs_nothing():
    assert learn(learn(Streak(freezes=0), *range(5)), 6).length == 1


def test_a_repair_is_possible_for_48_hours_after_the_break():
    broken = settle(learn(Streak(freezes=0), *range(5)), date(2026, 3, 9), terms()).streak
    ends = datetime(2026, 3, 10, 4, tzinfo=UTC)

    possible = [can_repair(broken, at, date(2026, 3, 9)) for at in (ends, ends + timedelta(seconds=1))]

    assert possible == [True, False]


def test_a_second_repair_within_thirty_days_is_not_possible():
    streak = learn(learn(Streak(freezes=0), *range(5)), 6, sessions=2)

    again = learn(streak, 8, sessions=2)
    later = learn(replace(learn(again, *range(9, 35)), freezes=0), 36, sessions=2)

    assert (again.length, later.length) == (1, 28)


def test_a_pause_holds_the_streak_without_a_freeze():
    first, last = pause_from(MONDAY, 5)
    paused = terms(pauses=((first, last),))
    streak = learn(Streak(), 0, under=paused)

    back = learn(streak, 6, under=paused)

    assert (first, last) == (date(2026, 3, 3), date(2026, 3, 7))
    assert (back.length, back.freezes) == (2, 1)


def test_a_day_after_the_pause_counts_again():
    paused = terms(pauses=(pause_from(MONDAY, 5),))

    assert learn(learn(Streak(freezes=0), 0, under=paused), 7, under=paused).length == 1


@pytest.mark.parametrize(
    ("pauses", "streak", "days", "problem"),
    [
        ((), Streak(length=3, day=MONDAY), 14, ""),
        ((), Streak(length=3, day=MONDAY), 15, "A pause lasts 1 to 14 days."),
        ((), Streak(), 3, "There is no streak to hold yet. Learn today, and it begins."),
        ((pause_from(MONDAY, 3),), Streak(length=3, day=MONDAY), 3, "A pause is already announced."),
        (
            ((date(2026, 2, 20), date(2026, 2, 28)),),
            Streak(length=3, day=date(2026, 2, 19)),
            3,
            "Between two pauses there must be a day of learning.",
        ),
    ],
)
def test_what_speaks_against_a_pause(pauses, streak, days, problem):
    assert problem_of_pause(pauses, streak, today=MONDAY, days=days) == problem


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (MONDAY, ()),
        (date(2026, 3, 4), ((date(2026, 3, 3), date(2026, 3, 4)),)),
        (date(2026, 3, 20), ((date(2026, 3, 3), date(2026, 3, 7)),)),
    ],
)
def test_a_pause_that_is_ended_keeps_the_days_that_were_free(today, left):
    assert pauses_ended((pause_from(MONDAY, 5),), today) == left


def test_a_week_that_is_won_back_from_the_start_is_a_comeback():
    streak = learn(Streak(), *range(7))
    assert streak.comebacks == 0

    again = learn(streak, *range(20, 27))

    assert again.comebacks == 1


def test_a_first_week_after_a_short_start_is_none():
    assert learn(learn(Streak(freezes=0), 0, 1), *range(5, 12)).comebacks == 0


def test_a_repaired_week_is_a_comeback():
    assert learn(learn(Streak(freezes=0), *range(6)), 7, sessions=2).comebacks == 1


def test_a_flight_over_the_date_line_uses_the_freeze_once_and_keeps_the_streak():
    home = terms(days_in(TOKYO), began=date(2026, 1, 1))
    streak = learn(Streak(), *range(7), under=home)
    streak = Streak(length=7, best=7, day=streak.day, freezes=1)
    flight = noon(plus=8)

    abroad = terms(days_in(TOKYO).with_zone(LOS_ANGELES, flight))
    shown = settle(streak, abroad.days.day_of(flight), abroad)
    played = finish_session(streak, flight + timedelta(hours=14), 1, abroad)

    assert (shown.streak.length, shown.streak.freezes, len(shown.frozen)) == (7, 0, 1)
    assert (played.streak.length, played.streak.freezes, len(played.frozen)) == (8, 0, 1)


def test_a_flight_the_other_way_does_not_miss_the_day_that_never_was():
    at = noon(plus=1)
    eastwards = terms(days_in(LOS_ANGELES).with_zone(TOKYO, at))
    streak = finish_session(Streak(freezes=0), at, 1, eastwards).streak

    landed = finish_session(streak, at + timedelta(hours=32), 1, eastwards).streak

    assert (landed.day - streak.day, landed.length) == (timedelta(days=2), 2)


STREAKS = st.builds(
    Streak, length=st.integers(1, 60), best=st.just(60), day=st.just(MONDAY), freezes=st.integers(0, 3)
)
PAUSES = st.sampled_from([(), (pause_from(MONDAY, 3),), ((date(2026, 3, 5), date(2026, 3, 9)),)])


@given(streak=STREAKS, pauses=PAUSES, until=st.integers(0, 20), seen=st.lists(st.integers(0, 20)))
def test_it_makes_no_difference_how_often_somebody_looks(streak, pauses, until, seen):
    under = terms(pauses=pauses)
    at_once = settle(streak, MONDAY + timedelta(days=until), under).streak

    step_by_step = streak
    for plus in sorted(day for day in seen if day <= until):
        step_by_step = settle(step_by_step, MONDAY + timedelta(days=plus), under).streak

    assert settle(step_by_step, MONDAY + timedelta(days=until), under).streak == at_once


@given(days=st.lists(st.tuples(st.integers(0, 90), st.integers(1, 3)), max_size=60), pauses=PAUSES)
def test_a_streak_stays_within_its_bounds_whatever_is_played(days, pauses):
    under = terms(began=MONDAY, pauses=pauses)
    sessions = sorted(noon(plus=plus) + timedelta(minutes=n) for plus, count in days for n in range(count))

    streak, counted, frozen = replay([(at, 5) for at in sessions], under)

    assert 0 <= streak.length <= streak.best
    assert 0 <= streak.freezes <= 3
    assert counted == {under.days.day_of(at) for at in sessions}
    assert not counted & frozen
    assert streak.best <= len(counted)


@given(plays=st.sets(st.integers(0, 40), min_size=1))
def test_learning_on_one_more_day_never_shortens_the_best_streak(plays):
    def best(days):
        return replay([(noon(plus=day), 5) for day in sorted(days)], terms())[0].best

    assert best(plays | {max(plays) + 1}) >= best(plays)


def test_sessions_with_too_few_answers_carry_nothing():
    assert replay([(noon(), 4)], terms())[0] == Streak()


def test_a_week_begins_on_monday():
    assert [week_of(MONDAY + timedelta(days=n)) for n in (0, 6, 7)] == [
        MONDAY,
        MONDAY,
        MONDAY + timedelta(days=7),
    ]


def test_days_is_a_value():
    assert Days(days_in(TOKYO).zones) == days_in(TOKYO)
