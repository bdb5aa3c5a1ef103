import pytest
from django.core.cache import cache
from django.db import connection

from padawanforge.kit.append_only import unguard
from players.models import AuditEntry

OTHERS_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The threads of the sockets keep their connections; PostgreSQL drops no database that somebody uses."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(OTHERS_END)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits are counted in the cache and must not leak from one test into the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _emptied_audit(_django_db_marker, request):
    """SQLite empties tables row by row, which the guard of the audit log refuses, as it should."""
    marker = request.node.get_closest_marker("django_db")
    yield
    if marker and marker.kwargs.get("transaction") and connection.vendor == "sqlite":
        unguard(AuditEntry)
