from dataclasses import dataclass
from datetime import datetime

from players.models import ConsentEntry, Player
from players.rules.consents import CONSENTS, ConsentText, holds


@dataclass(frozen=True, slots=True)
class Consent:
    """A question with the newest answer. An outdated answer counts as none until the new text is answered."""

    text: ConsentText
    is_given: bool = False
    is_outdated: bool = False
    answered_at: datetime | None = None
    version: str = ""
    by_guardian: bool = False


def consents_of(player: Player) -> list[Consent]:
    """Every question in order, with what the player (or the guardian) answered last."""
    newest = {entry.kind: entry for entry in ConsentEntry.objects.filter(player=player).order_by("pk")}
    return [_consent(text, newest.get(kind)) for kind, text in CONSENTS.items()]


def has_consent(player: Player, kind: str) -> bool:
    """Whether the player agreed to the text as it stands today."""
    entry = ConsentEntry.objects.filter(player=player, kind=kind).order_by("-pk").first()
    return entry is not None and holds(kind=kind, is_given=entry.is_given, version=entry.text_version)


def _consent(text: ConsentText, entry: ConsentEntry | None) -> Consent:
    if entry is None:
        return Consent(text)
    return Consent(
        text,
        is_given=holds(kind=text.kind, is_given=entry.is_given, version=entry.text_version),
        is_outdated=entry.text_version != text.version,
        answered_at=entry.created_at,
        version=entry.text_version,
        by_guardian=entry.by_guardian,
    )
