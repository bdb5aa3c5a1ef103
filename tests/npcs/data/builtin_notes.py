"""Fixed passages for the tests of the built-in engine, written for them."""

from npcs.builtin import embedder
from npcs.builtin.retrieval import Index, Passage

TEXTS = {
    1: (
        "Volcanoes > Eruptions",
        "A volcano erupts when molten rock from deep inside the Earth reaches the surface. "
        "The molten rock is called magma below the ground and lava above it. "
        "Gas bubbles in the magma drive the most violent eruptions. "
        "Mount Pelee destroyed the town of Saint-Pierre in 1902.",
    ),
    2: (
        "Bees > The hive",
        "A bee colony lives in a hive with one queen and many workers. "
        "The queen can lay about 2,000 eggs on a day in early summer. "
        "Workers collect nectar from flowers and turn it into honey. "
        "They dance to tell each other where the flowers are.",
    ),
    3: (
        "Tides > Why the sea rises",
        "The sea rises and falls twice a day because of the pull of the Moon. "
        "The Sun pulls on the water too, but less than half as strongly. "
        "Spring tides happen at full moon and new moon, when both pull in one line.",
    ),
    4: (
        "The old harbour > Its keepers",
        "The lighthouse was kept by three families in turn. "
        "Alma Vorhuld was the last keeper and left the island in 1954. "
        "The lamp burned whale oil before it was lit by electricity.",
    ),
    5: (
        "Bread > Dough",
        "Yeast eats the sugar in the dough and gives off gas. "
        "The gas makes the dough rise before it goes into the oven. "
        "Salt slows the yeast down and strengthens the dough.",
    ),
    6: (
        "Chess > Openings",
        "In the opening both players bring their pieces out. "
        "The Sicilian Defence answers a push of the king's pawn with the pawn of the bishop. "
        "Castling brings the king into safety behind a wall of pawns.",
    ),
}


def notes(*, by_words_only: bool = False) -> Index:
    passages = [Passage(key, text, heading) for key, (heading, text) in TEXTS.items()]
    if by_words_only:
        return Index(passages)
    vectors = embedder.embed([passage.whole for passage in passages])
    return Index(
        [
            Passage(passage.id, passage.text, passage.heading, vector)
            for passage, vector in zip(passages, vectors, strict=True)
        ],
        embed=embedder.embed,
    )
