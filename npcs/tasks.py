from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from npcs.actions import (
    bots,
    budgets,
    insight,
    knowledge_uploads,
    linking,
    manifests,
    memory_extraction,
    memory_upkeep,
    post_schedules,
    posts,
    probing,
    rehearsal,
    retirement,
    spending,
    tools,
)
from npcs.actions.embedding import embed_file, give_up_embedding, mark_stale_vectors
from npcs.actions.ingestion import give_up, read_file
from npcs.models import (
    AiProvider,
    BotMessage,
    KnowledgeDatum,
    KnowledgeFile,
    NpcPost,
    ToolUse,
    UserAiSettings,
)
from padawanforge.kit import work
from padawanforge.kit.jobs import every, job


@job("npcs.ingest")
def ingest(pk: int) -> None:
    """Read one knowledge file, unless another worker does or it is gone."""
    if not KnowledgeFile.objects.claim(pk, now=timezone.now()):
        return
    if file := KnowledgeFile.objects.filter(pk=pk).first():
        read_file(file=file)


@job("npcs.rehearse")
def rehearse(key: str) -> None:
    """A character in the making answers who tries it out."""
    rehearsal.perform(key=UUID(key))


@every(3600, name="npcs.purge_deleted")
def purge_deleted() -> None:
    retirement.purge_due(now=timezone.now())


@job("npcs.embed")
def embed(pk: int) -> None:
    """Make the vectors of one file that are missing or come from another model."""
    if not KnowledgeDatum.objects.claim(pk, now=timezone.now()):
        return
    if datum := KnowledgeDatum.objects.filter(pk=pk).first():
        embed_file(datum=datum)


@every(900, name="npcs.remove_unfinished_uploads")
def remove_unfinished_uploads() -> None:
    knowledge_uploads.remove_unfinished(now=timezone.now())


@every(60, name="npcs.mark_stale_vectors")
def mark_stale() -> None:
    """The model of the installation may have changed with its settings."""
    mark_stale_vectors()


@job("npcs.extract_memories")
def extract_memories(pk: int) -> None:
    memory_extraction.extract(pk=pk, now=timezone.now())


@job("npcs.reflect")
def reflect(pk: int) -> None:
    memory_upkeep.reflect(pk=pk, now=timezone.now())


@every(60, name="npcs.look_for_memories")
def look_for_memories() -> None:
    memory_extraction.enqueue_due(now=timezone.now())


@every(600, name="npcs.tend_memories")
def tend_memories() -> None:
    """Once a night."""
    now = timezone.now()
    if not _is_first_tonight("npcs.tend_memories"):
        return
    memory_upkeep.reflect_all(now=now)
    memory_upkeep.forget_weak(now=now)
    memory_upkeep.keep_caps(now=now)
    memory_upkeep.delete_forgotten(now=now)
    memory_upkeep.refresh_stale(since=now)


@every(600, name="npcs.record_figures")
def record_figures() -> None:
    """Once a night; written twice they are the same."""
    now = timezone.now()
    if not _is_first_tonight("npcs.record_figures"):
        return
    insight.record_nights(now=now)
    insight.record_findings(now=now)
    insight.forget_old(now=now)


def _is_first_tonight(name: str) -> bool:
    """Whoever is the first after midnight does it, also when the server was away then."""
    tonight = timezone.localdate()
    return cache.add(f"{name}.{tonight}", 1, timeout=timedelta(days=1).total_seconds())


@job("npcs.test_provider")
def test_provider(pk: int) -> None:
    if provider := AiProvider.objects.filter(pk=pk).first():
        probing.examine(provider=provider)


@job("npcs.test_own_key")
def test_own_key(pk: int) -> None:
    if own := UserAiSettings.objects.filter(pk=pk).first():
        probing.examine_own_key(own=own)


@job("npcs.run_tool")
def run_tool(pk: int) -> None:
    if use := ToolUse.objects.select_related("npc", "player").filter(pk=pk).first():
        tools.run_allowed(use=use)


@job("npcs.answer_bot")
def answer_bot(pk: int) -> None:
    """A character answers what came from another messenger."""
    bots.answer(pk=pk)


@job("npcs.tell_bot")
def tell_bot(pk: int) -> None:
    bots.tell(pk=pk)


@job("npcs.write_post")
def write_post(pk: int) -> None:
    """A character writes for its own page."""
    posts.write(pk=pk)


@every(600, name="npcs.write_due_posts")
def write_due_posts() -> None:
    post_schedules.write_due(now=timezone.now())


@every(3600, name="npcs.forget_bot_messages")
def forget_bot_messages() -> None:
    bots.forget_old(now=timezone.now())
    linking.forget_codes(now=timezone.now())


@every(60, name="npcs.watch_spending")
def watch_spending() -> None:
    spending.watch_money(now=timezone.now())
    spending.close_day(now=timezone.now())


@every(3600, name="npcs.forget_manifests")
def forget_manifests() -> None:
    manifests.forget_manifests(now=timezone.now())


@every(60, name="npcs.close_lost_calls")
def close_lost() -> None:
    budgets.close_lost_calls(now=timezone.now())
    tools.end_forgotten(now=timezone.now())


work.register(KnowledgeFile, job="npcs.ingest", give_up=give_up)
work.register(KnowledgeDatum, job="npcs.embed", give_up=give_up_embedding)
work.register(BotMessage, job="npcs.answer_bot", give_up=bots.give_up, begins_again=False)
work.register(NpcPost, job="npcs.write_post", give_up=posts.give_up, begins_again=False)
