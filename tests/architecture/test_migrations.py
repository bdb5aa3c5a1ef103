import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_have_chosen_names():
    names = [path.name for path in ROOT.glob("*/migrations/0*.py")]

    assert names
    assert [name for name in names if re.search(r"_auto_|_alter_.*_and_more", name)] == []


def test_migrations_import_no_application_code():
    apps = "players|npcs|learning|messaging|rooms"
    # A kit or model module that a field needs is part of the schema; actions and queries are not.
    pattern = re.compile(rf"^(from|import) ({apps})\.(actions|queries|rules|events)", re.MULTILINE)

    assert [path.name for path in ROOT.glob("*/migrations/0*.py") if pattern.search(path.read_text())] == []
