from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlayersConfig(AppConfig):
    name = "players"
    verbose_name = "Players"

    def ready(self) -> None:
        from padawanforge.kit import append_only

        # They register themselves.
        from players import player_counters, player_data, player_panels, tasks  # noqa: F401
        from players.models import AuditEntry
        from players.receivers import make_achievements, make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="players.make_roles")
        post_migrate.connect(make_achievements, sender=self, dispatch_uid="players.make_achievements")
        append_only.declare(AuditEntry)
