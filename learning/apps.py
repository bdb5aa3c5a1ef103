from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = "Learning"

    def ready(self) -> None:
        # They register themselves.
        from learning import (  # noqa: F401
            clock,
            npc_gains,
            npc_ties,
            npc_tools,
            player_counters,
            player_data,
            player_history,
            player_interests,
            player_panels,
            prompt_sections,
            tasks,
        )
        from learning.models import Hint, Statement, StatementVersion
        from padawanforge.kit import append_only, fulltext

        fulltext.declare(Statement, ["text", "explanation"])
        append_only.freeze(StatementVersion, ["version", "text", "answer", "explanation", "content_hash"])
        append_only.freeze(
            Hint,
            ["statement", "session_uuid", "ladder", "level", "text", "place", "message_uuid", "created_at"],
        )
