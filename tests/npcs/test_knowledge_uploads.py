"""Notes that come in pieces: where they go on, what is refused on arrival, what is thrown away."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from npcs.actions.knowledge import add_knowledge_file
from npcs.actions.knowledge_uploads import MAX_UNFINISHED, remove_unfinished
from npcs.models import KnowledgeFile
from padawanforge.kit import partials
from padawanforge.kit.work import WorkState
from tests.factories.npcs import KnowledgeFileFactory
from tests.npcs.notes import NOTES, url

pytestmark = pytest.mark.django_db
SIZE = len(NOTES)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path


def begin(client, npc, *, name="comets.md", size=SIZE, **more):
    body = json.dumps({"name": name, "size": size, **more})
    return client.post(url("upload-begin", npc), body, content_type="application/json")


def send(client, npc, uuid, piece, offset):
    return client.patch(
        url("upload-piece", npc, uuid), piece, content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )  # fmt: skip


def test_a_file_comes_in_pieces(client, npc, master, commit):
    uuid = begin(client, npc).json()["uuid"]
    assert send(client, npc, uuid, NOTES[:20], 0).json()["offset"] == 20
    assert client.get(url("upload-piece", npc, uuid)).json()["upload"] == "uploading"
    assert f"{100 * 20 // len(NOTES)} % here" in client.get(url("notes", npc)).content.decode()

    with commit():
        last = send(client, npc, uuid, NOTES[20:], 20).json()

    assert (last["upload"], last["offset"]) == ("completed", len(NOTES))
    file = npc.knowledge_files.get()
    assert (file.state, file.items.count(), file.file_size) == (WorkState.DONE, 1, len(NOTES))


def parts(settings):
    return list(Path(settings.UPLOAD_ROOT).glob("*.part"))


def test_a_piece_at_the_wrong_place_is_told_where_to_go_on(client, npc, master):
    uuid = begin(client, npc).json()["uuid"]
    send(client, npc, uuid, NOTES[:20], 0)

    response = send(client, npc, uuid, NOTES[:20], 0)

    assert (response.status_code, response.json()["offset"]) == (409, 20)


def test_an_upload_whose_last_piece_was_not_looked_at_goes_on_with_an_empty_one(client, npc, master, commit):
    uuid = begin(client, npc).json()["uuid"]
    send(client, npc, uuid, NOTES[:-1], 0)
    file = npc.knowledge_files.get()
    partials.write_at(file.uuid.hex, len(NOTES) - 1, NOTES[-1:])
    KnowledgeFile.objects.update(received=len(NOTES))

    with commit():
        told = send(client, npc, uuid, b"", len(NOTES)).json()

    assert told["upload"] == "completed"


def test_what_is_refused_on_arrival_says_why_and_leaves_no_bytes(client, npc, master, settings, commit):
    data = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
    uuid = begin(client, npc, name="a.md", size=len(data)).json()["uuid"]

    with commit():
        response = send(client, npc, uuid, data, 0)

    assert response.status_code == 409
    assert ".png" in response.json()["detail"]
    file = npc.knowledge_files.get()
    assert (file.upload_state, file.state) == ("failed", WorkState.FAILED)
    assert ".png" in client.get(url("notes", npc)).content.decode()
    assert parts(settings) == []


def test_a_text_that_is_there_already_is_refused_and_leaves_no_row(client, npc, master, commit, settings):
    with commit():
        add_knowledge_file(npc=npc, name="first.md", content=NOTES, player=None)
    uuid = begin(client, npc).json()["uuid"]

    with commit():
        response = send(client, npc, uuid, NOTES, 0)

    assert "first.md" in response.json()["detail"]
    assert npc.knowledge_files.count() == 1
    assert parts(settings) == []


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"name": 3, "size": true}', '{"size": -1}', '{"size": 1e99}']
)
def test_an_announcement_that_makes_no_sense_is_refused(client, npc, master, body):
    response = client.post(url("upload-begin", npc), body, content_type="application/json")

    assert response.status_code == 409
    assert not npc.knowledge_files.exists()


def test_a_file_that_is_too_large_is_refused_before_a_byte_is_sent(client, npc, master):
    response = begin(client, npc, size=30 * 1024**2)

    assert (response.status_code, "20 MB" in response.json()["detail"]) == (409, True)


def test_only_so_many_files_are_on_their_way_at_once(client, npc, master):
    KnowledgeFileFactory.create_batch(
        MAX_UNFINISHED, npc=npc, upload_state="uploading", file_hash="", file=""
    )

    assert begin(client, npc).status_code == 409


def test_a_file_on_its_way_is_not_read(npc):
    file = KnowledgeFileFactory(
        npc=npc, upload_state="uploading", file_hash="", file="", state=WorkState.WAITING
    )
    later = timezone.now() + timedelta(hours=1)

    assert not KnowledgeFile.objects.claim(file.pk, now=later)
    assert not KnowledgeFile.objects.abandoned(later, later).exists()


def test_taking_an_upload_back_leaves_nothing(client, npc, master, settings, commit):
    uuid = begin(client, npc).json()["uuid"]
    send(client, npc, uuid, NOTES[:20], 0)
    assert len(parts(settings)) == 1

    with commit():
        assert client.delete(url("upload-piece", npc, uuid)).status_code == 204

    assert not npc.knowledge_files.exists()
    assert parts(settings) == []


def test_what_nobody_goes_on_sending_is_thrown_away_after_a_day(client, npc, master, settings, commit):
    uuid = begin(client, npc).json()["uuid"]
    send(client, npc, uuid, NOTES[:20], 0)
    kept = KnowledgeFileFactory(npc=npc)

    with commit():
        assert remove_unfinished(now=timezone.now() + timedelta(hours=23)) == 0
        assert remove_unfinished(now=timezone.now() + timedelta(hours=25)) == 1

    assert list(npc.knowledge_files.all()) == [kept]
    assert parts(settings) == []


def test_a_replacement_may_come_in_pieces(client, npc, master, commit):
    file = KnowledgeFileFactory(npc=npc)
    uuid = begin(client, npc, replaces=str(file.uuid)).json()["uuid"]

    with commit():
        send(client, npc, uuid, NOTES, 0)

    assert list(npc.knowledge_files.values_list("file_name", flat=True)) == ["comets.md"]
