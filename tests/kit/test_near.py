import itertools

from cachetools import TTLCache
from django.core.cache import cache

from padawanforge.kit import hub, near


def test_the_cache_is_asked_once_for_a_while(monkeypatch):
    cache.set_many({"one": 1, "two": 2})
    assert near.get_many(["one", "two", "three"]) == {"one": 1, "two": 2}

    cache.set_many({"one": "changed", "three": 3})

    assert near.get_many(["one", "three"]) == {"one": 1, "three": 3}


def test_what_is_forgotten_is_gone_everywhere_at_once():
    cache.set("one", 1)
    near.get_many(["one"])

    near.forget("one")

    assert near.get_many(["one"]) == {}
    assert cache.get("one") is None


def test_what_was_forgotten_while_it_was_read_is_not_kept(monkeypatch):
    cache.set("one", 1)

    class Slow:
        """Answers with what it knew before somebody changed it."""

        def get_many(self, keys):
            found = cache.get_many(keys)
            cache.set("one", 2)
            near._hear({"keys": ["one"]})
            return found

    with monkeypatch.context() as patched:
        patched.setattr(near, "cache", Slow())
        assert near.get_many(["one"]) == {"one": 1}

    assert near.get_many(["one"]) == {"one": 2}


async def test_other_processes_say_what_they_forget():
    hub.capture_loop()
    await near.listen()
    cache.set("one", 1)
    near.get_many(["one"])
    cache.set("one", 2)

    hub.deliver(near.GROUP, {"keys": ["one"]})

    assert near.get_many(["one"]) == {"one": 2}


def test_what_runs_out_while_it_is_looked_up_is_asked_again(monkeypatch):
    """Between two looks at the clock it may be over: each look here is a second later."""
    cache.set("one", 1)
    seconds = itertools.count()
    monkeypatch.setattr(near._memory, "known", TTLCache(10, ttl=2, timer=lambda: next(seconds)))

    assert [near.get_many(["one"]) for _ in range(20)] == [{"one": 1}] * 20
