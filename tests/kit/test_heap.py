"""What a process does about its memory before it serves."""

import ctypes

import pytest

from padawanforge.kit.heap import M_ARENA_MAX, share_one_heap


def test_the_c_library_is_told_to_use_one_heap(monkeypatch):
    told = []
    library = type("Library", (), {"mallopt": lambda self, option, value: told.append((option, value))})
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library())

    share_one_heap()

    assert told == [(M_ARENA_MAX, 1)]


@pytest.mark.parametrize("missing", [AttributeError, OSError, TypeError])
def test_a_c_library_without_that_choice_stays_as_it_is(monkeypatch, missing):
    def refuse(name):
        raise missing

    monkeypatch.setattr(ctypes, "CDLL", refuse)

    assert share_one_heap() is None
