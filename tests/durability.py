"""Whether a commit waits for the disk, as the database says it of this connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# What the databases call it when a commit waits, and when it doesn't.
WAITS = {"sqlite": 2, "postgresql": "on"}
GOES_ON = {"sqlite": 1, "postgresql": "off"}
ASKED = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
AS_IN_A_SERVER = {"sqlite": "PRAGMA synchronous=FULL", "postgresql": "SET synchronous_commit TO ON"}


def patience() -> object:
    """Asked past Django: it may be asked while a statement is looked at."""
    connection.ensure_connection()
    return connection.connection.execute(ASKED[connection.vendor]).fetchone()[0]


@contextmanager
def as_in_a_server() -> Iterator[None]:
    """What tests store need not outlive them; a server's connection waits."""
    connection.ensure_connection()
    connection.connection.execute(AS_IN_A_SERVER[connection.vendor])
    yield
    connection.close()
