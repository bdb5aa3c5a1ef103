"""Settings that would look right and lose something."""

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

ELSEWHERE = {"kind": "postgresql", "dsn": "postgresql://nowhere", "threads": 0}


def warned(settings, *, jobs, redis):
    settings.JOBS, settings.REDIS_URL = jobs, redis
    return "padawanforge.W001" in {message.id for message in run_checks()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("jobs", "redis", "is_warned"),
    [
        (ELSEWHERE, "", True),
        (ELSEWHERE, "redis://cache:6379/0", False),
        ({**ELSEWHERE, "threads": 4}, "", False),
        ({"kind": "sqlite", "filename": "jobs.sqlite3", "threads": 0}, "", False),
    ],
    ids=["apart without Redis", "apart with Redis", "inside the one server", "embedded"],
)
def test_work_of_another_process_needs_a_cache_that_both_share(settings, jobs, redis, is_warned):
    assert warned(settings, jobs=jobs, redis=redis) is is_warned


def test_nobody_works_where_nothing_of_it_would_be_seen(settings):
    settings.JOBS, settings.REDIS_URL = ELSEWHERE, ""

    with pytest.raises(CommandError, match="REDIS_URL"):
        call_command("run_jobs", skip_checks=True)
