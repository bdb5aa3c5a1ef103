from importlib import import_module

from django.apps import AppConfig

from padawanforge.kit import append_only, fulltext


class NpcsConfig(AppConfig):
    name = "npcs"
    verbose_name = "Characters"

    def ready(self) -> None:
        import_module("npcs.tasks")
        import_module("npcs.actions.basic_tools")
        import_module("npcs.actions.custom_functions")
        import_module("npcs.actions.embedding_bills")
        import_module("npcs.player_data")
        revision = import_module("npcs.models").NpcRevision
        append_only.freeze(revision, revision.FROZEN)
        fulltext.declare(import_module("npcs.models").KnowledgeItem, ["terms", "scope"])
