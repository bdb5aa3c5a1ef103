"""Parts of a player's profile that other apps bring: the mastery of topics, say.

A panel is shown when `field` is among the fields that the viewer may see; only then is it loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from players.rules.privacy import Field

Load = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Panel:
    """`load(player_id)` gives what `template` shows as `panel`; None leaves the panel out."""

    name: str
    field: Field
    template: str
    load: Load
    position: int = 0


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    if any(known.name == panel.name for known in _panels):
        raise ValueError(f"The panel {panel.name!r} is already registered.")
    _panels.append(panel)
    _panels.sort(key=lambda known: known.position)


def panels_for(fields: frozenset[Field]) -> list[Panel]:
    """The panels that may be shown to somebody who sees these fields, in order."""
    return [panel for panel in _panels if panel.field in fields]
