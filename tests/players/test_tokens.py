"""Making, using and ending the tokens of programs."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from padawanforge.site.api import api
from padawanforge.site.api_schema import operations_of
from players.actions.access import deactivate
from players.actions.tokens import (
    TokenRefused,
    create_token,
    note_use,
    revoke_all_tokens,
    revoke_token,
)
from players.models import ApiToken, AuditEntry, SiteBan
from players.queries.tokens import tokens_of, usable_token
from players.rules.scopes import MAX_TOKENS, SCOPES
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer
from tests.races import at_once

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


def make(player, **values):
    given = {"name": "Notebook", "scopes": ["profile:read"], "days": 30, "now": timezone.now()}
    return create_token(player=player, **(given | values))


def test_a_token_is_kept_as_a_hash_and_a_prefix_only():
    made = make(PlayerFactory())

    row = ApiToken.objects.values().get()

    assert (made.secret[:3], len(made.secret)) == ("pf_", 46)
    assert (row["prefix"], row["scopes"]) == (made.secret[:10], ["profile:read"])
    assert made.secret not in str(row)


def test_a_token_opens_the_interface_without_a_session(client):
    player = PlayerFactory(username="ada")
    made = make(player)

    answer = client.get(ME, **bearer(made.secret))

    assert (answer.status_code, answer.json()["username"]) == (200, "ada")
    assert (Session.objects.count(), dict(answer.cookies)) == (0, {})
    assert answer["Cache-Control"] == "private, no-store"


def test_a_token_needs_no_csrf_token():
    token = make(PlayerFactory(), scopes=["rooms:write"])

    answer = Client(enforce_csrf_checks=True).post("/api/v1/rooms/nowhere/enter", **bearer(token.secret))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_browser_needs_its_csrf_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(PlayerFactory())

    answer = client.post("/api/v1/rooms/nowhere/enter")

    assert answer.status_code == 403


def end_by_revoking(token):
    revoke_token(token=token, by=token.player, now=timezone.now())


def end_by_expiry(token):
    ApiToken.objects.update(expires_at=timezone.now())


def end_by_deactivation(token):
    deactivate(player=token.player)


def end_by_ban(token):
    SiteBan.objects.create(player=token.player, reason="Spam", starts_at=timezone.now())


def end_by_leaving(token):
    token.player.leaves_at = timezone.now() + timedelta(days=14)
    token.player.save()


def end_by_becoming_somebody_elses_guess(token):
    ApiToken.objects.update(token_hash="0" * 64)


@pytest.mark.parametrize(
    "end",
    [
        end_by_revoking, end_by_expiry, end_by_deactivation, end_by_ban, end_by_leaving,
        end_by_becoming_somebody_elses_guess,
    ],
)  # fmt: skip
def test_a_token_that_is_over_opens_nothing(client, end):
    token = ApiTokenFactory(secret="pf_once")

    end(token)

    answer = client.get(ME, **bearer("pf_once"))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_ban_that_is_over_lets_the_token_in_again(client):
    token = ApiTokenFactory(secret="pf_once")
    begin = timezone.now() - timedelta(days=2)
    SiteBan.objects.create(
        player=token.player, reason="Spam", starts_at=begin, ends_at=begin + timedelta(days=1)
    )

    answer = client.get(ME, **bearer("pf_once"))

    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Bearer pf_wrong", "Bearer ", "Bearer " + "x" * 5000])
def test_a_wrong_token_is_refused_even_in_a_signed_in_browser(client, header):
    client.force_login(PlayerFactory())

    answer = client.get(ME, HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401


def test_a_token_without_the_scope_is_told_which_it_lacks(client):
    token = make(PlayerFactory(), scopes=["rooms:read"])

    answer = client.get(ME, **bearer(token.secret))

    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "This token lacks the scope profile:read. Make one that has it.", "code": "scope_missing"},
    )


def test_every_declared_scope_is_one_that_a_token_can_have():
    declared = {getattr(operation.view_func, "scope", "") for operation in operations_of(api)}

    assert declared - {""} <= SCOPES.keys()


def test_guests_have_no_tokens():
    with pytest.raises(TokenRefused, match="Make an account"):
        make(GuestFactory())


@pytest.mark.parametrize(
    "values",
    [{"name": "  "}, {"name": "x" * 101}, {"scopes": []}, {"scopes": ["admin"]}, {"days": 0}, {"days": 9999}],
)
def test_a_token_out_of_bounds_is_refused(values):
    with pytest.raises(TokenRefused):
        make(PlayerFactory(), **values)


def test_the_twenty_first_token_is_refused_until_one_ends():
    player = PlayerFactory()
    tokens = ApiTokenFactory.create_batch(MAX_TOKENS, player=player)

    with pytest.raises(TokenRefused, match="20 tokens"):
        make(player)
    revoke_token(token=tokens[0], by=player, now=timezone.now())

    assert make(player).token.pk


def test_making_and_revoking_without_end_is_refused():
    player = PlayerFactory()
    ApiTokenFactory.create_batch(40, player=player, revoked_at=timezone.now())

    with pytest.raises(TokenRefused, match="tomorrow"):
        make(player)


def test_tokens_that_ended_a_month_ago_are_forgotten():
    player = PlayerFactory()
    long_ago = timezone.now() - timedelta(days=31)
    gone = ApiTokenFactory(player=player, revoked_at=long_ago)
    stays = ApiTokenFactory(player=player, revoked_at=timezone.now())

    made = make(player)

    assert set(ApiToken.objects.all()) == {stays, made.token}
    assert gone.pk


def test_a_token_ends_once_and_only_the_own_ones_end_together():
    player, now = PlayerFactory(), timezone.now()
    first, _ = ApiTokenFactory.create_batch(2, player=player)
    ApiTokenFactory(secret="pf_other")

    ended = revoke_token(token=first, by=player, now=now), revoke_token(token=first, by=player, now=now)
    together = revoke_all_tokens(player=player, by=None, now=now)

    assert (ended, together) == ((True, False), 1)
    assert usable_token("pf_other", now)


def test_beginning_and_end_of_a_token_are_written_down():
    player = PlayerFactory()
    made = make(player)

    revoke_token(token=made.token, by=player, now=timezone.now())
    revoke_token(token=made.token, by=player, now=timezone.now())

    entries = AuditEntry.objects.order_by("pk")
    assert [(entry.verb, entry.actor_uuid) for entry in entries] == [
        ("access.granted_to_program", player.uuid),
        ("access.taken_from_program", player.uuid),
    ]
    assert made.secret not in str(list(entries.values()))


def test_the_last_use_is_noted_once_a_minute():
    token, now = ApiTokenFactory(), timezone.now()
    seen = []

    for seconds in (0, 59, 61):
        token.refresh_from_db()
        note_use(token=token, now=now + timedelta(seconds=seconds))
        token.refresh_from_db()
        seen.append((token.last_used_at - now).total_seconds())

    assert seen == [0, 0, 61]


def test_finding_a_token_costs_one_query(django_assert_num_queries):
    ApiTokenFactory(secret="pf_once")

    with django_assert_num_queries(1):
        found = usable_token("pf_once", timezone.now())
        name = found.player.name

    assert name


def test_the_list_tells_working_tokens_from_ended_ones(django_assert_num_queries):
    player, now = PlayerFactory(), timezone.now()
    works = ApiTokenFactory(player=player)
    revoked = ApiTokenFactory(player=player, revoked_at=now)
    expired = ApiTokenFactory(player=player, expires_at=now)
    ApiTokenFactory()

    with django_assert_num_queries(2):
        tokens = tokens_of(player, now)

    assert (tokens.in_force, tokens.ended) == ([works], [expired, revoked])


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_not_pass_the_limit():
    player = PlayerFactory()
    ApiTokenFactory.create_batch(MAX_TOKENS - 1, player=player)

    outcomes = at_once(*[lambda: make(player)] * 4)

    assert outcomes.count(TokenRefused) == 3
    assert ApiToken.objects.count() == MAX_TOKENS
