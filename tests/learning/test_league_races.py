"""Two processes that look after leagues at the same moment."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.actions.leagues import close_weeks, open_week
from learning.models import LeagueCohort, LeagueMember
from players.actions.standing import refresh_ranked
from tests.factories.learning import LeagueEntryFactory
from tests.factories.players import PlayerFactory
from tests.factories.segments import change
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _three_members(time_machine):
    time_machine.move_to(NOW, tick=False)
    for _ in range(3):
        player = change(PlayerFactory(), wants_boards=True)
        refresh_ranked(player)
        LeagueEntryFactory(player=player)


def test_a_week_is_opened_once():
    opened = at_once(*[lambda: open_week(now=NOW)] * 2)

    assert sorted(opened) == [0, 1]
    assert (LeagueCohort.objects.count(), LeagueMember.objects.count()) == (1, 3)


def test_a_week_is_closed_once():
    open_week(now=NOW)
    later = NOW + timedelta(weeks=1)

    closed = at_once(*[lambda: close_weeks(now=later)] * 2)

    assert sorted(closed) == [0, 1]
