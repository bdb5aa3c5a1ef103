"""What is made of a whole file beside its passages: text, summary, keywords, and what is known about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from npcs.builtin.quoting import sentences_of
from npcs.builtin.retrieval import Embed, Passage
from npcs.builtin.sentences import ORDERS, leans_back
from npcs.builtin.summary import summarise, word_vectors
from npcs.builtin.text import token_estimate
from npcs.builtin.words import keywords
from npcs.knowledge.chunks import Chunk, whole_text
from npcs.knowledge.extract import Extraction

SUMMARY_SENTENCES = 4
# Enough to stand for a book, few enough for a second of work.
MAX_CANDIDATES = 80
WORDS = (8, 40)
KEYWORDS = 15
_MAX_KEYWORD_TEXT = 400_000
_WORD = re.compile(r"[^\W\d_]{1,24}")


@dataclass(frozen=True, slots=True)
class Product:
    content: str
    engine: str
    confidence: float
    tokens: int = 0


def text_product(chunks: Sequence[Chunk], *, kind: str) -> Product:
    """The text that the passages are cut from: `text[chunk.start:chunk.end] == chunk.text`."""
    text = whole_text(chunks)
    return Product(text, f"{kind} reader", legibility(text), token_estimate(text))


def summary_product(chunks: Sequence[Chunk], *, embed: Embed | None) -> Product:
    sentences = candidates(chunks)
    vectors = embed(sentences) if embed else word_vectors(sentences)
    chosen, confidence = summarise(sentences, vectors, limit=SUMMARY_SENTENCES)
    text = " ".join(chosen)
    return Product(text, f"LexRank, by {'meaning' if embed else 'words'}", confidence, token_estimate(text))


def keyword_list(chunks: Sequence[Chunk]) -> list[str]:
    """The words that say most about the file."""
    text = "\n".join(f"{chunk.heading}\n{chunk.text}" for chunk in chunks)[:_MAX_KEYWORD_TEXT]
    return keywords(text, limit=KEYWORDS)


def about(extraction: Extraction, chunks: Sequence[Chunk]) -> dict[str, object]:
    """What is known of the file, and what in it should be looked at."""
    text = whole_text(chunks)
    orders = sum(1 for _ in ORDERS.finditer(text))
    left_out = {name: count for name, count in extraction.left_out.items() if count}
    return {
        **{name: value for name, value in extraction.about.items() if value},
        "kind": extraction.kind,
        "words": len(text.split()),
        "passages": len(chunks),
        "left_out": left_out,
        "orders": orders,
    }


def candidates(chunks: Sequence[Chunk]) -> list[str]:
    """Sentences that could stand in a summary, evenly from the whole file."""
    low, high = WORDS
    found = []
    for chunk in chunks:
        for sentence in sentences_of(Passage(0, chunk.text, chunk.heading)):
            fits = low <= len(sentence.split()) <= high
            if fits and not leans_back(sentence) and not ORDERS.search(sentence):
                found.append(sentence)
    step = max(1, -(-len(found) // MAX_CANDIDATES))
    return found[::step]


def legibility(text: str) -> float:
    """How much of the text is words, between 0 and 1: a badly recognised page is mostly something else."""
    parts = text.split()
    return sum(bool(_WORD.search(part)) for part in parts) / len(parts) if parts else 0.0
