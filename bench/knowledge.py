"""How well and how fast knowledge is found: recall on two public FAQs, and times with 200 000 passages.

    python -m bench.knowledge faq /usr/share/doc/python3.11/html /usr/share/doc/debian/FAQ
    python -m bench.knowledge seed --characters 10000 --passages 200000 --large 5000
    python -m bench.knowledge times

`faq` reads the HTML of the Debian packages `python3.11-doc` and `debian-faq` (install them, or unpack them
anywhere): each heading that ends in "?" is a question, what stands below it the answer. The headings are taken
away from the answers, so that nothing is found by its own question. On a database made for it only.
"""

import argparse
import hashlib
import os
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from npcs.builtin import embedder  # noqa: E402
from npcs.builtin.retrieval import fused  # noqa: E402
from npcs.builtin.terms import terms_of  # noqa: E402
from npcs.knowledge.chunks import Chunk, chunks_of  # noqa: E402
from npcs.knowledge.extract import Section, extract  # noqa: E402
from npcs.models import KnowledgeFile, KnowledgeItem, Npc  # noqa: E402
from npcs.queries import index_for  # noqa: E402
from npcs.queries.retrieval import scope_of  # noqa: E402
from padawanforge.kit import vectors  # noqa: E402
from padawanforge.kit.work import WorkState  # noqa: E402
from players.actions.accounts import register  # noqa: E402
from players.choices import RoleName  # noqa: E402
from players.models import Player  # noqa: E402

FAQ_NAME = "bench-faq"
LARGE_NAME = "bench-large"
SMALL_NAME = "bench-0"
TIMES = 21
_NUMBER = re.compile(r"^(?:chapter )?\d+(?:\.\d+)*\.?\s+", re.IGNORECASE)
SOURCES = ("faq/*.html", "tutorial/*.html", "howto/*.html")


# --- Recall ----------------------------------------------------------------------------------------------------


def pages(python: Path, debian: Path) -> Iterator[Path]:
    for pattern in SOURCES:
        yield from (path for path in sorted(python.glob(pattern)) if path.name != "index.html")
    yield from (path for path in sorted(debian.glob("*.en.html")) if path.name != "index.en.html")


def sections_of(path: Path) -> list[tuple[str, Section]]:
    """Each section with the question that it answers, "" for none; the question is no part of it any more."""
    found = []
    for section in extract(path.read_bytes(), name=path.name).sections:
        title = section.heading.rpartition(" > ")[2]
        question = _NUMBER.sub("", title) if title.endswith("?") else ""
        found.append((question, Section("" if question else section.heading, 0, section.text)))
    return found


def npc_named(name: str) -> Npc:
    npc, _ = Npc.objects.get_or_create(slug=name, defaults={"name": name, "system_prompt": "You answer."})
    return npc


def file_of(npc: Npc, name: str) -> KnowledgeFile:
    digest = hashlib.sha256(f"{npc.slug}/{name}".encode()).hexdigest()
    file, _ = KnowledgeFile.objects.get_or_create(
        npc=npc,
        file_hash=digest,
        defaults={"file_name": name, "file_size": 1, "file_type": "text/html", "state": WorkState.DONE},
    )
    return file


def item_of(file: KnowledgeFile, chunk: Chunk, *, position: int, section: str) -> KnowledgeItem:
    """`section` tells sections apart whose heading was taken away; nothing is found by it."""
    whole = f"{chunk.heading.rsplit(' > ', 1)[-1]}\n{chunk.text}" if chunk.heading else chunk.text
    return KnowledgeItem(
        file=file,
        position=position,
        heading=(chunk.heading or section)[:300],
        text=chunk.text,
        terms=terms_of(whole),
        scope=scope_of(npc_id=file.npc_id, file_id=file.pk),
        embedding=vectors.pack(embedder.embed([whole])[0]),
        embedding_model=embedder.MODEL_NAME,
    )


