import pytest
from django.utils import timezone

from learning.actions.statements import (
    approve,
    create_statement,
    note_use,
    reject,
    retire,
    revise_statement,
)
from learning.models import Statement
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
ALL = ["draft", "pending", "approved", "suspect", "suspended", "retired"]


@pytest.fixture
def one_of_each():
    topic = TopicFactory()
    return [StatementFactory(topic=topic, lifecycle=lifecycle) for lifecycle in ALL]


def lifecycles():
    return list(Statement.objects.order_by("pk").values_list("lifecycle", flat=True))


def test_what_somebody_writes_waits_for_review():
    author = PlayerFactory()

    statement = create_statement(statement=StatementFactory.build(topic=TopicFactory()), player=author)

    statement.refresh_from_db()
    assert (statement.lifecycle, statement.created_by, statement.version) == ("pending", author, 1)


@pytest.mark.parametrize(("changes", "version"), [({"text": "Another."}, 2), ({"answer": False}, 2), ({}, 1)])
def test_another_text_or_key_is_another_version(changes, version):
    statement = StatementFactory()
    statement.explanation = "Because."
    for name, value in changes.items():
        setattr(statement, name, value)

    revise_statement(statement=statement)

    statement.refresh_from_db()
    assert (statement.explanation, statement.version) == ("Because.", version)


@pytest.mark.parametrize(
    ("verb", "after", "changed"),
    [
        (approve, ["approved"] * 6, 5),
        (reject, ["draft"] * 5 + ["retired"], 4),
        (retire, ["retired"] * 6, 5),
    ],
)
def test_reviews_move_statements_and_count_them(one_of_each, verb, after, changed):
    count = verb(statements=Statement.objects.all(), player=PlayerFactory())

    assert (lifecycles(), count) == (after, changed)


def test_a_review_is_signed_only_where_it_changed_something():
    reviewer, earlier = PlayerFactory(), PlayerFactory()
    StatementFactory(lifecycle=Statement.Lifecycle.PENDING)
    StatementFactory(validated_by=earlier)

    approve(statements=Statement.objects.all(), player=reviewer)

    signed = Statement.objects.order_by("pk").values_list("validated_by", flat=True)
    assert list(signed) == [reviewer.pk, earlier.pk]


def test_what_was_played_is_counted():
    used, unused = StatementFactory(usage_count=4), StatementFactory()
    now = timezone.now()

    note_use(statement_ids=[used.pk], now=now)

    counts = Statement.objects.order_by("pk").values_list("usage_count", "last_used")
    assert list(counts) == [(5, now), (0, unused.last_used)]
