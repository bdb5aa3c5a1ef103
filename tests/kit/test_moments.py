"""Moments as PostgreSQL writes them; the loader needs no database for that."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import DataError

from padawanforge.kit.moments import Moments, load_quickly
from players.models import Player
from tests.factories.players import PlayerFactory

TIMESTAMPTZ = 1184


def loaded(text):
    return Moments(TIMESTAMPTZ).load(memoryview(text.encode()))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22 14:22:59.762145+00", datetime(2026, 11, 22, 14, 22, 59, 762145, tzinfo=UTC)),
        ("2026-11-22 14:22:59.7+00", datetime(2026, 11, 22, 14, 22, 59, 700000, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_text_becomes_the_moment_that_it_tells(text, moment):
    found = loaded(text)

    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    "text", ["infinity", "-infinity", "10000-01-01 00:00:00+00", "0044-03-15 12:00:00+00 BC"]
)
def test_what_is_no_moment_for_python_is_refused_as_before(text):
    with pytest.raises(DataError):
        loaded(text)


@pytest.mark.django_db
def test_what_was_stored_comes_back_by_the_quick_way():
    now = timezone.now()
    player = PlayerFactory()
    Player.objects.filter(pk=player.pk).update(last_login=now)

    found = Player.objects.get(pk=player.pk).last_login

    assert (found, found.tzinfo) == (now, UTC)
    if connection.vendor == "postgresql":
        assert connection.connection.adapters.get_loader(TIMESTAMPTZ, 0) is Moments


def test_a_connection_of_another_zone_or_database_is_left_alone():
    class Elsewhere:
        timezone = None
        connection = None

        def __init__(self, vendor):
            self.vendor = vendor

    for vendor in ("postgresql", "sqlite"):
        load_quickly(None, Elsewhere(vendor))
