"""What holds for every call of the JSON interface: limits, refusals, and what stands in no answer."""

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from players.api import limits
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


class BrokenCache:
    """As Redis is when it has gone away."""

    def add(self, *args, **kwargs):
        raise ConnectionError("gone")


def call(client, times, secret):
    return [client.get(ME, **bearer(secret)).status_code for _ in range(times)]


def test_a_player_who_calls_too_often_is_told_when_to_come_back(client, time_machine):
    time_machine.move_to("2030-01-01T12:00:15Z", tick=False)
    token = ApiTokenFactory(secret="pf_one")
    ApiTokenFactory(secret="pf_two", player=token.player)

    answers = [*call(client, 120, "pf_one"), *call(client, 80, "pf_two")]
    refused = client.get(ME, **bearer("pf_one"))

    assert set(answers) == {200}
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (
        429,
        "rate_limited",
        "45",
    )


def test_the_limit_of_one_player_is_not_anothers_and_passes(client, time_machine):
    time_machine.move_to("2030-01-01T12:00:15Z", tick=False)
    ApiTokenFactory(secret="pf_one")
    ApiTokenFactory(secret="pf_two")
    call(client, 201, "pf_one")

    other = client.get(ME, **bearer("pf_two")).status_code
    time_machine.move_to("2030-01-01T12:01:00Z", tick=False)

    assert (other, call(client, 1, "pf_one")) == (200, [200])


def test_calls_go_through_while_the_cache_is_away(client):
    limit = limits.PerPlayer(counts=BrokenCache())

    assert limit.allow_request(_request(PlayerFactory()))


def _request(player):
    request = RequestFactory().get(ME)
    request.user = player
    return request


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_a_stranger_is_asked_to_sign_in(client, method):
    path = {"get": ME, "post": "/api/v1/me/exports", "patch": f"{ME}/profile"}[method]

    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_stranger_hears_the_same_with_csrf_checks():
    answer = Client(enforce_csrf_checks=True).post("/api/v1/me/exports")

    assert answer.status_code == 401


def test_a_body_that_is_too_big_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    ApiTokenFactory(secret="pf_one")

    answer = client.patch(
        f"{ME}/profile", {"bio": "x" * 2000}, content_type="application/json", **bearer("pf_one")
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_nobody_is_counted_before_signing_in(client):
    client.get(ME)

    assert not [key for key in cache._cache if "players.api" in key]


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_there_is_no_call_the_answer_is_json_too(client, method):
    answer = getattr(client, method)("/api/v1/moon/phases")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_root_leads_to_the_page_of_the_interface(client):
    assert client.get("/api/v1/").url == "/api/v1/docs"


def test_no_answer_is_kept_on_the_way(client):
    ApiTokenFactory(secret="pf_one")

    answers = [client.get(ME), client.get(ME, **bearer("pf_one"))]

    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}
