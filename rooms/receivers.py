from django.dispatch import receiver

from messaging.models import Message
from messaging.signals import message_posted
from rooms.actions.talk import hear


@receiver(message_posted, dispatch_uid="rooms.hear")
def hear_message(*, message_id: int, **kwargs: object) -> None:
    """Characters listen to what people say."""
    message = Message.objects.select_related("channel").filter(pk=message_id).first()
    if message is not None:
        hear(message=message)
