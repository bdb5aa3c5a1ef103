from padawanforge.kit.census import ROUNDS, Census


def rounds(census, count, *others):
    """So many times it speaks, hears itself, and hears the others."""
    for _ in range(count):
        census.speak()
        census.hear_round(census.origin)
        for other in others:
            census.hear_round(other)


def test_who_hears_only_himself_for_long_is_alone():
    census = Census("a")

    rounds(census, ROUNDS - 1)
    before = census.is_alone
    rounds(census, 1)

    assert (before, census.is_alone) == (False, True)


def test_another_process_is_believed_at_once():
    census = Census("a")
    rounds(census, ROUNDS)

    census.hear_round("b")

    assert census.is_alone is False
    rounds(census, ROUNDS * 2, "b")
    assert census.is_alone is False


def test_a_process_that_says_something_else_is_there_too():
    census = Census("a")
    rounds(census, ROUNDS)

    census.hear("b")

    assert census.is_alone is False


def test_a_command_that_only_sends_is_nobody_to_tell():
    census = Census("a")
    rounds(census, ROUNDS)

    census.hear("")

    assert census.is_alone is True


def test_who_does_not_hear_himself_knows_nothing():
    census = Census("a")
    rounds(census, ROUNDS)

    census.speak()
    census.speak()

    assert census.is_alone is False


def test_what_comes_late_counts_in_the_order_in_which_it_was_sent():
    census = Census("a")
    rounds(census, ROUNDS - 1, "b")
    # A stall: both went on speaking, and all of it is heard at once.
    census.speak()
    for origin in ("a", "b") * ROUNDS:
        census.hear_round(origin)

    assert census.is_alone is False
