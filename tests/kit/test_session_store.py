"""Sessions as Django keeps them, found by a prepared question."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from padawanforge.kit.session_store import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    session = DatabaseStore()
    session["drink"] = "tea"
    session.save()
    return session.session_key


def test_what_django_stored_is_found_by_one_query(key, django_assert_num_queries):
    SessionStore(key).load()

    with django_assert_num_queries(1):
        assert SessionStore(key)["drink"] == "tea"


def test_what_is_stored_here_django_reads(key):
    session = SessionStore(key)
    session["drink"] = "coffee"
    session.save()

    assert DatabaseStore(key)["drink"] == "coffee"


def test_a_session_that_has_run_out_or_was_ended_is_never_used_again(key):
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    late, ended = SessionStore(key), SessionStore("nobody-ever-had-it")

    assert (late.get("drink"), late.session_key) == (None, None)
    assert (ended.get("drink"), ended.session_key) == (None, None)


def test_the_site_keeps_its_sessions_so():
    assert SessionStore.__module__ == settings.SESSION_ENGINE


@pytest.mark.parametrize("said", ["abcd\x00efgh1234", "short", "abcd efgh 1234", "x" * 5000])
def test_a_cookie_that_is_no_key_opens_nothing(client, said):
    client.cookies[settings.SESSION_COOKIE_NAME] = said

    assert client.get("/rooms/").status_code == 302
