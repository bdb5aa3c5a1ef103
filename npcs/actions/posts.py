"""Posts of characters: asked for, written in the background, read by somebody, published, hidden, deleted.

A post is for everybody, so nobody asks for himself in its prompt: no player's words stand there and no memories of
anybody. Who asked for it pays for it.
"""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from npcs.actions.sections import Place
from npcs.actions.speaking import Account, Speech, speak
from npcs.builtin.text import one_line
from npcs.llm.base import ShouldStop, Turn
from npcs.models import AiCall, Interaction, KnowledgeItem, Npc, NpcPost
from npcs.models.post import POST_MAX_LENGTH, TOPIC_MAX_LENGTH
from npcs.queries.posts import tries_since
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.work import WorkItem, WorkState
from players.actions.audit import record
from players.models import Player

A_DAY = 20
LOOK_SECONDS = 1.0
INSTRUCTION = (
    "You write a post for your own page, which everybody reads who visits you. What stands in the last message is "
    "what it is about, not something that a person tells you. Two to five short paragraphs in your own voice. "
    "Address nobody by name, and ask nobody to answer you here."
)
NOTES_CHANGED = "A file that it wrote from was replaced or taken away meanwhile. Let it write again."
NOTES_GONE = (
    "A file that it was written from has been replaced or taken away since. Have it written anew, or change the "
    "draft to what still holds."
)
Outcome = Interaction.Outcome
WRITTEN = (Outcome.OK, Outcome.TRUNCATED)
# In the place of what it would say to a person.
REASONS: dict[str, str] = {
    Outcome.REFUSED: "Its notes don't cover this subject.",
    Outcome.UNAVAILABLE: "Its language model could not be reached, and its notes don't cover this subject.",
    Outcome.STOPPED: "It was stopped.",
}


class PostRefused(DomainError):
    pass


class TooManyPosts(DomainError):
    code = "limit"


class ChangedMeanwhile(DomainError):
    code = "changed"


@transaction.atomic
def ask_for_post(*, npc: Npc, player: Player, topic: str, now: datetime) -> NpcPost:
    """Have the character write about it, one post at a time."""
    topic = one_line(clean_text(topic))
    if not topic:
        raise PostRefused("Say what it is to write about.")
    if len(topic) > TOPIC_MAX_LENGTH:
        raise PostRefused(f"A subject has at most {TOPIC_MAX_LENGTH} characters.")
    if npc.retired_at is not None:
        raise PostRefused(f"{npc.name} has retired.")
    _refuse_too_many(npc, now)
    try:
        with transaction.atomic():
            post = NpcPost.objects.create(npc=npc, topic=topic, asked_by=player)
    except IntegrityError:
        raise PostRefused(f"{npc.name} is writing already. Wait for the end of it.") from None
    enqueue("npcs.write_post", pk=post.pk)
    return post


@transaction.atomic
def try_again(*, post: NpcPost, player: Player, now: datetime) -> None:
    """Have it write about the same once more, on the bill of who asks now. What failed stays booked."""
    if post.npc.retired_at is not None:
        raise PostRefused(f"{post.npc.name} has retired.")
    failed = NpcPost.objects.filter(pk=post.pk, state=WorkState.FAILED)
    if not failed.exists():
        raise PostRefused("Only a post that failed can be tried again.")
    _refuse_too_many(post.npc, now)
    try:
        with transaction.atomic():
            is_begun = failed.update(
                state=WorkState.WAITING,
                queued_at=now,
                last_error="",
                engine="",
                interaction=None,
                asked_by=player,
            )
    except IntegrityError:
        raise PostRefused(f"{post.npc.name} is writing already. Wait for the end of it.") from None
    if not is_begun:
        raise PostRefused("Only a post that failed can be tried again.")
    # Nothing leads to what was said then any more.
    _forget_words(post.interaction_id)
    enqueue("npcs.write_post", pk=post.pk)


def _refuse_too_many(npc: Npc, now: datetime) -> None:
    if tries_since(npc, now - timedelta(days=1)) >= A_DAY:
        raise TooManyPosts(f"{npc.name} writes at most {A_DAY} times a day, and trying again is one of them.")


def write(*, pk: int) -> None:
    """Let the character write, unless another worker does: a provider may take long, so outside a transaction."""
    if not NpcPost.objects.claim(pk, now=timezone.now()):
        return
    post = NpcPost.objects.select_related("npc", "asked_by").get(pk=pk)
    if post.npc.retired_at is not None:
        post.mark_failed("The character has retired.")
        return
    speech = speak(
        npc=post.npc,
        heard=[Turn("system", INSTRUCTION), Turn("user", post.topic, "the subject")],
        player=None,
        on_text=lambda piece: None,
        should_stop=_until_unwanted(post),
        place=Place(kind="post"),
        account=Account(AiCall.Purpose.POST, payer=post.asked_by),
    )
    _finish(post, speech)


def give_up(post: WorkItem) -> None:
    """Its worker died; asking again is a person's decision, for a post costs."""
    post.mark_failed("It broke off.")


