from importlib import import_module

from django.apps import AppConfig


class NpcsConfig(AppConfig):
    name = "npcs"
    verbose_name = "Characters"

    def ready(self) -> None:
        import_module("npcs.tasks")
        import_module("npcs.player_data")
