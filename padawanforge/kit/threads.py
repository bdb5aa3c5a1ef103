"""Threads that live as long as their process, and keep their connection to the database where that is cheaper."""

from django.db import connection

# Now and then a new one, as the database keeps something for everything it was asked.
OWN_FOR_SECONDS = 3600


def keep_connection() -> None:
    """For the first line of such a thread: on SQLite its connection stays open between two operations.

    Whoever opens one reads the whole schema, which takes longer than most questions; an idle one holds nothing up.
    PostgreSQL has its pool. Threads that come and go must not do it: they would leave theirs behind.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict = {**connection.settings_dict, "CONN_MAX_AGE": None}


def own_connection() -> None:
    """For the first line of one of a few threads that ask all the time and never wait in between: on PostgreSQL too
    its connection stays its own.

    Taking one of the pool and giving it back costs more than many a question, and the pool gives out the one that
    rested longest, whose process at the database has forgotten most.
    """
    keep_connection()
    if connection.vendor == "postgresql":
        options = {
            name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"
        }
        connection.settings_dict = {
            **connection.settings_dict,
            "CONN_MAX_AGE": OWN_FOR_SECONDS,
            "OPTIONS": options,
        }


def is_pooled() -> bool:
    """Whether somebody else could use this thread's connection meanwhile."""
    return bool(connection.settings_dict["OPTIONS"].get("pool"))
