"""How good a pool is, and until when it is trusted."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.actions.pools import DateHasPassed, expire_pools, keep_until
from learning.actions.quality import refresh_statistics
from learning.actions.review import approve
from learning.models import Lifecycle, Statement, StatementPool, StatementReview
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAST, SOON = NOW - timedelta(minutes=1), NOW + timedelta(days=9)


def new_pool(*statements, until=None):
    pool = StatementPool.objects.create(
        npc=NpcFactory(), topic=statements[0].topic, expires_at=until, is_validated=True
    )
    pool.statements.set(statements)
    return pool


def states():
    return list(Statement.objects.order_by("pk").values_list("lifecycle", flat=True))


def test_behind_its_date_a_pool_is_out_of_play_and_with_the_reviewers():
    approved, draft = StatementFactory(), StatementFactory(lifecycle=Lifecycle.DRAFT)
    pool = new_pool(approved, draft, until=PAST)

    count = expire_pools(now=NOW)

    pool.refresh_from_db()
    assert (count, states()) == (1, [Lifecycle.SUSPECT, Lifecycle.DRAFT])
    assert StatementReview.objects.get().reason == "outdated"
    assert (pool.expires_at, "looked at again" in pool.validation_notes) == (None, True)


@pytest.mark.parametrize("until", [None, SOON])
def test_before_its_date_and_without_one_it_stays(until):
    new_pool(StatementFactory(), until=until)

    assert (expire_pools(now=NOW), states()) == (0, [Lifecycle.APPROVED])


def test_what_another_pool_still_vouches_for_stays():
    statement = StatementFactory()
    new_pool(statement, until=PAST)
    new_pool(statement, until=SOON)

    expire_pools(now=NOW)

    assert states() == [Lifecycle.APPROVED]


def test_what_somebody_approves_again_stays_in_play():
    new_pool(StatementFactory(), until=PAST)
    expire_pools(now=NOW)
    approve(statements=Statement.objects.all(), player=GameMasterFactory())

    again = expire_pools(now=NOW + timedelta(days=1))

    assert (again, states()) == (0, [Lifecycle.APPROVED])


def test_a_date_that_has_passed_is_refused():
    pool = new_pool(StatementFactory())

    with pytest.raises(DateHasPassed):
        keep_until(pool=pool, until=PAST, now=NOW)


def test_a_pool_is_as_good_as_its_statements_are_in_the_middle():
    topic = TopicFactory()
    first, second, retired = StatementFactory.create_batch(3, topic=topic)
    pool = new_pool(first, second, retired)
    Statement.objects.filter(pk=retired.pk).update(lifecycle=Lifecycle.RETIRED)
    for player in PlayerFactory.create_batch(3):
        answer(player, first)

    refresh_statistics()

    scores = Statement.objects.filter(pk__in=[first.pk, second.pk]).values_list("quality_score", flat=True)
    pool.refresh_from_db()
    assert pool.quality_score == pytest.approx(sum(scores) / 2)


def test_an_author_says_until_when_on_the_page(client):
    pool = new_pool(StatementFactory())
    day = timezone.localdate() + timedelta(days=30)
    client.force_login(GameMasterFactory())
    address = reverse("learning:pool-date", args=[pool.uuid])

    client.post(address, {"day": day.isoformat()})
    pool.refresh_from_db()
    kept = timezone.localdate(pool.expires_at)
    client.post(address, {"day": ""})
    pool.refresh_from_db()

    assert (kept, pool.expires_at) == (day, None)


@pytest.mark.parametrize("day", ["2001-01-01", "soon"])
def test_a_day_that_cannot_be_is_refused_with_a_word(client, day):
    pool = new_pool(StatementFactory())
    client.force_login(GameMasterFactory())

    page = client.post(reverse("learning:pool-date", args=[pool.uuid]), {"day": day}, follow=True)

    pool.refresh_from_db()
    assert pool.expires_at is None
    assert "alert--" in page.content.decode() or "toast" in page.content.decode()
