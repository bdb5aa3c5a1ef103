"""Exports: what is inside, how they are asked for and made, and the command."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from padawanforge.kit.work import WorkState, requeue_abandoned
from players.actions import exports
from players.actions.archive import Archive
from players.actions.audit import record
from players.actions.consents import answer_consents
from players.actions.exports import ExportTooSoon, NoExportForGuests, ask_export, throw_away_old
from players.models import AuditEntry, DataExport, PlayerProfile, PlayerRelationship
from players.personal_data import Document, areas
from players.signals import export_ready
from players.tasks import export as export_job
from tests.factories.players import ExperienceEntryFactory, GuestFactory, PlayerFactory
from tests.factories.privacy import DataExportFactory
from tests.factories.tokens import ApiTokenFactory
from tests.players.exported import PAGE, made
from tests.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


@pytest.fixture
def announced():
    """The uuids of the exports that were announced."""
    uuids = []

    def hear(*, export_uuid, **kwargs):
        uuids.append(export_uuid)

    export_ready.connect(hear)
    yield uuids
    export_ready.disconnect(hear)


def opened(export):
    with export.file.open() as file, zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def age(export, **since):
    DataExport.objects.filter(pk=export.pk).update(created_at=timezone.now() - timedelta(**since))


# --- What is inside --------------------------------------------------------------------------------------


def test_every_area_is_inside_and_listed():
    files = opened(made(PlayerFactory(username="ada")))

    assert {"index.html", "README.md", "style.css", "account/account.json"} <= set(files)
    assert [area.title for area in areas() if area.title not in files["index.html"]] == []
    assert "Data of ada" in files["index.html"]
    listed = [name for name in files if f"`{name}`" in files["README.md"]]
    assert set(files) - set(listed) == {"README.md", "style.css"}


def test_programs_read_rows_and_people_read_names():
    player = PlayerFactory(username="ada", email="ada@example.org")
    other = PlayerFactory(username="bo", email="bo@example.org", display_name="Bo the Bold")
    PlayerRelationship.objects.create(player=player, other=other, kind="follow")
    ExperienceEntryFactory.create_batch(3, player=player, delta=7)
    answer_consents(player=player, answers={"research": True})

    files = opened(made(player))

    account = json.loads(files["account/account.json"])
    relationships = json.loads(files["account/relationships.json"])
    assert (account["username"], account["email"], account["roles"]) == (
        "ada",
        "ada@example.org",
        ["Padawan"],
    )
    assert [(row["kind"], row["with"]) for row in relationships] == [("follow", "Bo the Bold")]
    assert [row["delta"] for row in json.loads(files["progress/experience.json"])] == [7, 7, 7]
    assert json.loads(files["account/consents.json"])[0]["kind"] == "research"
    assert "bo@example.org" not in "".join(files.values())


def test_that_somebody_blocks_is_not_told():
    player, other = PlayerFactory(), PlayerFactory()
    PlayerRelationship.objects.create(player=other, other=player, kind="blocked")

    assert json.loads(opened(made(player))["account/relationships.json"]) == []


def test_secrets_stay_here():
    player = PlayerFactory()
    token = ApiTokenFactory(player=player)

    text = "".join(opened(made(player)).values())

    assert token.prefix in text
    assert token.token_hash not in text
    assert player.password not in text


def test_what_staff_did_with_the_account_is_inside_without_their_names():
    player, staff = PlayerFactory(username="ada"), PlayerFactory(username="bo")
    record(actor=staff, verb="role.given", subject=player, reason="Well done")
    record(actor=player, verb="account.kept", subject=player)

    lines = json.loads(opened(made(player))["account/audit.json"])

    assert [(line["verb"], line["by_me"], line["reason"]) for line in lines] == [
        ("role.given", False, "Well done"),
        ("account.kept", True, ""),
    ]
    assert str(staff.uuid) not in json.dumps(lines)


def test_what_people_wrote_can_not_become_part_of_the_page():
    player = PlayerFactory(username="ada")
    PlayerProfile.objects.filter(player=player).update(bio="<script>alert(1)</script>")

    assert "<script>" not in opened(made(player))["index.html"]


def test_rows_are_written_as_they_come():
    """Only one row is ever held: the next one is asked for when the last one is in the file."""
    target, seen = io.BytesIO(), []

    def rows():
        for number in range(3):
            seen.append(number)
            yield {"number": number}

    archive = Archive(target)
    archive.add_area("Numbers", [Document("numbers.json", "Numbers", rows())])
    archive.zip.close()

    assert json.loads(zipfile.ZipFile(target).read("numbers.json")) == [{"number": n} for n in range(3)]
    assert archive.written[0][1][0].count == 3


# --- Asking and making -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_asking_makes_it_and_tells_when_it_is_ready(announced):
    player = PlayerFactory()

    export = ask_export(player=player, now=timezone.now())
    export.refresh_from_db()

    assert (export.state, export.areas_done, export.areas_total) == (
        WorkState.DONE,
        len(areas()),
        len(areas()),
    )
    assert announced == [str(export.uuid)]


def test_one_a_day_is_enough():
    player = PlayerFactory()
    export = made(player)

    with pytest.raises(ExportTooSoon):
        ask_export(player=player, now=timezone.now())
    age(export, hours=25)

    assert ask_export(player=player, now=timezone.now()) != export


def test_asking_while_one_is_made_gives_that_one():
    player = PlayerFactory()
    export = DataExportFactory(player=player)

    assert ask_export(player=player, now=timezone.now()) == export


def test_a_failed_one_does_not_count():
    player = PlayerFactory()
    DataExportFactory(player=player, state=WorkState.FAILED)

    assert ask_export(player=player, now=timezone.now()).state == WorkState.WAITING


def test_guests_have_none():
    with pytest.raises(NoExportForGuests):
        ask_export(player=GuestFactory(), now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_tabs_ask_for_one_export():
    player = PlayerFactory()

    # Whoever comes second is refused where the other tab's is ready already.
    at_once(*[lambda: ask_export(player=player, now=timezone.now())] * 2)

    assert DataExport.objects.filter(player=player).count() == 1


def test_an_export_whose_worker_died_is_made_by_another():
    export = DataExportFactory(
        state=WorkState.RUNNING, attempts=1, lease_until=timezone.now() - timedelta(seconds=1), areas_done=2
    )

    export_job(pk=export.pk)

    export.refresh_from_db()
    assert (export.state, export.attempts) == (WorkState.DONE, 2)


def test_a_worker_that_was_given_up_leaves_no_second_file(settings):
    export = DataExportFactory(state=WorkState.RUNNING, attempts=1, lease_until=timezone.now())
    late = DataExport.objects.select_related("player").get(pk=export.pk)
    export_job(pk=export.pk)

    with pytest.raises(exports.Superseded):
        exports._keep(late, io.BytesIO(b"late"))

    assert len(list(Path(settings.MEDIA_ROOT, "exports").iterdir())) == 1


def test_three_failures_are_told_to_the_player(signed_in):
    export = DataExportFactory(
        state=WorkState.RUNNING, attempts=3, lease_until=timezone.now() - timedelta(seconds=1)
    )

    requeue_abandoned()

    page = signed_in(export.player).get(PAGE).content.decode()
    assert "The export could not be made." in page
    assert "Make an export" in page


def test_old_exports_are_thrown_away_with_their_files(settings):
    old, fresh = made(PlayerFactory()), made(PlayerFactory())
    DataExport.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert throw_away_old(now=timezone.now()) == 1
    assert [path.name for path in Path(settings.MEDIA_ROOT, "exports").iterdir()] == [
        Path(fresh.file.name).name
    ]


# --- The command -----------------------------------------------------------------------------------------


def test_the_command_writes_the_same_zip(tmp_path):
    PlayerFactory(username="ada")
    target = tmp_path / "ada.zip"

    call_command("export_player", "ada", to=target, stdout=io.StringIO())

    assert "account/account.json" in zipfile.ZipFile(target).namelist()
    assert AuditEntry.objects.get().verb == "account.exported"
    assert target.stat().st_mode & 0o077 == 0


def test_the_command_overwrites_nothing(tmp_path):
    PlayerFactory(username="ada")
    target = tmp_path / "ada.zip"
    target.write_text("precious")

    with pytest.raises(CommandError, match="File exists"):
        call_command("export_player", "ada", to=target)
    with pytest.raises(CommandError, match="no player"):
        call_command("export_player", "nobody", to=tmp_path / "x.zip")

    assert target.read_text() == "precious"
