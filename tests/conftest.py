import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits are counted in the cache and must not leak from one test into the next."""
    cache.clear()
