"""What can be learned here: other apps name it, so that a new player can choose from a list."""

from collections.abc import Callable, Iterable

Source = Callable[[], Iterable[str]]

MAX_SUGGESTIONS = 24

_sources: list[Source] = []


def register(source: Source) -> Source:
    """Register a function that names subjects, the most interesting first."""
    _sources.append(source)
    return source


def suggested() -> list[str]:
    """The subjects of all apps, each once."""
    names = dict.fromkeys(name for source in _sources for name in source())
    return list(names)[:MAX_SUGGESTIONS]
