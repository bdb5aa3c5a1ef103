from datetime import UTC, datetime, time, timedelta

import pytest

from messaging.rules.notices import is_digest_due, next_try, occurrence, quiet_until

PARIS = "Europe/Paris"


def at(day, hour, minute=0):
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(4, 20, 30), at(5, 5)),  # 22:30 in Paris
        (at(4, 3), at(4, 5)),  # 5:00
        (at(4, 5), None),  # 7:00, the end
        (at(4, 19, 59), None),  # 21:59
        (at(4, 20), at(5, 5)),  # 22:00, the beginning
    ],
)
def test_quiet_hours_span_midnight_in_the_players_zone(now, until):
    assert quiet_until(now, zone=PARIS, begins=time(22), ends=time(7)) == until


def test_quiet_hours_within_a_day_end_on_the_same_day():
    quiet = {"zone": "UTC", "begins": time(9), "ends": time(12)}

    assert [quiet_until(at(4, hour), **quiet) for hour in (8, 9, 11, 12)] == [
        None,
        at(4, 12),
        at(4, 12),
        None,
    ]


@pytest.mark.parametrize(("begins", "ends"), [(None, None), (time(7), time(7))])
def test_without_a_span_nothing_is_quiet(begins, ends):
    assert quiet_until(at(4, 7), zone="UTC", begins=begins, ends=ends) is None


def test_quiet_hours_end_by_the_clock_on_the_night_of_summer_time():
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)

    assert quiet_until(night, zone=PARIS, begins=time(22), ends=time(7)) == datetime(
        2026, 3, 29, 5, tzinfo=UTC
    )


def test_pauses_grow_and_come_to_an_end():
    waits = [next_try(attempts, at(4, 12)) for attempts in range(1, 6)]

    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == at(4, 12) + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("digest", "sent_at", "now", "is_due"),
    [
        ("off", None, at(5, 12), False),
        ("daily", None, at(5, 12), True),
        ("daily", at(4, 6), at(5, 5, 59), False),  # 7:59 in Paris
        ("daily", at(4, 6), at(5, 6), True),
        ("daily", at(5, 6), at(5, 23), False),
        ("weekly", at(4, 6), at(10, 12), False),  # The 4th is a Monday
        ("weekly", at(4, 6), at(11, 6), True),
        ("weekly", at(4, 6), at(11, 5), False),
    ],
)
def test_digests_come_in_the_morning_of_the_reader(digest, sent_at, now, is_due):
    assert is_digest_due(digest, sent_at, now, zone=PARIS) is is_due


@pytest.mark.parametrize(
    ("recurrence", "now", "last"),
    [
        ("", at(4, 9), None),
        ("", at(9, 9), at(4, 10)),
        ("daily", at(4, 10), at(4, 10)),
        ("daily", at(6, 9), at(5, 10)),
        ("daily", at(6, 11), at(6, 10)),
        ("weekly", at(11, 9), at(4, 10)),
        ("weekly", at(12, 9), at(11, 10)),
    ],
)
def test_announcements_come_back(recurrence, now, last):
    assert occurrence(at(4, 10), recurrence, now, zone="UTC") == last


def test_what_comes_back_keeps_its_time_on_the_clock():
    winter, summer = datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)

    assert occurrence(winter, "daily", summer, zone=PARIS) == datetime(2026, 3, 30, 7, tzinfo=UTC)
