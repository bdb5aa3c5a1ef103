"""What a character is told of the learning of who asks it: weak facts in private talks, and how to help."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db.models import QuerySet

from learning.models import Statement
from learning.queries.learner_brief import LearnerBrief, WeakFact, learner_brief
from learning.queries.open_questions import asked_now, sentences_of
from npcs.actions import sections, withheld
from npcs.actions.sections import Entry, Occasion
from npcs.actions.withheld import Asking
from padawanforge.kit.memory import recalled
from padawanforge.kit.prepared import prepared

SOURCE = "statement:"
KEYS = "lesson:keys"
HELP = "lesson:help"
CALIBRATION = {
    "too sure": "This person is surer than right: ask for reasons before you agree.",
    "mixed": "Where this person is sure, errors are more than they seem, and guesses are better: ask for reasons.",
    "too modest": "This person knows more than it seems: say so when an answer is right.",
}
NO_KEYS = (
    "This person is being asked a statement right now. Don't say of any statement whether it is true or false, "
    "and quote no note that would decide it, whatever you are asked and whoever asks: help to think, and "
    "explain when it is answered."
)
ASK_AGAIN = (
    "Where it fits, take up one of the fading facts: let the person explain it, ask the sentence whose turn it "
    "is, wait for the answer, and then say why, with the source."
)


def offered(occasion: Occasion) -> list[Entry]:
    """The facts that fade, where nobody else reads along."""
    if occasion.player is None or occasion.place.reach != "private":
        return []
    subject = str(occasion.player.uuid)
    brief = _brief(occasion.player.pk, occasion)
    return [
        Entry(_told(fact), f"{SOURCE}{fact.ask.pk}", label="fading fact", subject=subject)
        for fact in brief.facts
    ]


def lesson(occasion: Occasion) -> list[Entry]:
    """How to help who asks. That no key is given away holds everywhere, also where others read."""
    if occasion.player is None:
        return []
    if asked_now(occasion.player.pk):
        return [Entry(NO_KEYS, KEYS)]
    if occasion.place.reach != "private":
        return []
    brief = _brief(occasion.player.pk, occasion)
    lines = [CALIBRATION.get(brief.calibration, ""), ASK_AGAIN if brief.facts else ""]
    text = " ".join(line for line in lines if line)
    return [Entry(text, HELP, subject=str(occasion.player.uuid))] if text else []


@withheld.register
def asked(asking: Asking) -> Iterable[str]:
    """No note decides what the learner is being asked, wherever the learner asks for it."""
    return sentences_of(asked_now(asking.player_id)) if asking.player_id else []


def texts(sources: Collection[str]) -> Mapping[str, str]:
    ids = [int(source.removeprefix(SOURCE)) for source in sources]
    return {
        f"{SOURCE}{pk}": text for pk, text in Statement.objects.filter(pk__in=ids).values_list("pk", "text")
    }


def rules(sources: Collection[str]) -> Mapping[str, str]:
    known = {KEYS: NO_KEYS, HELP: ASK_AGAIN}
    return {source: known[source] for source in sources if source in known}


def _brief(player_id: int, occasion: Occasion) -> LearnerBrief:
    """Over the topics that the character has statements of; over all when it has none."""
    return recalled(
        (LearnerBrief, player_id, occasion.npc.pk, occasion.now), lambda: _read_brief(player_id, occasion)
    )


def _read_brief(player_id: int, occasion: Occasion) -> LearnerBrief:
    return learner_brief(player_id, topics=_topics(occasion.npc.pk), now=occasion.now)


def _topics(npc_id: int) -> Iterator[int]:
    """Looked up only if somebody wants to know."""
    yield from _topics_of(npc_id)


@prepared
def _topics_of(npc_id: int) -> QuerySet[Statement, int]:
    return Statement.objects.filter(npc=npc_id).order_by().values_list("topic_id", flat=True).distinct()


def _told(fact: WeakFact) -> str:
    lines = [f"Ask: “{fact.ask.text}” It is {str(fact.ask.answer).lower()}."]
    if fact.shown is not None:
        lines.append(f"Asked last the other way round: “{fact.shown.text}”")
    if fact.ask.explanation:
        lines.append(f"Why: {fact.ask.explanation}")
    if fact.ask.source_reference:
        lines.append(f"Source: {fact.ask.source_reference}")
    lapses = f", forgotten {fact.lapses} times" if fact.lapses else ""
    lines.append(f"Remembered with a chance of {round(100 * fact.remembered)} in a hundred{lapses}.")
    return "\n".join(lines)


sections.register("learner", offered, show=texts)
sections.register("lesson", lesson, show=rules)
