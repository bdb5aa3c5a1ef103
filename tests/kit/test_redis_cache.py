import contextvars
import os
import threading

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from django.test import override_settings
from redis.exceptions import ConnectionError as RedisAway

from padawanforge.kit import redis_cache
from padawanforge.kit.redis_cache import SharedPool, SteadyRedisCache

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture(autouse=True)
def _nothing_is_away(monkeypatch):
    monkeypatch.setattr(redis_cache, "_absence", redis_cache._Absence())
    redis_cache._here.clear()
    for prefix in ("steady", "elsewhere"):
        cache(prefix=prefix).delete_many(["word", "count", "other"])


def cache(url=REDIS, prefix="steady"):
    """As each request has one of its own."""
    return SteadyRedisCache(url, {"KEY_PREFIX": prefix})


@pytest.fixture
def redis(monkeypatch):
    """Redis, which can go away and come back; it is tried again at once."""
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 0.0)
    give = SharedPool.get_connection

    class Redis:
        is_away = False

    def connection(pool, *asked, **named):
        if Redis.is_away:
            raise RedisAway("away")
        return give(pool, *asked, **named)

    monkeypatch.setattr(SharedPool, "get_connection", connection)
    return Redis


def connections(asked):
    return asked._cache.get_client(write=True).info("clients")["connected_clients"]


def test_many_requests_share_the_connections_of_their_process():
    first = cache()
    first.set("word", "kettle")
    before = connections(first)

    said = [contextvars.Context().run(lambda: cache().get("word")) for _ in range(30)]

    assert said == ["kettle"] * 30
    assert connections(first) <= before


def test_threads_that_ask_at_the_same_moment_do_not_disturb_each_other():
    cache().set_many({f"number-{number}": number for number in range(8)}, timeout=60)
    found = {}

    def ask(number):
        found[number] = {cache().get(f"number-{number}") for _ in range(50)}

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: {number} for number in range(8)}


def test_another_address_has_other_connections():
    elsewhere = cache(REDIS.rsplit("/", 1)[0] + "/8")
    cache().set("word", "here")
    elsewhere.set("word", "there")

    assert (cache().get("word"), elsewhere.get("word")) == ("here", "there")
    elsewhere.delete("word")


def test_while_redis_is_away_the_process_remembers_and_counts_for_itself(redis, caplog):
    redis.is_away = True

    assert cache().get("word", "nothing") == "nothing"
    cache().set("word", "kettle", timeout=60)
    assert cache().add("count", 1, timeout=60)
    assert not cache().add("count", 1, timeout=60)
    assert cache().incr("count") == 2
    assert cache().get_many(["word", "count"]) == {"word": "kettle", "count": 2}
    assert cache().has_key("word")
    cache().delete("word")
    assert cache().get("word") is None
    with pytest.raises(ValueError, match="not found"):
        cache().incr("word")
    # Once, however often it is asked.
    assert caplog.text.count("The cache is away") == 1


def test_what_was_changed_while_redis_was_away_does_not_come_to_light_again(redis, caplog):
    cache().set_many({"word": "old", "other": "untouched"}, timeout=60)
    redis.is_away = True
    cache().set("word", "new", timeout=60)
    redis.is_away = False

    assert cache().get_many(["word", "other"]) == {"other": "untouched"}
    cache().set("word", "newest", timeout=60)
    assert cache().get("word") == "newest"
    assert "The cache is back." in caplog.text


def test_what_changes_in_the_moment_in_which_redis_comes_back_does_not_either(monkeypatch, redis):
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 60.0)
    cache().set("other", "old", timeout=60)
    redis.is_away = True
    cache().set("word", "new", timeout=60)
    redis.is_away = False
    take_out = RedisCacheClient.delete_many

    def while_somebody_else_deletes(client, keys):
        monkeypatch.setattr(RedisCacheClient, "delete_many", take_out)
        cache().delete("other")
        take_out(client, keys)

    monkeypatch.setattr(RedisCacheClient, "delete_many", while_somebody_else_deletes)
    redis_cache._absence.next_try = 0.000_001

    assert cache().get_many(["word", "other"]) == {}


def test_what_was_only_read_while_redis_was_away_is_still_there(redis):
    cache().set("word", "kettle", timeout=60)
    redis.is_away = True
    assert cache().get("word") is None
    redis.is_away = False

    assert cache().get("word") == "kettle"


def test_nobody_waits_for_redis_again_until_a_while_has_passed(monkeypatch, redis):
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 60.0)
    redis.is_away = True
    cache().get("word")
    redis.is_away = False
    cache().set("word", "here", timeout=60)

    assert cache().get("word") == "here"
    redis_cache._absence.next_try = 0.000_001
    assert cache().get("word") is None


def test_nobody_listening_at_the_address_breaks_nothing():
    nobody = cache("redis://127.0.0.1:1/0")

    nobody.set("word", "kettle")

    assert nobody.get("word") == "kettle"


def test_health_says_that_redis_is_away_though_the_site_goes_on(client, redis, db):
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        answer = client.get("/health/")

    assert answer.status_code == 500
    assert "Redis" in answer.content.decode()
