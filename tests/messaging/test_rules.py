from messaging.rules import BURST, Bucket, Strikes, Window


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
