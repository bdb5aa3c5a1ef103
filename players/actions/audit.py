"""Writes down who did what to what, in the same transaction as the deed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import salted_hmac

from players.models import AuditEntry, AuditHead, Player
from players.queries.audit import sealed_facts
from players.rules.audit import GENESIS, seal, without_secrets


@transaction.atomic
def record(
    *,
    actor: Player | None,
    verb: str,
    subject: Model,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    address: str = "",
) -> AuditEntry:
    """Add an entry such as "role.given"; `actor` is None when the system or a command did it.

    The end of the chain stays locked until the commit: record last of all in an action. Tell of people by
    their public id only, in `before`, `after` and `reason` too, for an entry outlives what is erased.
    """
    head, _ = AuditHead.objects.select_for_update().get_or_create(defaults={"entry_hash": GENESIS})
    entry = AuditEntry(
        actor_uuid=actor.uuid if actor else None,
        verb=verb,
        object_type=subject._meta.label,
        object_id=str(getattr(subject, "uuid", None) or subject.pk),
        before=_plain(before),
        after=_plain(after),
        reason=reason[:300],
        address_hash=hashed_address(address),
        created_at=_now(),
        previous_hash=head.entry_hash,
    )
    entry.entry_hash = head.entry_hash = seal(sealed_facts(entry), head.entry_hash)
    entry.save(force_insert=True)
    head.save(update_fields=["entry_hash"])
    return entry


def hashed_address(address: str) -> str:
    """Tells whether two deeds came from one place, without telling which; the key is the installation's."""
    return salted_hmac("players.audit", address, algorithm="sha256").hexdigest() if address else ""


def _plain(facts: Mapping[str, object] | None) -> dict[str, object]:
    """As the database will give it back, so that the hash can be computed again; amounts as text."""
    written = json.dumps(facts or {}, cls=DjangoJSONEncoder).replace("\\u0000", "")
    return without_secrets(json.loads(written, parse_float=str))


def _now() -> datetime:
    return timezone.now().astimezone(UTC)
