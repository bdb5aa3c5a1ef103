from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = "Learning"

    def ready(self) -> None:
        # They register themselves.
        from learning import (  # noqa: F401
            player_counters,
            player_data,
            player_history,
            player_interests,
            player_panels,
            tasks,
        )
