"""The section "knowledge" of a prompt: the passages that belong to the question, best first."""

from collections.abc import Collection, Mapping

from npcs import queries
from npcs.actions import sections
from npcs.actions.sections import Entry, Occasion
from npcs.actions.withheld import secrets_of
from npcs.builtin.text import clean
from npcs.models import KnowledgeItem

PASSAGES = 10
SOURCE = "passage:"


def passage_ids(sources: Collection[str]) -> tuple[int, ...]:
    """Which passages the sources of the section are; the first is note 1."""
    return tuple(int(source.removeprefix(SOURCE)) for source in sources)


def _offered(occasion: Occasion) -> list[Entry]:
    index = queries.index_for(occasion.npc, place=occasion.place.key, secrets=secrets_of(occasion))
    found = [index.passages[hit.id] for hit in index.search(occasion.question, limit=PASSAGES)]
    return [Entry(f"{it.heading}\n{clean(it.text)}", f"{SOURCE}{it.id}") for it in found]


def _texts(sources: Collection[str]) -> Mapping[str, str]:
    items = KnowledgeItem.objects.filter(pk__in=passage_ids(sources))
    return {f"{SOURCE}{pk}": text for pk, text in items.values_list("pk", "text")}


sections.register("knowledge", _offered, show=_texts)
