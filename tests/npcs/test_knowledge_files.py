"""An uploaded file from the first byte to the last passage, and away again without a trace."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from npcs.actions.ingestion import give_up
from npcs.actions.knowledge import (
    DuplicateFile,
    FileBeingRead,
    FileTooLarge,
    add_knowledge_file,
    clean_name,
    remove_file,
    retry_file,
    set_file_active,
)
from npcs.actions.retirement import delete, purge_due
from npcs.builtin import embedder
from npcs.knowledge.refusals import EmptyFile, UnsupportedFile
from npcs.models import KnowledgeFile, KnowledgeItem
from npcs.queries import index_for
from npcs.tasks import ingest
from padawanforge.kit.work import WorkState
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory

pytestmark = pytest.mark.django_db
NOTES = b"# Comets\n\nA comet is a body of ice and dust that grows a long tail near the Sun.\n"


@pytest.fixture
def add(django_capture_on_commit_callbacks):
    """Add a file and let the job run."""

    def add(npc, *, name="comets.md", content=NOTES):
        with django_capture_on_commit_callbacks(execute=True):
            file = add_knowledge_file(npc=npc, name=name, content=content, player=None)
        file.refresh_from_db()
        return file

    return add


def pdf_with(text: str) -> bytes:
    """A whole PDF of one page; without text it holds an empty page."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + end


@pytest.mark.parametrize(
    ("name", "content", "file_type", "heading", "page"),
    [
        ("comets.md", NOTES, "text/markdown", "Comets", None),
        ("comets.txt", NOTES.split(b"\n")[2], "text/plain", "", None),
        (
            "comets.pdf",
            pdf_with("A comet is a body of ice and dust that grows a long tail near the Sun."),
            "application/pdf",
            "",
            1,
        ),
    ],
)
def test_a_file_becomes_passages_that_the_character_finds(add, name, content, file_type, heading, page):
    npc = NpcFactory()

    file = add(npc, name=name, content=content)

    item = KnowledgeItem.objects.get()
    assert (file.state, file.file_type, file.attempts, file.last_error) == ("done", file_type, 1, "")
    assert (item.heading, item.page, item.embedding_model) == (heading, page, embedder.MODEL_NAME)
    assert "ice and dust" in item.text
    assert [hit.id for hit in index_for(npc).search("icy bodies with a tail")] == [item.pk]


def test_a_pdf_without_text_fails_with_advice(add):
    file = add(NpcFactory(), name="scan.pdf", content=pdf_with(""))

    assert file.state == WorkState.FAILED
    assert "text recognition" in file.last_error


def test_a_broken_pdf_fails_with_advice(add):
    file = add(NpcFactory(), name="broken.pdf", content=b"%PDF-1.7\n" + b"\x00garbage" * 50)

    assert file.state == WorkState.FAILED
    assert file.last_error


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("empty.md", b"", EmptyFile),
        ("blank.txt", b" \n\t\n", EmptyFile),
        ("photo.md", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, UnsupportedFile),
        ("archive.txt", b"PK\x03\x04" + b"\x00" * 64, UnsupportedFile),
        ("drawing.md", b"<svg xmlns='http://www.w3.org/2000/svg'><text>Hi</text></svg>", UnsupportedFile),
        ("program.exe", b"MZ" + b"\x00" * 64, UnsupportedFile),
    ],
)
def test_what_is_no_text_is_refused_at_once_and_leaves_nothing(settings, name, content, refusal):
    before = stored_files(settings)

    with pytest.raises(refusal):
        add_knowledge_file(npc=NpcFactory(), name=name, content=content, player=None)

    assert not KnowledgeFile.objects.exists()
    assert stored_files(settings) == before


def test_a_file_above_the_limit_is_refused_before_it_is_read(settings):
    settings.KNOWLEDGE_FILE_MAX_BYTES = 10

    with pytest.raises(FileTooLarge):
        add_knowledge_file(npc=NpcFactory(), name="a.md", content=ContentFile(NOTES), player=None)


def test_the_same_content_is_taken_once_for_each_character(add):
    vega, quill = NpcFactory(), NpcFactory()
    add(vega)

    with pytest.raises(DuplicateFile):
        add_knowledge_file(npc=vega, name="other.md", content=NOTES, player=None)

    assert add(quill).state == WorkState.DONE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\notes.md", "notes.md"),
        ("no\x00te\u202es\u200b.md", "notes.md"),
        ("<img src=x>.md", "img src=x.md"),
        ("...", "untitled"),
        ("", "untitled"),
        ("/", "untitled"),
        ("a" * 400 + ".md", "a" * 197 + ".md"),
        ("  two   words .txt", "two words .txt"),
    ],
)
def test_names_of_strangers_are_cleaned(name, shown):
    assert clean_name(name) == shown


