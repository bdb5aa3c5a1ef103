"""A job that somebody waits for is not slept through."""

import threading

from padawanforge.kit import jobs
from padawanforge.kit.memory import is_known, keep, one_reading

LONG = 30


class Patient(jobs.WakingStorage):
    """Nobody comes back by himself within a test."""

    PATIENCE_SECONDS = LONG


def in_a_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    return thread, found


def test_who_waits_for_a_job_is_woken_when_one_comes(tmp_path):
    storage = Patient("test", filename=str(tmp_path / "jobs.sqlite3"))
    worker, found = in_a_thread(storage.dequeue)

    storage.enqueue(b"work")
    worker.join(timeout=LONG / 3)

    assert found == [b"work"]


def test_of_two_who_wait_each_gets_a_job(tmp_path):
    storage = Patient("test", filename=str(tmp_path / "jobs.sqlite3"))
    # Who is woken for a job that somebody else has found already looks again, as huey's workers do.
    workers = [in_a_thread(lambda: next(filter(None, iter(storage.dequeue, b"")))) for _ in range(2)]

    storage.enqueue(b"one")
    storage.enqueue(b"two")
    for worker, _ in workers:
        worker.join(timeout=LONG / 3)

    assert sorted(job for _, found in workers for job in found) == [b"one", b"two"]


def test_a_job_of_another_process_is_found_by_looking(tmp_path):
    mine, other = (jobs.WakingStorage("test", filename=str(tmp_path / "jobs.sqlite3")) for _ in range(2))
    other.enqueue(b"work")

    assert mine.dequeue() == b"work"
    assert mine.dequeue() is None


def test_helpers_begin_at_once_and_say_so_when_all_are_busy():
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def work(**arguments):
        begun.release()
        goes_on.wait(LONG)

    helpers = jobs.Helpers(2, run=lambda name, arguments: work(**arguments))

    taken = [helpers.take("test.work", {}) for _ in range(3)]

    assert taken == [True, True, False]
    assert all(begun.acquire(timeout=LONG) for _ in range(2))
    goes_on.set()


def test_a_helper_goes_on_with_the_next_job():
    threads, done = [], threading.Semaphore(0)

    def note(name, arguments):
        threads.append(threading.get_ident())
        done.release()

    helpers = jobs.Helpers(1, run=note)
    for number in range(1, 4):
        while not helpers.take("test.note", {"number": number}):
            pass
        assert done.acquire(timeout=LONG)

    assert len(threads) == 3


def test_a_job_knows_nothing_of_what_its_asker_has_read(monkeypatch):
    known = []
    monkeypatch.setitem(jobs._jobs, "tests.look", lambda: known.append(is_known("a")))

    with one_reading():
        keep("a", 1)
        jobs.run("tests.look", {})
        known.append(is_known("a"))

    assert known == [False, True]
