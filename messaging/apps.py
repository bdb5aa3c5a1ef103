from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = "Messaging"

    def ready(self) -> None:
        from messaging import channel_kinds, npc_ties, player_data, receivers, tasks  # noqa: F401 - they register themselves
        from messaging.models import Message
        from padawanforge.kit import fulltext

        fulltext.declare(Message, ["text"])
