"""Files of statements: received, looked at row by row, and taken over when somebody says so.

Nothing that comes in is played before it was reviewed: it enters the bank waiting for that.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from learning.actions.likeness import fingerprint, fingerprint_missing
from learning.actions.verdicts import judged
from learning.formats import kinds
from learning.formats.item import TOPIC_LENGTH, Item, Unreadable, one_line
from learning.formats.texts import MAX_ZIP_BYTES
from learning.models import ImportRow, ImportRun, Lifecycle, Statement, Topic
from learning.rules.likeness import hash_of
from padawanforge.kit import jobs, uploads
from padawanforge.kit.errors import DomainError
from padawanforge.kit.work import WorkState
from players.models import Player

BATCH = 500
Verdict = ImportRow.Verdict


class ImportRefused(DomainError):
    code = "invalid"


class AlreadyTakenOver(DomainError):
    pass


def receive_file(
    *, player: Player | None, data: bytes, file_name: str, kind: str = "", topic: Topic | None = None,
    difficulty: str = "beginner",
) -> ImportRun:  # fmt: skip
    """Keep the file for a look at it in the background."""
    run = keep_file(
        player=player, data=data, file_name=file_name, kind=kind, topic=topic, difficulty=difficulty
    )
    jobs.enqueue("learning.examine_import", pk=run.pk)
    return run


def keep_file(
    *, player: Player | None, data: bytes, file_name: str, kind: str = "", topic: Topic | None = None,
    difficulty: str = "beginner",
) -> ImportRun:  # fmt: skip
    if len(data) > MAX_ZIP_BYTES:
        raise ImportRefused(f"This file has more than {MAX_ZIP_BYTES // 2**20} MB. Split it into parts.")
    if not data.strip():
        raise ImportRefused("This file is empty.")
    if complaint := uploads.scanned(data):
        raise ImportRefused(f"This file was refused: {complaint}")
    run = ImportRun(
        player=player, file_name=file_name[:200], file_format=kind, topic=topic, difficulty=difficulty
    )
    run.file.save("upload", ContentFile(data), save=False)
    run.save(force_insert=True)
    return run


def examine(*, run: ImportRun) -> ImportRun:
    """Give each row of a claimed file its verdict. The file is not needed any more then."""
    fingerprint_missing()
    try:
        with run.file.open("rb") as stored:
            data = stored.read()
        kind, found = kinds.read(data, file_name=run.file_name, kind=run.file_format)
        if not found:
            raise Unreadable("There is no question in this file.")
    except Unreadable as refusal:
        return _fail(run, str(refusal))
    except FileNotFoundError:
        return _fail(run, "The stored file is gone. Upload it again.")
    rows = judged(run=run, rows=found)
    with transaction.atomic():
        ImportRow.objects.filter(run=run).delete()
        ImportRow.objects.bulk_create(rows, batch_size=BATCH)
        run.file_format = kind
        run.counts = dict(Counter(str(row.verdict) for row in rows))
        _forget_file(run)
        run.save(update_fields=["file_format", "counts", "file"])
        run.mark_done()
    return run


def give_up(run: ImportRun) -> None:
    """What is left to say after the last attempt."""
    _fail(run, "Reading this file was interrupted several times. Try again, or split it into parts.")


@transaction.atomic
def take_over(*, run: ImportRun, player: Player | None, with_near: bool, now: datetime) -> int:
    """Put the new rows into the bank, waiting for review; how many. A file is taken over once."""
    free = ImportRun.objects.filter(pk=run.pk, state=WorkState.DONE, applied_at=None)
    if not free.update(applied_at=now):
        raise AlreadyTakenOver("This file was taken over already, or is not read yet.")
    wanted = [Verdict.NEW, Verdict.NEAR_DUPLICATE] if with_near else [Verdict.NEW]
    rows = list(ImportRow.objects.filter(run=run, verdict__in=wanted).order_by("position"))
    topics = _topics(rows, run)
    # Two files with the same sentences, taken over at once, come one after the other.
    kept = Topic.objects.filter(pk__in=[topic.pk for topic in topics.values()])
    list(kept.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    made = _new_statements(rows, run=run, topics=topics, player=player)
    Statement.objects.bulk_create([statement for _, statement in made], batch_size=BATCH)
    for row, statement in made:
        row.statement = statement
    ImportRow.objects.bulk_update([row for row, _ in made], ["statement"], batch_size=BATCH)
    fingerprint([statement for _, statement in made])
    return len(made)


def discard(*, runs: QuerySet[ImportRun]) -> int:
    """Away with what was only looked at; statements that came in stay."""
    count = 0
    for run in runs:
        _forget_file(run)
        run.delete()
        count += 1
    return count


def item_of(row: ImportRow) -> Item:
    return Item(text=row.text, answer=bool(row.answer), **row.content)


def _fail(run: ImportRun, reason: str) -> ImportRun:
    _forget_file(run)
    run.save(update_fields=["file"])
    run.mark_failed(reason)
    return run


def _forget_file(run: ImportRun) -> None:
    if run.file:
        run.file.delete(save=False)
        run.file = ""


def _topics(rows: Sequence[ImportRow], run: ImportRun) -> dict[str, Topic]:
    """The topics that the rows name, made where they are missing; letters' case makes no other topic."""
    wanted = {name.casefold(): name for row in rows if (name := row.content.get("topic", ""))}
    everything = {topic.name.casefold(): topic for topic in Topic.objects.order_by("-pk")}
    known = {folded: topic for folded, topic in everything.items() if folded in wanted}
    for folded, name in wanted.items():
        if folded not in known:
            known[folded] = Topic.objects.create(name=name, slug=free_slug(name))
    if run.topic:
        known[""] = run.topic
    return known


def topic_named(name: str) -> Topic:
    """The topic of this name, made if there is none; letters' case makes no other topic."""
    tidy = one_line(name)[:TOPIC_LENGTH]
    known = Topic.objects.filter(name__iexact=tidy).order_by("pk").first()
    return known or Topic.objects.create(name=tidy, slug=free_slug(tidy))


def free_slug(name: str) -> str:
    stem = slugify(name)[:90] or f"topic-{hash_of(name)[:8]}"
    taken = set(Topic.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for number in range(1, len(taken) + 3) if (slug := _numbered(stem, number)) not in taken)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _new_statements(
    rows: Sequence[ImportRow], *, run: ImportRun, topics: dict[str, Topic], player: Player | None
) -> list[tuple[ImportRow, Statement]]:
    """Without those that somebody else has brought in since the file was looked at."""
    texts = set(
        Statement.objects.filter(content_hash__in=[hash_of(row.text) for row in rows]).values_list(
            "topic", "text"
        )
    )
    made = []
    for row in rows:
        statement = _statement(item_of(row), run=run, topics=topics, player=player)
        if (statement.topic_id, statement.text) not in texts:
            texts.add((statement.topic_id, statement.text))
            made.append((row, statement))
    return made


def _statement(item: Item, *, run: ImportRun, topics: dict[str, Topic], player: Player | None) -> Statement:
    statement = Statement(
        text=item.text,
        answer=item.answer,
        explanation=item.explanation,
        topic=topics[item.topic.casefold()],
        subtopic=item.subtopic,
        difficulty=item.difficulty or run.difficulty,
        source=Statement.Source.IMPORTED,
        source_reference=item.source or run.file_name,
        source_span=item.quote,
        fact_key=item.fact_key,
        lang=item.lang or "en",
        lifecycle=Lifecycle.PENDING,
        created_by=player,
    )
    statement.complete()
    return statement
