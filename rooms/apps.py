from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"
    verbose_name = "Rooms"

    def ready(self) -> None:
        from rooms import channel_kinds, clock, player_data, player_history, receivers, tasks  # noqa: F401
