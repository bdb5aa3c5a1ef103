from threading import Thread

from padawanforge.kit.memory import keep, nothing_known, one_reading, recalled


def counted():
    asked = []
    return asked, lambda: asked.append(1) or len(asked)


def test_a_reading_asks_once_for_each_key():
    _, read = counted()

    with one_reading():
        assert [recalled("a", read), recalled("a", read), recalled("b", read)] == [1, 1, 2]


def test_nothing_is_known_before_or_after_a_reading():
    asked, read = counted()
    keep("a", "early")

    with one_reading():
        recalled("a", read)
    with one_reading():
        recalled("a", read)
    recalled("a", read)
    recalled("a", read)

    assert len(asked) == 4


def test_a_none_is_known_too():
    asked, read = counted()

    with one_reading():
        keep("a", None)

        assert recalled("a", read) is None
    assert asked == []


def test_a_reading_inside_of_another_knows_nothing_of_it_and_leaves_it_alone():
    with one_reading():
        keep("a", "outer")
        with one_reading():
            assert recalled("a", lambda: "inner") == "inner"
        assert recalled("a", lambda: "lost") == "outer"


def test_another_thread_reads_for_itself():
    found = []
    with one_reading():
        keep("a", "mine")
        thread = Thread(target=lambda: found.append(recalled("a", lambda: "its own")))
        thread.start()
        thread.join()

    assert found == ["its own"]


def test_a_step_that_changes_what_was_read_asks_again_and_the_reading_goes_on():
    with one_reading():
        keep("a", "before")
        with nothing_known():
            assert recalled("a", lambda: "now") == "now"
        assert recalled("a", lambda: "lost") == "before"
