"""The command line: whoever begins without a set-up database reads what to do first, not a traceback."""

import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def run(arguments: Sequence[str]) -> None:
    try:
        execute_from_command_line(list(arguments))
    except DatabaseError:
        if not (problem := problem_of_tables()):
            raise
        sys.exit(problem)


def problem_of_tables() -> str:
    """What keeps the database from being used as the code expects it, as a sentence; empty when nothing does."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        # Nobody answers: that is another problem, and told as it is.
        return ""
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return ""
    if not executor.loader.applied_migrations:
        return (
            f"There is no game in {settings.DATA_DIR} yet. Run `manage.py quickstart` first, "
            "or say by PADAWAN_DATA (and DATABASE_URL) where yours is."
        )
    behind = f"{len(missing)} migration{'s' if len(missing) > 1 else ''}"
    return f"The database is older than the code by {behind}. Run `manage.py migrate` first."
