"""What would become of each row of a file: new, there already, very much like another, or not ours."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from learning.formats.item import Item, Row
from learning.models import ImportRow, ImportRun, Statement
from learning.queries.bank import by_hash
from learning.queries.likeness import nearest
from learning.rules.likeness import NEAR_DUPLICATE, fingerprints, hash_of, likeness, trigrams

Verdict = ImportRow.Verdict


def judged(*, run: ImportRun, rows: Sequence[Row]) -> list[ImportRow]:
    """A row with its verdict for each one of the file, in constant queries."""
    texts = {position: row.item.text for position, row in enumerate(rows) if row.item}
    known = by_hash(hash_of(text) for text in texts.values())
    near = _statements(nearest(texts))
    earlier = _Earlier()
    found = []
    for position, row in enumerate(rows):
        shown = ImportRow(run=run, position=position, line=row.line, text=row.text)
        if row.item is None:
            shown.verdict = Verdict.SKIPPED if row.skipped else Verdict.ERROR
            shown.message = (row.skipped or row.problem)[:300]
        else:
            _judge(shown, row.item, run=run, known=known, near=near.get(position), earlier=earlier)
        found.append(shown)
    return found


def _statements(pairs: dict[int, tuple[int, float]]) -> dict[int, tuple[Statement, float]]:
    rows = Statement.objects.in_bulk([key for key, _ in pairs.values()])
    return {position: (rows[key], share) for position, (key, share) in pairs.items()}


def _judge(
    shown: ImportRow, item: Item, *, run: ImportRun, known: dict[str, Statement],
    near: tuple[Statement, float] | None, earlier: "_Earlier",
) -> None:  # fmt: skip
    shown.text, shown.answer = item.text, item.answer
    shown.content = {
        name: value for name, value in asdict(item).items() if name not in ("text", "answer") and value
    }
    if not item.topic and run.topic_id is None:
        shown.verdict, shown.message = Verdict.ERROR, "It names no topic; choose one for the whole file."
        return
    same = known.get(hash_of(item.text))
    twin = earlier.like(item)
    if same is not None:
        shown.verdict, shown.alike = Verdict.DUPLICATE, same
        shown.message = "" if same.answer == item.answer else "It is there with the other key."
    elif twin and twin.share == 1.0:
        shown.verdict, shown.message = Verdict.DUPLICATE, f"As in line {twin.line} of this file."
    elif near and not _are_variants(item, near[0].fact_key, near[0].answer):
        shown.verdict, shown.alike = Verdict.NEAR_DUPLICATE, near[0]
        shown.message = f"{near[1]:.0%} alike"
    elif twin:
        shown.verdict, shown.message = Verdict.NEAR_DUPLICATE, f"{twin.share:.0%} as in line {twin.line}."
    else:
        shown.verdict = Verdict.NEW
    earlier.add(item, shown.line)


def _are_variants(item: Item, fact_key: str, answer: bool) -> bool:
    """The true and the false sentence about one fact are meant to be alike."""
    return bool(item.fact_key) and item.fact_key == fact_key and item.answer != answer


class _Twin:
    def __init__(self, share: float, line: int) -> None:
        self.share, self.line = share, line


class _Earlier:
    """The rows of the same file so far, found again by their fingerprints."""

    def __init__(self) -> None:
        self._seen: list[tuple[Item, int, str]] = []
        self._by_value: dict[int, list[int]] = defaultdict(list)

    def like(self, item: Item) -> _Twin | None:
        own, digest = trigrams(item.text), hash_of(item.text)
        met = {place for value in fingerprints(item.text) for place in self._by_value[value]}
        best: _Twin | None = None
        for place in sorted(met):
            other, line, other_digest = self._seen[place]
            if digest == other_digest:
                return _Twin(1.0, line)
            share = min(likeness(own, trigrams(other.text)), 0.99)
            is_twin = share >= NEAR_DUPLICATE and not _are_variants(item, other.fact_key, other.answer)
            if is_twin and (best is None or share > best.share):
                best = _Twin(share, line)
        return best

    def add(self, item: Item, line: int) -> None:
        for value in fingerprints(item.text):
            self._by_value[value].append(len(self._seen))
        self._seen.append((item, line, hash_of(item.text)))
