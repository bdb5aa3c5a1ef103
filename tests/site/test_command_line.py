"""What the command line says where nothing is set up yet, or where a server runs already."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.migrations.recorder import MigrationRecorder

from padawanforge.command_line import problem_of_tables
from padawanforge.site.management.commands.serve import take_data_folder
from players.models import Player

ROOT = Path(__file__).resolve().parents[2]


# Where nobody listens: a game may be running beside the tests.
@pytest.mark.parametrize("command", [("expire_demo_sessions",), ("serve", "--port", "0")])
def test_a_command_before_the_first_start_says_in_one_line_what_to_run(tmp_path, command):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "padawanforge.settings"}
    environment |= {"PADAWAN_DATA": str(tmp_path / "new"), "DATABASE_URL": "sqlite://", "REDIS_URL": ""}

    call = [sys.executable, "manage.py", *command]
    ended = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "Run `manage.py quickstart` first" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.django_db
def test_a_database_that_is_older_than_the_code_is_named():
    assert problem_of_tables() == ""

    MigrationRecorder.Migration.objects.filter(app="messaging").latest("name").delete()

    assert "older than the code by 1 migration" in problem_of_tables()


@pytest.mark.django_db
def test_quickstart_touches_nothing_beside_a_running_server(settings, tmp_path):
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    with take_data_folder(), pytest.raises(CommandError, match="already runs"):
        call_command("quickstart", "--no-serve")

    assert not settings.STATIC_ROOT.exists()
    assert not Player.objects.exists()
