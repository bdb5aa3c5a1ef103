"""Sections cut into passages that can be found, quoted and cited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from npcs.builtin.sentences import line_sentences, lines
from npcs.builtin.words import keywords, rarity
from npcs.knowledge.extract import Section

MIN_WORDS = 60
MAX_WORDS = 160
# A short rest joins its neighbour rather than standing alone.
STRETCHED_WORDS = 200
KEYWORDS = 8
BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Chunk:
    text: str
    heading: str
    page: int
    position: int
    keywords: list[str]
    start: int = 0  # where it stands in `whole_text`
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or more that stay together, and what stands before them."""

    text: str
    joint: str
    page: int

    @property
    def size(self) -> int:
        return len(self.text.split())


def chunks_of(sections: Sequence[Section]) -> list[Chunk]:
    """Every sentence in exactly one chunk, in the order of the file."""
    cut = [
        (heading, group)
        for heading, parts in _by_heading(sections)
        for group in _groups([piece for part in parts for piece in _pieces(part)])
    ]
    texts = [_joined(group) for _, group in cut]
    starts = list(accumulate((len(text) + len(BETWEEN) for text in texts), initial=0))
    weights = rarity(texts)
    return [
        Chunk(
            text=text,
            heading=heading,
            page=group[0].page,
            position=position,
            keywords=keywords(f"{heading}\n{text}", limit=KEYWORDS, weights=weights),
            start=starts[position],
            end=starts[position] + len(text),
        )
        for position, (text, (heading, group)) in enumerate(zip(texts, cut, strict=True))
    ]


def whole_text(chunks: Sequence[Chunk]) -> str:
    """The file as one text, in which every passage has its place."""
    return BETWEEN.join(chunk.text for chunk in chunks)


def _by_heading(sections: Sequence[Section]) -> Iterator[tuple[str, list[Section]]]:
    """Neighbours under the same heading come together: a page break ends no passage."""
    run: list[Section] = []
    for section in sections:
        if run and run[0].heading != section.heading:
            yield run[0].heading, run
            run = []
        run.append(section)
    if run:
        yield run[0].heading, run


def _pieces(section: Section) -> Iterator[_Piece]:
    for paragraph in _paragraphs(section.text):
        if len(paragraph.split()) <= MAX_WORDS:
            yield _Piece(paragraph, "\n\n", section.page)
            continue
        joint = "\n\n"
        for line in lines(paragraph):
            for sentence in line_sentences(line):
                yield _Piece(sentence, joint, section.page)
                joint = " "
            joint = "\n"


def _paragraphs(text: str) -> Iterator[str]:
    """Blocks between blank lines; one that ends with a colon keeps what it announces."""
    held = ""
    for block in text.split("\n\n"):
        if not block.strip():
            continue
        held = f"{held}\n\n{block}" if held else block
        if not held.endswith(":"):
            yield held
            held = ""
    if held:
        yield held


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    waiting: list[_Piece] = []
    for piece in pieces:
        size = sum(part.size for part in group)
        if group and (size + piece.size > MAX_WORDS or (size >= MIN_WORDS and piece.joint == "\n\n")):
            if waiting:
                yield waiting
            waiting, group = group, []
        group.append(piece)
    size = sum(part.size for part in [*waiting, *group])
    if waiting and sum(part.size for part in group) < MIN_WORDS and size <= STRETCHED_WORDS:
        group, waiting = [*waiting, *group], []
    yield from (part for part in (waiting, group) if part)


def _joined(group: Sequence[_Piece]) -> str:
    return "".join(piece.joint + piece.text for piece in group).strip("\n")
