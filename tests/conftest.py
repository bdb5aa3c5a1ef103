import pytest
from django.core.cache import cache
from django.db import connection

from padawanforge.kit.append_only import unguard
from players.models import AuditEntry


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