def read_faq(python: Path, debian: Path) -> dict[str, set[str]]:
    """The texts of the passages that answer each question; everything is stored as one character's knowledge."""
    npc = npc_named(FAQ_NAME)
    answers: dict[str, set[str]] = {}
    begun, count = time.monotonic(), 0
    for path in pages(python, debian):
        file = file_of(npc, f"{path.parent.name}/{path.name}")
        is_stored = file.items.exists()
        items: list[KnowledgeItem] = []
        for number, (question, section) in enumerate(sections_of(path)):
            for chunk in chunks_of([section]):
                if question:
                    answers.setdefault(question, set()).add(chunk.text)
                if not is_stored:
                    items.append(item_of(file, chunk, position=len(items), section=f"section {number}"))
        KnowledgeItem.objects.bulk_create(items, batch_size=200)
        count += len(items)
    if count:
        Npc.objects.filter(pk=npc.pk).update(knowledge_version=npc.knowledge_version + 1)
        print(f"{count} passages embedded and stored in {time.monotonic() - begun:.0f} s")
    return answers


def recall(answers: dict[str, set[str]]) -> None:
    index = index_for(npc_named(FAQ_NAME))
    texts = dict(KnowledgeItem.objects.filter(file__npc__slug=FAQ_NAME).values_list("pk", "text"))
    ways: dict[str, list[int]] = {}
    for question, expected in answers.items():
        sides = index.sides(question)
        lists = {
            "words alone": fused({}, sides.lexical, weight=1.0),
            "meaning alone": fused(sides.cosines, {}, weight=0.0),
            **{
                f"both, words {weight}": fused(sides.cosines, sides.lexical, weight=weight)
                for weight in (0.2, 0.3, 0.4, 0.7, 1.0)
            },
            "as answered": index.ranked(question),
            "as answered, two of a section, four of a file": [
                hit for hit in index.ranked(question) if not hit.is_surplus
            ],
        }
        for name, hits in lists.items():
            places = [place for place, hit in enumerate(hits, 1) if texts[hit.id] in expected]
            ways.setdefault(name, []).append(places[0] if places else 0)
    print(
        f"{len(answers)} questions, {len(texts)} passages, {statistics.mean(map(len, answers.values())):.1f} each"
    )
    print("| method | hit@1 | hit@5 | hit@10 | MRR@10 |\n|---|--:|--:|--:|--:|")
    for name, places in ways.items():
        hits = [sum(0 < place <= limit for place in places) / len(places) for limit in (1, 5, 10)]
        rank = sum(1 / place for place in places if 0 < place <= 10) / len(places)
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in [*hits, rank]) + " |")


# --- Times -----------------------------------------------------------------------------------------------------

WORDS = """
light water iron planet orbit plant energy heat sound wave gravity force mass speed atom cell salt acid metal glass
stone river ocean cloud storm desert forest animal insect flower seed root leaf season moon star comet dust ring
crater volcano ice steam pressure current magnet battery circuit lens mirror prism colour shadow night morning map
scale distance angle triangle circle number proof theorem prime ratio harbour sailor market copper bridge tower
""".split()  # noqa: SIM905


def seed(*, characters: int, passages: int, large: int) -> None:
    """Characters with two files each; the texts are made of words as common and as rare as real ones."""
    chance = random.Random(1)
    noise = np.random.default_rng(1)
    names = [LARGE_NAME, *(f"bench-{number}" for number in range(characters - 1))]
    Npc.objects.bulk_create(
        [
            Npc(name=name, slug=name, system_prompt="You teach.", tagline=f"Knows {chance.choice(WORDS)}.")
            for name in names
        ],
        batch_size=500,
    )
    npcs = dict(Npc.objects.filter(slug__startswith="bench-").values_list("slug", "pk"))
    share = (passages - large) // (characters - 1)
    rows: list[KnowledgeItem] = []
    for name in names:
        count = large if name == LARGE_NAME else share
        files = KnowledgeFile.objects.bulk_create(
            KnowledgeFile(
                npc_id=npcs[name],
                file_name=f"notes-{part}.md",
                file_hash=hashlib.sha256(f"{name}{part}".encode()).hexdigest(),
                file_size=1,
                file_type="text/markdown",
                state=WorkState.DONE,
            )
            for part in range(2)
        )
        for number in range(count):
            rows.append(_made(files[number % 2], number, chance=chance, noise=noise))
            if len(rows) == 5000:
                KnowledgeItem.objects.bulk_create(rows, batch_size=500)
                rows = []
    KnowledgeItem.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _made(
    file: KnowledgeFile, number: int, *, chance: random.Random, noise: np.random.Generator
) -> KnowledgeItem:
    words = [chance.choice(WORDS) for _ in range(90)] + [f"term{chance.randrange(20_000)}" for _ in range(10)]
    chance.shuffle(words)
    text = f"{' '.join(words)}."
    vector = noise.standard_normal(embedder.DIMENSION).astype(np.float32)
    return KnowledgeItem(
        file=file,
        position=number,
        heading=f"Part {number}",
        text=text,
        # As `terms_of` would, without looking at each word two hundred thousand times.
        terms=" ".join(_stem(word) for word in words),
        scope=scope_of(npc_id=file.npc_id, file_id=file.pk),
        embedding=vectors.pack(vector / np.linalg.norm(vector)),
        embedding_model=embedder.MODEL_NAME,
    )


