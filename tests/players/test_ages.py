"""The bands of ages: the rule, and the same as a condition of a query."""

from datetime import date

import pytest
from django.utils import timezone

from players.models import Player, PlayerPersonalInfo
from players.queries.ages import band_of, is_in_band
from players.rules.ages import Band, band_on
from tests.factories.players import PlayerFactory

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, Band.TEEN),
        (date(2013, 3, 2), Band.CHILD),
        (date(2013, 3, 1), Band.TEEN),
        (date(2008, 3, 2), Band.TEEN),
        (date(2008, 3, 1), Band.ADULT),
        (date(2008, 2, 29), Band.ADULT),
        (date(1950, 1, 1), Band.ADULT),
    ],
)
def test_the_band_changes_with_the_birthday(born, band):
    assert band_on(born, TODAY) is band


def years_ago(years, days=0):
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28)) + timezone.timedelta(days=days)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "born", [None, *(years_ago(years, days) for years in (5, 13, 18, 70) for days in (-1, 0, 1))]
)
def test_the_query_agrees_with_the_rule(born):
    player = PlayerFactory()
    PlayerPersonalInfo.objects.filter(player=player).update(date_of_birth=born)

    found = [band for band, is_in in is_in_band(player).items() if Player.objects.filter(is_in).exists()]

    assert found == [band_of(player)]


@pytest.mark.django_db
def test_who_has_no_personal_row_is_neither_child_nor_grown_up():
    player = PlayerFactory()
    PlayerPersonalInfo.objects.all().delete()

    found = [band for band, is_in in is_in_band(player).items() if Player.objects.filter(is_in).exists()]

    assert (found, band_of(player)) == ([Band.TEEN], Band.TEEN)
