from django.db import transaction

from npcs.llm.presets import HOSTED
from npcs.models import AiControl, AiProvider, UserAiSettings
from padawanforge.kit.errors import DomainError
from players.actions.audit import record
from players.models import Player


class KeyRefused(DomainError):
    pass


@transaction.atomic
def save_provider(*, provider: AiProvider, is_default: bool) -> None:
    """Save it; when it shall be the default one, no other is any more."""
    if is_default:
        AiProvider.objects.filter(is_default=True).exclude(pk=provider.pk).update(is_default=False)
    provider.is_default = is_default
    provider.save()


@transaction.atomic
def save_control(*, control: AiControl, by: Player) -> None:
    """Save the limits; that the switch was turned is written in the audit log."""
    before = AiControl.objects.filter(pk=AiControl.ID).first() or AiControl()
    control.pk = AiControl.ID
    control.save()
    if before.is_stopped != control.is_stopped:
        verb = "providers.stopped" if control.is_stopped else "providers.resumed"
        record(actor=by, verb=verb, subject=control, reason=control.stop_reason)


def keep_own_key(*, player: Player, kind: str, key: str, model: str) -> UserAiSettings:
    """Keep the player's key at a hosted provider, enciphered; without a new one the stored one stays."""
    if player.is_guest or kind not in HOSTED:
        raise KeyRefused("There is no such provider to keep a key for.")
    with transaction.atomic():
        # The player's row is the lock, so that two tabs keep one key.
        Player.objects.select_for_update().get(pk=player.pk)
        own = UserAiSettings.objects.filter(player=player).first() or UserAiSettings(player=player)
        if not key and (not own.pk or own.provider_type != kind):
            raise KeyRefused("Enter the key that this provider has given you.")
        own.provider_type, own.ai_model = kind, model
        own.api_key = key or own.api_key
        own.is_active, own.tested_at, own.last_error = True, None, ""
        own.save()
        record(actor=player, verb="own_key.kept", subject=own, after={"kind": kind, "model": model})
    return own


@transaction.atomic
def remove_own_key(*, player: Player) -> bool:
    """False when there was none."""
    own = UserAiSettings.objects.filter(player=player).first()
    if own is None:
        return False
    record(actor=player, verb="own_key.removed", subject=own)
    own.delete()
    return True
