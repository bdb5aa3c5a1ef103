import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from learning.models import Statement
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
MODELS = ("topic", "statement", "answerevent")


@pytest.fixture
def game_master(client):
    player = GameMasterFactory()
    client.force_login(player)
    client.player = player
    return client


def listing(model):
    return reverse(f"admin:learning_{model}_changelist")


def fields(topic, **changes):
    return {
        "text": "Comets have tails.", "answer": "on", "topic": topic.pk, "difficulty": "beginner",
        "source": "manual", "lang": "en", **changes,
    }  # fmt: skip


def run(client, action, *statements):
    data = {"action": action, "_selected_action": [statement.pk for statement in statements]}
    return client.post(listing("statement"), data, follow=True).content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_game_masters_find_the_lists_and_players_do_not(game_master, model):
    AnswerEventFactory()

    assert game_master.get(listing(model), {"q": "planet"}).status_code == 200
    game_master.force_login(PlayerFactory(is_staff=True))
    assert game_master.get(listing(model)).status_code == 403


def test_who_only_authors_statements_does_not_see_what_people_answered(client):
    AnswerEventFactory()
    author = PlayerFactory(is_staff=True)
    author.user_permissions.add(Permission.objects.get(codename="games.create"))
    client.force_login(author)

    found = {model: client.get(listing(model)).status_code for model in MODELS}

    assert found == {"topic": 200, "statement": 200, "answerevent": 403}


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_however_long(game_master, model, django_assert_max_num_queries):
    AnswerEventFactory()
    with django_assert_max_num_queries(40) as one:
        game_master.get(listing(model))
    AnswerEventFactory.create_batch(2)

    with django_assert_max_num_queries(len(one.captured_queries)):
        response = game_master.get(listing(model))

    assert response.context["cl"].result_count == 3


@pytest.mark.parametrize(
    ("action", "lifecycle", "line"),
    [
        ("approve_statements", "approved", "2 statements approved."),
        ("reject_statements", "draft", "2 statements rejected."),
        ("retire_statements", "retired", "2 statements retired."),
    ],
)
def test_reviews_are_actions_of_the_list(game_master, action, lifecycle, line):
    statements = StatementFactory.create_batch(2, lifecycle="pending")

    page = run(game_master, action, *statements)

    assert line in page
    found = Statement.objects.values_list("lifecycle", "validated_by").distinct()
    assert list(found) == [(lifecycle, game_master.player.pk)]


def test_a_new_statement_has_its_author_and_waits_for_review(game_master):
    topic = TopicFactory()

    response = game_master.post(reverse("admin:learning_statement_add"), fields(topic, lifecycle="approved"))

    statement = Statement.objects.get()
    assert (response.status_code, statement.created_by) == (302, game_master.player)
    assert statement.lifecycle == Statement.Lifecycle.PENDING


@pytest.mark.parametrize(("change", "version"), [
    ({"text": "Comets have two tails."}, 2), ({"answer": ""}, 2), ({"subtopic": "tails"}, 1),
])  # fmt: skip
def test_the_form_makes_a_new_version_of_what_is_worded_anew(game_master, change, version):
    statement = StatementFactory(text="Comets have tails.", explanation="", source_reference="")
    url = reverse("admin:learning_statement_change", args=[statement.pk])

    response = game_master.post(url, fields(statement.topic, **change))

    statement.refresh_from_db()
    assert (response.status_code, statement.version, statement.lifecycle) == (302, version, "approved")


def test_answers_are_read_and_never_written(game_master):
    event = AnswerEventFactory()
    url = reverse("admin:learning_answerevent_change", args=[event.pk])

    assert game_master.get(url).status_code == 200
    assert game_master.post(url, {"correct": ""}).status_code == 403
    assert game_master.get(reverse("admin:learning_answerevent_add")).status_code == 403
    assert game_master.post(reverse("admin:learning_answerevent_delete", args=[event.pk])).status_code == 403


def test_topics_show_how_much_can_be_played(game_master):
    topic = TopicFactory()
    StatementFactory.create_batch(2, topic=topic)
    StatementFactory(topic=topic, lifecycle="pending")

    rows = game_master.get(listing("topic")).context["cl"].queryset

    assert [(row.total, row.approved) for row in rows] == [(3, 2)]
