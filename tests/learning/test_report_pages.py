"""What players say of a statement: a report, stars, how hard it was."""

import pytest

from learning.models import StatementRating, StatementReport
from tests.factories.learning import StatementFactory
from tests.factories.players import PlayerFactory
from tests.learning.bank_pages import at, page, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_a_player_reports_before_answering_and_sees_no_key(client):
    statement, player = StatementFactory(explanation="It is so because of that."), PlayerFactory()
    client.force_login(player)
    back = at("practice")

    shown = page(client, at("report", statement.uuid), next=back)
    answer = client.post(at("report", statement.uuid), {"reason": "ambiguous", "note": "Hm", "next": back})

    assert statement.text in shown
    assert statement.explanation not in shown
    assert answer.url == back
    report = StatementReport.objects.get()
    assert (report.player, report.reason, report.note) == (player, "ambiguous", "Hm")


def test_a_report_in_place_answers_in_place(client):
    statement = StatementFactory()
    client.force_login(PlayerFactory())
    headers = {"HX-Request": "true"}

    form = client.get(at("report", statement.uuid), headers=headers).content.decode()
    without = client.post(at("report", statement.uuid), {}, headers=headers)
    thanks = client.post(at("report", statement.uuid), {"reason": "typo"}, headers=headers).content.decode()

    assert "<html" not in form
    assert (without.status_code, "required" in without.content.decode()) == (422, True)
    assert "Somebody will look at it" in thanks


def test_what_was_never_played_is_not_found(client):
    client.force_login(PlayerFactory())

    assert client.get(at("report", waiting().uuid)).status_code == 404


def test_a_player_gives_stars(client):
    statement = StatementFactory()
    client.force_login(PlayerFactory())
    headers = {"HX-Request": "true"}

    given = client.post(at("rate", statement.uuid), {"stars": "4"}, headers=headers).status_code
    nothing = client.post(at("rate", statement.uuid), {"stars": "9"}, headers=headers).status_code
    client.post(at("rate", statement.uuid), {"felt": "hard", "next": "//evil.example"})

    assert (given, nothing) == (204, 422)
    assert StatementRating.objects.values_list("feedback_rating", "difficulty_perceived").get() == (4, "hard")
