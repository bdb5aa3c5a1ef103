from collections.abc import Iterable

from learning.queries.statements import topics_with_counts
from players import interests


@interests.register
def topics() -> Iterable[str]:
    """The topics that can be played, by name."""
    return topics_with_counts().values_list("name", flat=True)[: interests.MAX_SUGGESTIONS]
