"""The pages of one's own learning."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.actions.practice import open_practice
from learning.models import AnswerEvent, Practice, ReviewCard
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
PAGES = ("learning:due", "learning:practice", "learning:topics", "learning:calibration", "learning:study")


@pytest.fixture
def player(client):
    player = PlayerFactory()
    client.force_login(player)
    return player


@pytest.fixture
def topic():
    topic = TopicFactory(name="Orbits", slug="orbits")
    for number in range(8):
        StatementFactory(topic=topic, answer=number % 2 == 0)
    return topic


def begin(client, topic=None, planned=5):
    client.post(
        reverse("learning:practice-start"), {"topic": topic.slug if topic else "", "planned": planned}
    )


def give(client, *, verdict, number=1, **more):
    Practice.objects.update(shown_at=timezone.now() - timedelta(seconds=7))
    return client.post(reverse("learning:practice-answer"), {"number": number, "verdict": verdict, **more})


def right(player):
    return "true" if open_practice(player).statement.answer else "false"


def wrong(player):
    return "false" if open_practice(player).statement.answer else "true"


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_somebody_new_say_what_to_do(client, player, page):
    answer = client.get(reverse(page))

    assert answer.status_code == 200
    assert reverse("learning:practice") in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_sign_in(client, page):
    assert client.get(reverse(page)).status_code == 302


def test_guests_practise_too(client, topic):
    client.force_login(GuestFactory())

    begin(client, topic)

    assert "verdict" in client.get(reverse("learning:practice")).text


def test_a_practice_works_by_plain_forms(client, player, topic):
    begin(client, topic)
    asked = client.get(reverse("learning:practice"))

    answer = give(client, verdict=right(player), confidence=3, client_ms=6500)

    event = AnswerEvent.objects.get()
    assert open_practice(player).number == 2
    assert (event.correct, event.confidence, event.rt_client_ms) == (True, 3, 6500)
    assert answer.url == reverse("learning:practice")
    assert event.statement.text in asked.text


def test_the_key_is_in_no_page_before_the_answer(client, player, topic):
    for statement in topic.statements.all():
        statement.explanation = f"Because of {statement.pk}."
        statement.save()
    begin(client, topic)

    page = client.get(reverse("learning:practice")).text

    assert open_practice(player).statement.text in page
    assert "Because of" not in page


def test_a_wrong_answer_shows_why_and_goes_on_by_a_button(client, player, topic):
    begin(client, topic)
    give(client, verdict=wrong(player))

    page = client.get(reverse("learning:practice")).text
    client.post(reverse("learning:practice-next"))

    assert "Planets follow ellipses" in page
    assert open_practice(player).number == 2


def test_a_skipped_statement_is_no_answer(client, player, topic):
    begin(client, topic)

    give(client, verdict="skip")

    assert AnswerEvent.objects.get().answer is None


def test_scripts_get_the_part_and_are_led_to_the_summary(client, player, topic):
    begin(client, topic, planned=5)
    for number in range(1, 6):
        Practice.objects.update(shown_at=timezone.now() - timedelta(seconds=7))
        answer = client.post(
            reverse("learning:practice-answer"),
            {"number": number, "verdict": right(player)},
            headers={"hx-request": "true"},
        )
        if number == 1:
            assert answer.text.lstrip().startswith('<div id="practice"')

    summary = reverse("learning:practice-summary", args=[Practice.objects.get().uuid])
    assert answer.headers["HX-Redirect"] == summary
    assert "5 of 5 right" in client.get(summary).text


@pytest.mark.parametrize("fields", [{}, {"number": 1}, {"number": "x", "verdict": "true"},
                                    {"number": 1, "verdict": "maybe"},
                                    {"number": 1, "verdict": "true", "confidence": 7}])  # fmt: skip
def test_nonsense_is_no_answer(client, player, topic, fields):
    begin(client, topic)

    answer = client.post(reverse("learning:practice-answer"), fields)

    assert answer.status_code == 302
    assert not AnswerEvent.objects.exists()


def test_a_topic_without_statements_is_refused_in_the_form(client, player):
    TopicFactory(slug="empty")

    answer = client.post(reverse("learning:practice-start"), {"topic": "empty", "planned": 5})

    assert answer.status_code == 422


def test_nothing_at_all_to_practise_is_said(client, player):
    answer = client.post(reverse("learning:practice-start"), {"topic": "", "planned": 5})

    assert answer.status_code == 422
    assert "nothing to practise" in answer.text


def test_a_summary_is_its_players_alone(client, player, topic):
    begin(client, topic)
    client.post(reverse("learning:practice-end"))
    uuid = Practice.objects.get().uuid
    client.force_login(PlayerFactory())

    assert client.get(reverse("learning:practice-summary", args=[uuid])).status_code == 404


def test_what_is_due_is_shown_without_its_key(client, player, topic):
    statement = topic.statements.order_by("pk").first()
    answer(player, statement, at=timezone.now() - timedelta(days=5))

    page = client.get(reverse("learning:due"))

    assert "1 fact to look at again" in page.text
    assert statement.text in page.text
    assert "Planets follow ellipses" not in page.text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_what_is_due_costs_the_same(client, player, topic, count, django_assert_max_num_queries):
    for statement in topic.statements.order_by("pk")[:count]:
        answer(player, statement, at=timezone.now() - timedelta(days=5))

    with django_assert_max_num_queries(30):
        page = client.get(reverse("learning:due"))

    assert page.context["overview"].due == count
    assert len(page.context["facts"]) == count


def test_a_fact_is_put_aside_and_taken_back_by_its_player_alone(client, player, topic):
    answer(player, topic.statements.first(), at=timezone.now() - timedelta(days=5))
    card = ReviewCard.objects.get()
    address = reverse("learning:card-aside", args=[card.pk])

    client.post(address)
    card.refresh_from_db()
    assert card.suspended
    client.post(address, {"aside": "no"})
    card.refresh_from_db()
    assert not card.suspended
    client.force_login(PlayerFactory())
    assert client.post(address).status_code == 404


def test_calibration_is_drawn_from_the_marks(client, player, topic):
    for number, statement in enumerate(topic.statements.all()):
        answer(player, statement, is_right=number < 4, confidence=3, seconds=7)

    page = client.get(reverse("learning:calibration"))

    card = page.context["card"]
    assert (card.figures.answers, card.figures.marks[2].right) == (8, 4)
    assert 'class="calibration"' in page.text


def test_topics_are_drawn_with_their_range(client, player, topic):
    for statement in topic.statements.all():
        answer(player, statement)

    page = client.get(reverse("learning:topics")).text

    assert "Orbits" in page
    assert "mastery__error" in page