@transaction.atomic
def publish(*, post: NpcPost, player: Player, now: datetime) -> None:
    """Let everybody read it, or read it again; doing so twice changes nothing.

    A draft that cites notes which are gone stays one, unless a person has made it his own text.
    """
    written = NpcPost.objects.filter(pk=post.pk, state=WorkState.DONE).exclude(text="")
    draft = written.select_for_update().first()
    if draft is None:
        raise PostRefused("There is nothing to publish yet.")
    if draft.published_at is None and not draft.edits and not _are_known("uuid", _uuids(draft.cited)):
        raise PostRefused(NOTES_GONE)
    is_new = written.filter(published_at=None).update(published_at=now)
    if is_new or written.filter(hidden_at__isnull=False).update(hidden_at=None):
        record(actor=player, verb="post.published", subject=post)


@transaction.atomic
def edit(*, post: NpcPost, player: Player, text: str, seen: int, now: datetime) -> None:
    """Put another text in the place of a draft's; what the character wrote is kept beside it.

    `seen` is how many changes whoever edits it knows of: nobody overwrites what he has not read. What is published
    stays as it was read.
    """
    text = clean_text(text)
    if not text:
        raise PostRefused("Write something, or delete the draft.")
    if len(text) > POST_MAX_LENGTH:
        raise PostRefused(f"A post has at most {POST_MAX_LENGTH} characters.")
    # The lock is for the text that is put aside.
    draft = NpcPost.objects.select_for_update(of=("self",)).filter(pk=post.pk).first()
    if draft is None or draft.stage != "draft":
        raise PostRefused("Only a draft can be changed.")
    if draft.text == text:
        return
    changed = NpcPost.objects.filter(pk=post.pk, edits=seen, published_at=None).update(
        text=text,
        edits=F("edits") + 1,
        written_text=draft.written_text or draft.text,
        edited_by=player,
        edited_at=now,
    )
    if not changed:
        raise ChangedMeanwhile("Somebody else has changed it meanwhile. Read it again first.")
    # What stood there is kept with the draft, and goes with it; the log is for good.
    record(
        actor=player,
        verb="post.edited",
        subject=post,
        before={"characters": len(draft.text)},
        after={"characters": len(text)},
    )


@transaction.atomic
def hide(*, post: NpcPost, player: Player, now: datetime) -> None:
    """Nobody but those who look after the character reads it any more; hiding twice changes nothing."""
    if NpcPost.objects.shown().filter(pk=post.pk).update(hidden_at=now):
        record(actor=player, verb="post.hidden", subject=post)


@transaction.atomic
def delete(*, post: NpcPost, player: Player) -> None:
    """For good, with what the record of its making says; one that is being written ends. Its cost stays booked."""
    _forget_words(post.interaction_id)
    gone, _ = NpcPost.objects.filter(pk=post.pk).delete()
    if gone:
        record(actor=player, verb="post.deleted", subject=post)


@transaction.atomic
def _finish(post: NpcPost, speech: Speech) -> None:
    """What it was told by notes that are gone by now is not kept, whether somebody reads it first or not."""
    is_said = bool(speech.text) and speech.outcome in WRITTEN
    is_written = is_said and _are_known("pk", speech.passages)
    reason = NOTES_CHANGED if is_said else REASONS.get(speech.outcome, speech.text or "Nothing was said.")
    running = NpcPost.objects.filter(pk=post.pk, state=WorkState.RUNNING, attempts=post.attempts)
    sources = [{"n": it.n, "uuid": str(it.uuid), "title": it.title} for it in speech.sources]
    is_shown = is_written and post.npc.posts_at_once
    updated = running.update(
        state=WorkState.DONE if is_written else WorkState.FAILED,
        last_error="" if is_written else reason,
        lease_until=None,
        text=speech.text if is_written else "",
        engine=speech.engine[:200],
        sources=sources if is_written else [],
        interaction=speech.interaction,
        published_at=timezone.now() if is_shown else None,
    )
    if not updated:
        # It was deleted meanwhile.
        _forget_words(speech.interaction)


def _are_known(name: str, wanted: Collection[object]) -> bool:
    """Whether all these passages, by their `pk` or `uuid`, are read and in use; they stay so until the end."""
    rows = KnowledgeItem.objects.select_for_update(of=("self",)).filter(
        **{f"{name}__in": wanted}, file__is_active=True
    )
    return set(rows.order_by("pk").values_list(name, flat=True)) == set(wanted)


def _uuids(sources: Sequence[dict[str, object]]) -> set[UUID]:
    return {UUID(str(source["uuid"])) for source in sources}


def _forget_words(interaction: int | None) -> None:
    """The figures of use and cost stay."""
    if interaction is not None:
        Interaction.objects.filter(pk=interaction).update(message="", response="", manifest=[])


def _until_unwanted(post: NpcPost, *, clock: Callable[[], float] = time.monotonic) -> ShouldStop:
    """Whether it was deleted or its character has retired meanwhile, looked up once a second."""
    looked_at = clock()
    is_over = False

    def should_stop() -> bool:
        nonlocal looked_at, is_over
        if not is_over and clock() - looked_at >= LOOK_SECONDS:
            looked_at = clock()
            is_over = not NpcPost.objects.filter(pk=post.pk, npc__retired_at=None).exists()
        return is_over

    return should_stop
