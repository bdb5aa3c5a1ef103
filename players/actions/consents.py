from collections.abc import Mapping

from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.models import ConsentEntry, Player, PlayerPersonalInfo
from players.queries.consents import consents_of
from players.queries.guardians import is_minor_now
from players.rules.consents import CONSENTS


class ConsentOnlyByGuardian(DomainError):
    code = "forbidden"


def answer_consents(*, player: Player, answers: Mapping[str, bool], by_guardian: bool = False) -> list[str]:
    """Keep what is new in the answers (kind -> agreed); the kinds whose answer was written down."""
    with transaction.atomic():
        # The segment's row is the lock: two tabs answer one after the other, and the column fits the list.
        info = PlayerPersonalInfo.objects.select_for_update().get(player=player)
        if not by_guardian and any(answers.values()) and is_minor_now(player):
            raise ConsentOnlyByGuardian(
                "At your age your guardian decides about this. Ask for the guardian's agreement first."
            )
        changed = _news(player, answers)
        for kind in changed:
            ConsentEntry.objects.create(
                player=player,
                kind=kind,
                is_given=answers[kind],
                text_version=CONSENTS[kind].version,
                by_guardian=by_guardian,
            )
        _keep_columns(info, {kind: answers[kind] for kind in changed})
        return changed


def withdraw_all(*, player: Player, by_guardian: bool = False) -> None:
    """Take back every consent that was given, also one for an older text."""
    answered = {consent.text.kind: False for consent in consents_of(player) if consent.answered_at}
    answer_consents(player=player, answers=answered, by_guardian=by_guardian)


def lapse_outdated() -> int:
    """Clear the columns of consents whose text has changed since; how many were cleared."""
    cleared = 0
    for kind, text in CONSENTS.items():
        current = ConsentEntry.objects.filter(kind=kind, text_version=text.version).values("player_id")
        rows = PlayerPersonalInfo.objects.filter(**{text.field: True}).exclude(player_id__in=current)
        cleared += rows.update(**{text.field: False})
    return cleared


def _news(player: Player, answers: Mapping[str, bool]) -> list[str]:
    """The answers that differ from what holds, or that answer a text not answered before."""
    known = {consent.text.kind: consent for consent in consents_of(player)}
    return [
        kind
        for kind, is_given in answers.items()
        if known[kind].answered_at is None or known[kind].is_outdated or known[kind].is_given != is_given
    ]


def _keep_columns(info: PlayerPersonalInfo, answers: Mapping[str, bool]) -> None:
    fields = {CONSENTS[kind].field: is_given for kind, is_given in answers.items()}
    for field, is_given in fields.items():
        setattr(info, field, is_given)
    if fields:
        info.save(update_fields=[*fields, "updated_at"])
