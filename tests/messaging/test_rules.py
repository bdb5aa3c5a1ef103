import pytest

from messaging.rules import BURST, Bucket, Strikes, TypingPace, Window
from messaging.rules.direct import title_of


def test_a_bucket_gives_its_burst_and_then_two_a_second():
    bucket = Bucket(now=0.0)

    at_once = [bucket.take(1, now=0.0) for _ in range(int(BURST) + 1)]
    later = [bucket.take(1, now=1.0) for _ in range(3)]

    assert at_once == [0] * 40 + [500]
    assert later == [0, 0, 500]


def test_a_bucket_never_holds_more_than_the_burst():
    bucket = Bucket(now=0.0)

    taken = [bucket.take(1, now=3600.0) for _ in range(41)]

    assert taken[-1] == 500


def test_strikes_count_within_a_minute():
    strikes = Strikes(limit=3)

    assert [strikes.add(moment) for moment in (0.0, 30.0, 61.0, 62.0)] == [False, False, False, True]


def test_a_window_is_full_by_frames_or_by_bytes():
    small, large = Window(), Window()
    for _ in range(64):
        small.next(10, now=1.0)
    for _ in range(4):
        large.next(70_000, now=1.0)

    assert (small.is_full, small.room) == (True, 0)
    assert (large.is_full, large.room) == (True, 60)


def test_acknowledging_opens_the_window():
    window = Window()
    for _ in range(64):
        window.next(10, now=1.0)

    window.acknowledge(32)

    assert (window.is_full, window.is_half_full, window.room, window.bytes) == (False, True, 32, 320)
    assert window.next(10, now=2.0) == 65


def test_a_window_is_stuck_when_it_stays_full():
    window = Window()
    for _ in range(64):
        window.next(10, now=100.0)

    assert (window.is_stuck(129.0), window.is_stuck(130.0)) == (False, True)
    window.acknowledge(1)
    window.next(10, now=131.0)
    assert window.is_stuck(140.0) is False


def test_that_somebody_writes_is_passed_on_once_in_three_seconds_and_its_end_always():
    pace = TypingPace()

    told = [pace.lets("hall", is_on=True, now=now) for now in (0.0, 1.0, 2.9, 3.0)]
    other = pace.lets("garden", is_on=True, now=3.1)
    ended = [pace.lets("hall", is_on=False, now=4.0), pace.lets("hall", is_on=False, now=4.1)]

    assert (told, other, ended) == ([True, False, False, True], True, [True, False])
    assert pace.lets("hall", is_on=True, now=4.2)


def test_rooms_in_which_nobody_writes_any_more_are_forgotten():
    pace = TypingPace()
    for number in range(100):
        pace.lets(number, is_on=True, now=float(number))

    assert len(pace.told) <= 8


@pytest.mark.parametrize(
    ("names", "title"),
    [
        ([], "Messages to each other"),
        (["Ada"], "Ada"),
        (["Ada", "Bo"], "Ada and Bo"),
        (["Ada", "Bo", "Cy"], "Ada, Bo and Cy"),
        (["Ada", "Bo", "Cy", "Di"], "Ada, Bo and 2 more"),
    ],
)
def test_a_conversation_without_a_name_is_called_by_its_people(names, title):
    assert title_of(names) == title
