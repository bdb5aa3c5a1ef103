import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.models import SessionAnalytics
from rooms.queries.session_figures import accuracy_bands, played_by_day, totals
from rooms.rules.figures import median
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db


def played():
    quiz = new_quiz(players=2, rounds=2).begin()
    ada, bo = quiz.players
    quiz.answer(ada, sure=3, after=4)
    quiz.answer(bo, is_right=False, sure=2, after=6)
    quiz.pass_time()
    quiz.enter()
    quiz.answer(ada, after=0.2)
    quiz.pass_time()
    quiz.pass_time()
    return quiz


def test_the_figures_of_a_session_are_counted_at_its_end():
    quiz = played()

    found = SessionAnalytics.objects.get(session=quiz.session)

    assert (found.players, found.spectators, found.joined_late, found.left_early) == (3, 0, 1, 0)
    assert (found.rounds_played, found.answers, found.correct, found.skipped, found.rapid) == (2, 3, 2, 1, 1)
    assert (found.accuracy, found.participation) == (pytest.approx(2 / 3), pytest.approx(3 / 4))
    assert found.brier == pytest.approx((0.0025 + 0.5625 + 0.25) / 3)
    assert found.median_ms == 4000


@pytest.mark.parametrize(("values", "middle"), [([], None), ([5], 5), ([1, 9, 4], 4), ([1, 2], 2)])
def test_the_median(values, middle):
    assert median(values) == middle


def test_every_day_is_there_and_bands_hold_each_session_once():
    played()

    now = timezone.now()
    days = played_by_day(now=now, days=7)

    assert (len(days), days[-1].sessions + days[-2].sessions, sum(day.answers for day in days)) == (7, 1, 3)
    assert sum(accuracy_bands(now=now, days=7)) == accuracy_bands(now=now, days=7)[6] == 1
    assert totals(now=now, days=7)["sessions"] == 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_console_draws_them_at_the_same_cost(client, count, django_assert_max_num_queries):
    for _ in range(count):
        new_quiz(players=1, rounds=1).begin().play({})
    client.force_login(GameMasterFactory())

    with django_assert_max_num_queries(9):
        page = client.get(reverse("admin:session_figures"))

    text = page.content.decode()
    assert page.status_code == 200
    assert ("No game was played" in text) is (count == 0)
    assert len(page.context["latest"]) == count


def test_only_who_may_see_activity_sees_them(client):
    client.force_login(PlayerFactory(is_staff=True))

    assert client.get(reverse("admin:session_figures")).status_code in {302, 403}
