from django.db import transaction

from npcs.models import AiProvider


@transaction.atomic
def save_provider(*, provider: AiProvider, is_default: bool) -> None:
    """Save it; when it shall be the default one, no other is any more."""
    if is_default:
        AiProvider.objects.filter(is_default=True).exclude(pk=provider.pk).update(is_default=False)
    provider.is_default = is_default
    provider.save()
