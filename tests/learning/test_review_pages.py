"""Deciding what goes into play: many at once, the queue, what the reviewer is shown."""

import re

import pytest

from learning.actions.likeness import fingerprint
from learning.actions.reports import report_statement
from learning.models import Statement, StatementReport, StatementReview
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory
from tests.factories.players import PlayerFactory
from tests.learning.bank_pages import at, page, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def decide(client, *statements, follow=True, **values):
    data = {"statements": [statement.uuid for statement in statements], **values}
    return client.post(at("decide"), data, follow=follow)


def test_many_are_decided_at_once_with_a_reason(master):
    one, two, other = waiting(), waiting(), waiting()

    answer = decide(
        master, one, two, verb="reject", reason="ambiguous", note="Of what?", next=at("statements")
    )

    assert "2 statements back among the drafts." in answer.content.decode()
    assert answer.redirect_chain[0][0] == at("statements")
    assert list(Statement.objects.order_by("pk").values_list("lifecycle", flat=True)) == [
        "draft",
        "draft",
        "pending",
    ]
    assert (
        StatementReview.objects.filter(reviewer=master.player, reason="ambiguous", note="Of what?").count()
        == 2
    )
    decide(master, one, verb="submit")
    assert Statement.objects.get(pk=one.pk).lifecycle == "pending"
    assert other.reviews.count() == 0


@pytest.mark.parametrize("values", [{"verb": "approve"}, {"verb": "explode", "statements": "x"}])
def test_a_decision_about_nothing_is_refused_in_words(master, values):
    answer = master.post(at("decide"), {**values, "next": "https://evil.example/"}, follow=True)

    assert "Choose at least one statement" in answer.content.decode()
    assert answer.redirect_chain == [(at("review"), 302)]


def test_the_queue_goes_from_one_to_the_next(master):
    first, second, third = waiting(), waiting(), waiting()
    StatementFactory()

    text = page(master, at("review"), at=str(second.uuid))

    assert "2 of 3 waiting" in text
    assert second.text in text
    assert {str(one.uuid) for one in (first, third)} <= set(re.findall(r"at=([0-9a-f-]{36})", text))
    after = decide(master, second, verb="approve", next=f"{at('review')}?at={third.uuid}")
    assert "2 of 2 waiting" in after.content.decode()
    assert "1 of 2 waiting" in page(master, at("review"), at=str(second.uuid))


def test_the_reviewer_sees_source_similar_ones_reports_and_history(master):
    file = KnowledgeFileFactory(file_name="moon.md")
    KnowledgeItemFactory(file=file, text="First. The Moon is <b>old</b>. Last.")
    text = "The Moon is an old and grey companion of the Earth."
    statement = waiting(text=text, source_doc=file, source_span="The Moon is <b>old</b>.")
    alike = StatementFactory(text=text.replace("grey", "gray"))
    fingerprint([statement, alike])
    report_statement(statement=statement, player=PlayerFactory(), reason="typo", note="It is <i>grey</i>")
    decide(master, statement, verb="reject", note="Too vague")

    shown = page(master, at("statement", statement.uuid))

    assert "First. <mark>The Moon is &lt;b&gt;old&lt;/b&gt;.</mark> Last." in shown
    assert at("statement", alike.uuid) in shown
    assert "It is &lt;i&gt;grey&lt;/i&gt;" in shown
    assert "<q>Too vague</q>" in shown


@pytest.mark.parametrize("count", [1, 4])
def test_a_dossier_costs_the_same_however_much_is_known(master, count, django_assert_max_num_queries):
    topic = TopicFactory()
    text = "The Moon is an old and grey companion of the Earth, number {}."
    rows = [waiting(topic=topic, text=text.format(n)) for n in range(count + 1)]
    fingerprint(rows)
    for _ in range(count):
        report_statement(statement=rows[0], player=PlayerFactory(), reason="typo")
        decide(master, rows[0], verb="approve")
        decide(master, rows[0], verb="reject")

    with django_assert_max_num_queries(17):
        page(master, at("statement", rows[0].uuid))


def test_reports_are_answered(master):
    statement = StatementFactory()
    report_statement(statement=statement, player=PlayerFactory(), reason="typo")

    master.post(at("reports-resolve", statement.uuid), {"verdict": "right", "next": at("statements")})

    report = StatementReport.objects.get()
    assert (report.state, report.resolved_by) == ("confirmed", master.player)
