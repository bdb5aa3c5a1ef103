import pytest

from messaging import kinds


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="already registered"):
        kinds.register(kinds.get("test"))


def test_an_unknown_kind_is_an_error():
    with pytest.raises(LookupError, match="nowhere"):
        kinds.get("nowhere")