@cache
def _stem(word: str) -> str:
    return terms_of(word)


def measured(act: Callable[[], object]) -> tuple[int, float, float, float, float]:
    """Queries; then the first, the best and the median time, and the median of the processor, in milliseconds."""
    begin = time.perf_counter()
    act()
    first = (time.perf_counter() - begin) * 1000
    with CaptureQueriesContext(connection) as queries:
        act()
    # Now: the next request forgets them.
    asked = len(queries)
    lasted, worked = [], []
    for _ in range(TIMES):
        begin, busy = time.perf_counter(), time.process_time()
        act()
        lasted.append((time.perf_counter() - begin) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return asked, first, min(lasted), statistics.median(lasted), statistics.median(worked)


def asking(name: str) -> Callable[[], object]:
    npc = Npc.objects.get(slug=name)
    chance = random.Random(2)

    def ask() -> object:
        # Another question each time, so that nothing is remembered.
        question = f"How do {chance.choice(WORDS)} and {chance.choice(WORDS)} go with term{chance.randrange(20_000)}?"
        index = index_for(npc)
        return [index.passages[hit.id] for hit in index.search(question)]

    return ask


def seen(client: Client, url: str) -> Callable[[], object]:
    def see() -> object:
        response = client.get(url)
        if response.status_code != 200:
            raise SystemExit(f"{url}: {response.status_code}")
        return response

    return see


def times() -> None:
    embedder.embed(["warm"])
    client = Client(SERVER_NAME="localhost")
    client.force_login(_administrator())
    acts: dict[str, Callable[[], object]] = {
        "ask a character with 5 000 passages": asking(LARGE_NAME),
        "ask a character with 20 passages": asking(SMALL_NAME),
        "directory": seen(client, "/characters/"),
        "directory, searched": seen(client, "/characters/?q=volcano"),
        "page of a character": seen(client, f"/characters/{LARGE_NAME}/"),
        "its knowledge": seen(client, f"/characters/{LARGE_NAME}/knowledge/"),
        "console: characters": seen(client, "/admin/npcs/npc/"),
        "console: knowledge files": seen(client, "/admin/npcs/knowledgefile/"),
        "console: knowledge files, searched": seen(client, "/admin/npcs/knowledgefile/?q=bench-77"),
    }
    print(
        f"{connection.vendor}\n| what | queries | first | best | median | processor |\n|---|--:|--:|--:|--:|--:|"
    )
    for name, act in acts.items():
        queries, *lasted = measured(act)
        print(f"| {name} | {queries} | " + " | ".join(f"{value:.1f}" for value in lasted) + " |", flush=True)


def _administrator() -> Player:
    known = Player.objects.filter(username="bench-admin").first()
    fresh = Player(username="bench-admin", email="bench-admin@example.org", is_staff=True)
    return known or register(player=fresh, role=RoleName.SYSTEM_ADMIN)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_subparsers(dest="what", required=True)
    faq = what.add_parser("faq")
    faq.add_argument("python", type=Path)
    faq.add_argument("debian", type=Path)
    filled = what.add_parser("seed")
    filled.add_argument("--characters", type=int, default=10_000)
    filled.add_argument("--passages", type=int, default=200_000)
    filled.add_argument("--large", type=int, default=5_000)
    what.add_parser("times")
    chosen = parser.parse_args(arguments)
    if chosen.what == "faq":
        recall(read_faq(chosen.python, chosen.debian))
    elif chosen.what == "seed":
        seed(characters=chosen.characters, passages=chosen.passages, large=chosen.large)
    else:
        times()


if __name__ == "__main__":
    main()
