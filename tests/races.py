"""Deeds of the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from padawanforge.kit.errors import DomainError


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Take the steps in threads that start together; what each gave back, or the type of its refusal."""
    start = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return step()
        except DomainError as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))
