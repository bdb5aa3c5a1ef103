import gc
import os

import pytest
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection
from django.test import TransactionTestCase
from hypothesis import settings
from pytest_django import fixtures

from messaging.queries.announcements import BANNERS_KEY
from messaging.queries.faces import forget_faces
from messaging.queries.newest import forget_pages
from messaging.queries.remembered import forget_all
from padawanforge.kit import near
from players.queries.rights import forget_rights
from tests import template
from tests.restore import remember_beginning, restore

OTHERS_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


# Every run looks at the same examples: what is found is found where it was written, not by whoever comes next.
# `HYPOTHESIS_PROFILE=default` looks further.
settings.register_profile("steady", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


# The database is made for whoever asks for `django_db_setup`, not only where a test with the mark was collected:
# otherwise it would be the real one that those in front of browsers copy.
fixtures._get_databases_for_setup = lambda items: ({DEFAULT_DB_ALIAS}, set())


def pytest_collection_finish():
    """What was imported stays to the end, so nobody needs to look through it for garbage after each test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    template.begin_with()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb):
    """The file that was copied is the database; PostgreSQL copies by itself."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit leave the tables as they found them.

    The threads of the sockets keep their connections; PostgreSQL drops no database that somebody uses.
    """
    with django_db_blocker.unblock():
        remember_beginning()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(OTHERS_END)


@pytest.fixture(autouse=True)
def _heartbeats_wait_for_nobody(monkeypatch):
    monkeypatch.setattr("messaging.heartbeats.TOGETHER_SECONDS", 0.01)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits are counted in the cache and must not leak from one test into the next."""
    cache.clear()
    near.clear()
    # What a process remembers by keys of rows that the next test makes anew.
    forget_pages()
    forget_faces()
    forget_rights()
    forget_all()
    # As on a site where nothing is announced: what an announcement costs is counted where they are tested.
    cache.set(BANNERS_KEY, [])


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """A context after which everything has happened that waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
