from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"
    verbose_name = "Rooms"

    def ready(self) -> None:
        import rooms.actions.quiz_command  # noqa: F401 - registers itself
        from rooms import (  # noqa: F401
            channel_kinds,
            clock,
            npc_places,
            npc_showcase,
            npc_ties,
            operations,
            player_data,
            player_history,
            prompt_sections,
            receivers,
            session_operations,
            tasks,
        )
