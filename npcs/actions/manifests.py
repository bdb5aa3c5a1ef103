"""What a model was shown, as the console shows it: by section and source, with what belongs to others hidden.

Manifests hold no texts. What a source says today is asked of whoever filled the section; what was deleted since is
gone here, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from npcs.actions import sections
from npcs.llm.layout import BY_NAME
from npcs.models import Interaction
from npcs.permissions import may_read_talks
from players.models import Player

KEPT_FOR = timedelta(days=30)
CHUNK = 500
HIDDEN = "hidden: it belongs to a player"
SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ShownLine:
    source: str
    tokens: int
    text: str
    is_cut: bool = False
    is_dropped: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class ShownPart:
    title: str
    tokens: int
    cap: int
    lines: list[ShownLine]


def manifest_for(interaction: Interaction, viewer: Player) -> list[ShownPart]:
    """Every section of the prompt, as far as the viewer may see it.

    A player's private entries are shown to that player, and to who reads talks when the answer was for him. What
    belongs to somebody else is hidden from everybody.
    """
    open_to = {str(viewer.uuid)}
    if interaction.player is not None and may_read_talks(viewer):
        open_to.add(str(interaction.player.uuid))
    return [_part(part, open_to) for part in interaction.manifest if isinstance(part, dict)]


def forget_manifests(*, now: datetime) -> int:
    """Empty those whose days are over; how many, a bounded number at a time."""
    old = Interaction.objects.filter(created_at__lt=now - KEPT_FOR).exclude(manifest=[])
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:CHUNK])
    return Interaction.objects.filter(pk__in=ids).update(manifest=[])


def _part(part: dict, open_to: set[str]) -> ShownPart:
    name = part["section"]
    placed, dropped = part.get("placed", []), part.get("dropped", [])
    seen = [line["source"] for line in [*placed, *dropped] if _is_open(line, open_to)]
    texts = sections.texts_of(name, seen) if seen else {}
    lines = [_line(line, texts, open_to) for line in placed]
    lines += [_line(line, texts, open_to, is_dropped=True) for line in dropped]
    title = BY_NAME[name].title if name in BY_NAME else name.replace("_", " ").capitalize()
    return ShownPart(title, part.get("tokens", 0), part.get("cap", 0), lines)


def _line(line: dict, texts: Mapping[str, str], open_to: set[str], *, is_dropped: bool = False) -> ShownLine:
    is_hidden = not _is_open(line, open_to)
    text = "" if is_hidden else texts.get(line["source"], "")
    # The number of somebody's memory says that there is one; that is enough.
    source = line["source"].partition(":")[0] if is_hidden else line["source"]
    shown = HIDDEN if is_hidden else text[:SHOWN_CHARACTERS]
    return ShownLine(source, line["tokens"], shown, bool(line.get("cut")), is_dropped, is_hidden)


def _is_open(line: dict, open_to: set[str]) -> bool:
    return not line.get("subject") or line["subject"] in open_to
