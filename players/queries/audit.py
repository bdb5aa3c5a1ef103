"""Reads the audit log, and looks whether anything in it was changed or is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from django.db.models import Q

from players.models import AuditEntry, AuditHead, Player
from players.rules.audit import GENESIS, seal

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at the whole log found: how many entries, the hash of the last, and what is wrong."""

    entries: int
    head: str
    flaws: tuple[str, ...]


def sealed_facts(entry: AuditEntry) -> dict[str, object]:
    """Everything of an entry that its hash answers for."""
    return {
        "actor": str(entry.actor_uuid or ""),
        "on_behalf_of": str(entry.on_behalf_of_uuid or ""),
        "verb": entry.verb,
        "object": [entry.object_type, entry.object_id],
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "address": entry.address_hash,
        "at": entry.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def verified_chain() -> Chain:
    """Follow the chain from its beginning; one pass, whatever its length."""
    flaws: list[str] = []
    expected, count = GENESIS, 0
    for entry in AuditEntry.objects.order_by("pk").iterator(CHUNK):
        count += 1
        if entry.previous_hash != expected:
            flaws.append(f"Before entry #{entry.pk} something is missing or was put in between.")
        if entry.entry_hash != seal(sealed_facts(entry), entry.previous_hash):
            flaws.append(f"Entry #{entry.pk} was changed.")
        expected = entry.entry_hash
    head = AuditHead.objects.values_list("entry_hash", flat=True).first() or GENESIS
    if head != expected:
        flaws.append("The last entries are missing, or the end of the chain was changed.")
    return Chain(entries=count, head=head, flaws=tuple(flaws))


def holds_entry(entry_hash: str) -> bool:
    """Whether the chain still holds an entry whose hash was noted elsewhere."""
    return AuditEntry.objects.filter(entry_hash=entry_hash).exists()


def last_entries(limit: int) -> list[AuditEntry]:
    """The newest, in the order in which they came."""
    return list(AuditEntry.objects.order_by("-pk")[:limit])[::-1]


def about_player(player: Player) -> Q:
    """What the player did, and what was done to him."""
    did = Q(actor_uuid=player.uuid) | Q(on_behalf_of_uuid=player.uuid)
    return did | Q(object_type=Player._meta.label, object_id=str(player.uuid))


def names_in(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """The usernames behind the public ids of the entries, by id; one query for all of them."""
    uuids = {uuid for entry in entries for uuid in _people_of(entry)}
    known = Player.objects.filter(uuid__in=uuids).values_list("uuid", "username")
    return {str(uuid): username for uuid, username in known}


def _people_of(entry: AuditEntry) -> set[UUID]:
    people = {uuid for uuid in (entry.actor_uuid, entry.on_behalf_of_uuid) if uuid}
    if entry.object_type == Player._meta.label:
        people.add(UUID(entry.object_id))
    return people
