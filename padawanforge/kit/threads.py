"""Threads that live as long as their process, and keep their connection to the database where that is cheaper."""

from django.db import connection


def keep_connection() -> None:
    """For the first line of such a thread: on SQLite its connection stays open between two operations.

    Whoever opens one reads the whole schema, which takes longer than most questions; an idle one holds nothing up.
    PostgreSQL has its pool. Threads that come and go must not do it: they would leave theirs behind.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict = {**connection.settings_dict, "CONN_MAX_AGE": None}


def is_pooled() -> bool:
    """Whether somebody else could use this thread's connection meanwhile."""
    return bool(connection.settings_dict["OPTIONS"].get("pool"))