def test_the_stored_name_says_nothing_of_the_uploaded_one(add):
    file = add(NpcFactory(), name="../../secret.md")

    assert file.file.name == f"knowledge/{file.uuid.hex}"


def stored_files(settings) -> set[str]:
    return {str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_a_deleted_file_leaves_no_row_no_passage_and_nothing_on_the_disk(
    add, settings, django_capture_on_commit_callbacks
):
    npc = NpcFactory()
    before = stored_files(settings)
    file = add(npc)
    assert stored_files(settings) != before

    with django_capture_on_commit_callbacks(execute=True):
        assert remove_file(file=file)

    assert not KnowledgeFile.objects.exists()
    assert not KnowledgeItem.objects.exists()
    assert stored_files(settings) == before
    assert index_for(npc).search("comet") == []


def test_deleting_twice_is_deleting_once():
    file = KnowledgeFileFactory()

    assert [remove_file(file=file), remove_file(file=file)] == [True, False]


def test_a_character_that_is_removed_takes_its_files_along(add, settings, django_capture_on_commit_callbacks):
    npc = NpcFactory()
    before = stored_files(settings)
    add(npc)

    with django_capture_on_commit_callbacks(execute=True):
        delete(npc=npc, player=None, now=timezone.now())
        purge_due(now=timezone.now() + timedelta(days=8))

    assert stored_files(settings) == before


def test_reading_again_replaces_the_passages(add, django_capture_on_commit_callbacks):
    npc = NpcFactory()
    file = add(npc)
    first = KnowledgeItem.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        retry_file(file=file)

    npc.refresh_from_db()
    # What stayed the same keeps its row, so that a citation still opens it.
    assert KnowledgeItem.objects.get().uuid == first.uuid
    assert npc.knowledge_version == 2


def test_a_file_that_waits_is_not_sent_a_second_time():
    file = KnowledgeFileFactory(state=WorkState.WAITING)

    with pytest.raises(FileBeingRead):
        retry_file(file=file)


def test_a_file_whose_content_is_lost_fails_and_says_what_to_do(django_capture_on_commit_callbacks):
    file = KnowledgeFileFactory(state=WorkState.FAILED)
    file.file.storage.delete(file.file.name)

    with django_capture_on_commit_callbacks(execute=True):
        retry_file(file=file)

    file.refresh_from_db()
    assert file.state == WorkState.FAILED
    assert "upload it again" in file.last_error


def test_a_file_that_another_worker_has_is_left_alone():
    file = KnowledgeFileFactory(
        state=WorkState.RUNNING, lease_until=timezone.now() + timezone.timedelta(seconds=60)
    )

    ingest(pk=file.pk)

    file.refresh_from_db()
    assert (file.state, file.attempts) == (WorkState.RUNNING, 0)


def test_a_job_for_a_file_that_is_gone_does_nothing():
    assert ingest(pk=123456) is None


def test_a_file_that_was_interrupted_too_often_is_given_up_where_people_see_it():
    file = KnowledgeFileFactory(state=WorkState.RUNNING)

    give_up(file)

    file.refresh_from_db()
    assert file.state == WorkState.FAILED
    assert "interrupted" in file.last_error


def test_a_file_set_aside_is_not_used_any_more():
    item = KnowledgeItemFactory()
    npc = item.file.npc
    assert len(index_for(npc).search("moon")) == 1

    set_file_active(file=item.file, is_active=False)

    assert index_for(npc).search("moon") == []


def test_vectors_of_another_model_are_not_mixed_in():
    item = KnowledgeItemFactory(embedding=b"\x00" * 20, embedding_model="some-other-model")

    (hit,) = index_for(item.file.npc).search("moon")

    assert (hit.id, hit.cosine) == (item.pk, 0.0)


def test_the_uploader_is_remembered():
    player = GameMasterFactory()

    file = add_knowledge_file(npc=NpcFactory(), name="a.md", content=NOTES, player=player)

    assert file.uploaded_by == player


def test_a_large_file_is_read_in_bearable_time(add):
    text = "\n\n".join(f"# Part {n}\n\n" + f"Comet {n} has a tail of gas and dust. " * 25 for n in range(40))
    started = time.monotonic()

    file = add(NpcFactory(), content=text.encode())

    assert file.state == WorkState.DONE
    assert file.items.count() > 40
    assert time.monotonic() - started < 30
