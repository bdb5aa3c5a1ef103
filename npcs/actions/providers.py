from django.db import transaction

from npcs.models import AiProvider


@transaction.atomic
def save_provider(provider: AiProvider) -> None:
    """Save it; when it is the default one, no other is any more."""
    if provider.is_default:
        AiProvider.objects.filter(is_default=True).exclude(pk=provider.pk).update(is_default=False)
    provider.save()
