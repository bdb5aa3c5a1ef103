import pytest
from django.urls import reverse
from django.utils import timezone

from learning.actions.reports import report_statement
from learning.actions.review import retire
from learning.actions.statements import revise_statement
from learning.models import GenerationRun, ImportRun, Statement, StatementPool
from tests.factories.learning import AnswerEventFactory, StatementFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
MODELS = [
    "statementpool",
    "statementreport",
    "statementreview",
    "statementversion",
    "generationrun",
    "importrun",
]


def listing(model):
    return reverse(f"admin:learning_{model}_changelist")


def grow(count):
    for _ in range(count):
        statement = StatementFactory()
        statement.text = f"{statement.text} Or not."
        revise_statement(statement=statement)
        report_statement(statement=statement, player=PlayerFactory(), reason="typo")
        retire(statements=Statement.objects.filter(pk=statement.pk), player=GameMasterFactory())
        pool = StatementPool.objects.create(npc=NpcFactory(), topic=statement.topic)
        pool.statements.add(statement)
        AnswerEventFactory(statement=statement)
        GenerationRun.objects.create(npc=pool.npc, topic=pool.topic)
        ImportRun.objects.create(player=PlayerFactory(), file_name="x.csv", applied_at=timezone.now())


@pytest.mark.parametrize("model", MODELS)
def test_game_masters_look_at_what_was_written_down_and_change_nothing(client, model):
    grow(1)
    client.force_login(GameMasterFactory())

    shown = client.get(listing(model))
    added = client.get(reverse(f"admin:learning_{model}_add"))

    assert shown.context["cl"].result_count == 1
    assert added.status_code == 403
    client.force_login(PlayerFactory(is_staff=True))
    assert client.get(listing(model)).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_however_long(client, model, django_assert_max_num_queries):
    client.force_login(GameMasterFactory())
    grow(1)
    with django_assert_max_num_queries(40) as one:
        client.get(listing(model))
    grow(2)

    with django_assert_max_num_queries(len(one.captured_queries)):
        response = client.get(listing(model))

    assert response.context["cl"].result_count == 3


def test_the_console_draws_how_pools_do(client):
    grow(1)
    client.force_login(GameMasterFactory())

    page = client.get(listing("statementpool")).content.decode()

    assert "100%" in page
    assert "4.0" in page
