"""What is drawn from many memories: the core block, a summary, conclusions. No model is needed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

CORE_CHARACTERS = 600
SUMMARY_WORDS = 200
INSIGHTS = 3
# So many things said about one matter make a conclusion.
CLUSTER = 3
# Attributes that belong into the core, in this order, with what stands before their values.
_CORE = (("name", "Name"), ("age", "Age"), ("home", "Lives in"), ("origin", "From"), ("work", "Works as"))
_LISTS = (
    ("goal", "Goals"),
    ("learns ", "Learns"),
    ("likes ", "Likes"),
    ("finds hard ", "Finds hard"),
    ("favourite ", "Favourites"),
)
_LISTED = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A fact as the digest needs it."""

    attribute: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something said: an id, its words as they were, and their stems."""

    id: int
    text: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Insight:
    text: str
    sources: tuple[int, ...]
    words: frozenset[str]


def core_block(facts: Sequence[Known], *, name: str = "", level: int | None = None) -> str:
    """A few lines of what should always be known; as many whole lines as fit."""
    by_attribute = {fact.attribute: fact.value for fact in facts}
    lines = [f"{label}: {by_attribute[key]}" for key, label in _CORE if by_attribute.get(key)]
    if name and "name" not in by_attribute:
        lines.insert(0, f"Name: {name}")
    if level is not None:
        lines.append(f"Level: {level}")
    for prefix, label in _LISTS:
        found = [_item(fact, prefix) for fact in facts if fact.attribute.startswith(prefix)]
        if found := [item for item in found if item]:
            lines.append(f"{label}: {', '.join(dict.fromkeys(found[:_LISTED]))}")
    return _within(lines, CORE_CHARACTERS)


def in_core(attribute: str) -> bool:
    """Whether the core block tells it already, so that it need not be told twice."""
    return any(attribute == key for key, _ in _CORE)


def preferences(facts: Sequence[Known]) -> dict[str, str]:
    """What the player likes, dislikes and wishes for, by what it is about."""
    wanted = ("likes ", "favourite ", "finds hard ", "learns ")
    return {fact.attribute: fact.value for fact in facts if fact.attribute.startswith(wanted)}


def summary(said: Sequence[Said], *, words: int = SUMMARY_WORDS) -> str:
    """The sayings that have most in common with the others, in their order, within so many words."""
    weights = _weights(said)
    ranked = sorted(said, key=lambda it: (-_centrality(it, weights), it.id))
    kept: list[Said] = []
    for one in ranked:
        length = len(one.text.split())
        is_repeated = any(_shared(one, other) > 0.6 for other in kept)
        if length <= words and not is_repeated:
            words -= length
            kept.append(one)
    return "\n".join(it.text for it in sorted(kept, key=lambda it: it.id))


def insights(said: Sequence[Said], *, limit: int = INSIGHTS) -> list[Insight]:
    """What somebody comes back to: the matters that several sayings share, the most frequent first."""
    counts = Counter(word for one in said for word in one.words)
    found: list[Insight] = []
    used: set[int] = set()
    for word, count in sorted(counts.items(), key=lambda it: (-it[1], it[0])):
        cluster = [one for one in said if word in one.words and one.id not in used]
        if count < CLUSTER or len(cluster) < CLUSTER or len(found) == limit:
            continue
        used |= {one.id for one in cluster}
        found.append(concluded(cluster))
    return found


def concluded(cluster: Sequence[Said]) -> Insight:
    """One conclusion from what was said about one matter; the saying nearest to all the others stands for it."""
    shared = Counter(word for one in cluster for word in one.words)
    matter = [word for word, count in sorted(shared.items(), key=lambda it: (-it[1], it[0])) if count > 1][:3]
    central = max(cluster, key=lambda it: (sum(shared[word] for word in it.words), -it.id))
    about = ", ".join(matter) or "this"
    times = "once" if len(cluster) == 1 else f"{len(cluster)} times"
    text = f"Came back to {about} {times}, for example: \u201c{central.text[:300]}\u201d"
    return Insight(text[:500], tuple(one.id for one in cluster), frozenset(matter))


def _item(fact: Known, prefix: str) -> str:
    if fact.value == "no":
        return ""
    if prefix == "goal":
        return fact.value
    about = fact.attribute.removeprefix(prefix)
    return about if fact.value == "yes" else f"{about} {fact.value}"


def _within(lines: Sequence[str], characters: int) -> str:
    kept: list[str] = []
    for line in lines:
        if len(line) + 1 <= characters:
            kept.append(line)
            characters -= len(line) + 1
    return "\n".join(kept)


def _weights(said: Sequence[Said]) -> Counter[str]:
    return Counter(word for one in said for word in one.words)


def _centrality(one: Said, weights: Counter[str]) -> float:
    return sum(weights[word] for word in one.words) / (3 + len(one.words))


def _shared(one: Said, other: Said) -> float:
    together = one.words | other.words
    return len(one.words & other.words) / len(together) if together else 0.0
