import pytest

from messaging.origins import is_trusted


@pytest.mark.parametrize(("origin", "host", "is_ours"), [
    ("http://localhost:8000", "localhost:8000", True),
    ("https://localhost:8000", "localhost:8000", True),
    ("https://forge.example", "10.0.0.5:8000", True),
    ("http://localhost:9", "localhost:8000", False),
    ("http://localhost", "localhost:8000", False),
    ("https://forge.example.evil.example", "10.0.0.5:8000", False),
    ("https://evil.example", "evil.example", False),
    ("http://user@localhost:8000", "localhost:8000", False),
    ("ftp://localhost:8000", "localhost:8000", False),
    ("null", "localhost:8000", False),
    ("", "localhost:8000", False),
    ("", "", False),
    ("http://[", "localhost:8000", False),
])  # fmt: skip
def test_only_our_own_pages_are_trusted(settings, origin, host, is_ours):
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://forge.example"]

    assert is_trusted([(b"origin", origin.encode()), (b"host", host.encode())]) is is_ours


def test_a_missing_origin_is_refused():
    assert is_trusted([(b"host", b"localhost:8000")]) is False
