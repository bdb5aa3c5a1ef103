"""A character's notes become statements: begun by somebody with the right, done in the background, and
waiting for review when they are there.
"""

from collections import Counter
from collections.abc import Sequence
from random import SystemRandom

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from learning.actions.likeness import fingerprint, fingerprint_missing
from learning.actions.offers import Notes, Offers, offers_of
from learning.models import GenerationRun, Lifecycle, Statement, StatementPool, Topic
from learning.queries.bank import by_hash
from learning.queries.likeness import nearest
from learning.rules.candidates import NEAR_DUPLICATE, UNBALANCED, Candidate, balanced, without_twins
from learning.rules.likeness import NEAR_DUPLICATE as ALIKE
from learning.rules.likeness import hash_of
from npcs.models import KnowledgeItem, Npc
from padawanforge.kit import jobs
from padawanforge.kit.errors import DomainError
from padawanforge.kit.work import WorkState
from players.models import Player

MAX_PASSAGES = 2000
MAX_WANTED = 200
SEEDS = 2**31


class NothingToRead(DomainError):
    pass


class AlreadyGenerating(DomainError):
    pass


def start_generation(
    *, npc: Npc, topic: Topic, player: Player | None, difficulty: str, wanted: int, with_model: bool = False,
    seed: int | None = None,
) -> GenerationRun:  # fmt: skip
    """Have statements made from all that the character has read; it is done in the background."""
    run = prepare(
        npc=npc, topic=topic, player=player, difficulty=difficulty, wanted=wanted, with_model=with_model,
        seed=seed,
    )  # fmt: skip
    jobs.enqueue("learning.generate", pk=run.pk)
    return run


@transaction.atomic
def prepare(
    *, npc: Npc, topic: Topic, player: Player | None, difficulty: str, wanted: int, with_model: bool,
    seed: int | None,
) -> GenerationRun:  # fmt: skip
    # One after another for a character, or two clicks would make everything twice.
    Npc.objects.select_for_update(no_key=True).get(pk=npc.pk)
    unfinished = GenerationRun.objects.filter(npc=npc, state__in=(WorkState.WAITING, WorkState.RUNNING))
    if unfinished.exists():
        raise AlreadyGenerating(f"Statements are being made from the notes of {npc.name} just now.")
    total = min(readable(npc).count(), MAX_PASSAGES)
    if not total:
        raise NothingToRead(f"{npc.name} has read nothing yet: give it notes first.")
    return GenerationRun.objects.create(
        npc=npc,
        topic=topic,
        started_by=player,
        difficulty=difficulty,
        wanted=max(2, min(wanted, MAX_WANTED)),
        engine=GenerationRun.Engine.MODEL if with_model else GenerationRun.Engine.BUILTIN,
        seed=SystemRandom().randrange(SEEDS) if seed is None else seed,
        total=total,
    )


def readable(npc: Npc) -> QuerySet[KnowledgeItem]:
    """The passages of files that are read and in use."""
    return KnowledgeItem.objects.filter(file__npc=npc, file__is_active=True, file__state=WorkState.DONE)


def generate(*, run: GenerationRun) -> bool:
    """Read, offer, sift and store for a claimed run; False when it came to nothing or was taken over.

    A model may take minutes: no transaction is open meanwhile.
    """
    fingerprint_missing()
    items = list(
        readable(run.npc)
        .select_related("file")
        .order_by("file", "position")
        .defer("embedding")[:MAX_PASSAGES]
    )
    notes = Notes({item.pk: item for item in items})
    offers = offers_of(run=run, notes=notes)
    if offers is None:
        return False
    chosen = _sifted(offers)[: run.wanted]
    chosen, surplus = balanced(chosen)
    offers.dropped[UNBALANCED] += surplus
    return _store(run, notes, offers, chosen)


def give_up(run: GenerationRun) -> None:
    """What is left to say after the last attempt."""
    unfinished = GenerationRun.objects.filter(pk=run.pk, state__in=(WorkState.WAITING, WorkState.RUNNING))
    unfinished.update(
        state=WorkState.FAILED,
        last_error="Making statements was interrupted several times. Try again, or with fewer notes.",
        lease_until=None,
        finished_at=timezone.now(),
    )


def _sifted(offers: Offers) -> list[Candidate]:
    """Without what the bank has, or the offers have twice."""
    found, twins = without_twins(offers.found, least=ALIKE)
    known = by_hash(hash_of(candidate.text) for candidate in found)
    near = nearest({place: candidate.text for place, candidate in enumerate(found)})
    others = Statement.objects.in_bulk([key for key, _ in near.values()])
    kept = []
    for place, candidate in enumerate(found):
        other = others.get(near[place][0]) if place in near else None
        is_side = (
            other is not None and other.fact_key == candidate.fact_key and other.answer != candidate.answer
        )
        if hash_of(candidate.text) in known or (other is not None and not is_side):
            twins += 1
        else:
            kept.append(candidate)
    offers.dropped[NEAR_DUPLICATE] += twins
    return kept


@transaction.atomic
def _store(run: GenerationRun, notes: Notes, offers: Offers, chosen: Sequence[Candidate]) -> bool:
    """All at once, unless the run is gone or somebody else's by now."""
    mine = GenerationRun.objects.select_for_update(no_key=True).filter(pk=run.pk, state=WorkState.RUNNING)
    if not mine.exists():
        return False
    run.made, run.dropped = len(chosen), dict(+offers.dropped)
    run.engine, run.model_name, run.note = offers.engine, offers.model_name[:200], offers.note[:300]
    run.done, run.finished_at = run.total, timezone.now()
    if chosen:
        run.pool = _pool(run, notes, chosen)
    run.save(update_fields=["made", "dropped", "engine", "model_name", "note", "done", "finished_at", "pool"])
    if chosen:
        run.mark_done()
    else:
        run.mark_failed("Nothing new could be made of these notes; below stands why.")
    return bool(chosen)


def _pool(run: GenerationRun, notes: Notes, chosen: Sequence[Candidate]) -> StatementPool:
    files = {item.file.pk: item.file for item in notes.items.values()}
    pool = StatementPool.objects.create(
        npc=run.npc,
        topic=run.topic,
        difficulty=run.difficulty,
        quality_score=0.5,
        generation_context={
            "engine": run.engine,
            "model": run.model_name,
            "seed": run.seed,
            "wanted": run.wanted,
            "files": [{"name": file.file_name, "hash": file.file_hash} for file in files.values()],
            "kinds": dict(Counter(candidate.kind for candidate in chosen)),
            "dropped": run.dropped,
        },
    )
    statements = [_statement(run, notes, candidate) for candidate in chosen]
    Statement.objects.bulk_create(statements, batch_size=200)
    fingerprint(statements)
    pool.statements.set(statements)
    return pool


def _statement(run: GenerationRun, notes: Notes, candidate: Candidate) -> Statement:
    item = notes.items[candidate.passage]
    place = f"{item.file.file_name}, {item.heading}" if item.heading else item.file.file_name
    statement = Statement(
        text=candidate.text,
        answer=candidate.answer,
        explanation=candidate.explanation[:2000],
        topic=run.topic,
        difficulty=run.difficulty,
        source=Statement.Source.AI_GENERATED,
        source_reference=place[:300],
        source_doc=item.file,
        source_span=candidate.quote,
        fact_key=candidate.fact_key,
        npc=run.npc,
        lifecycle=Lifecycle.PENDING,
        created_by=run.started_by,
    )
    statement.complete()
    return statement
