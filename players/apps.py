from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlayersConfig(AppConfig):
    name = "players"
    verbose_name = "Players"

    def ready(self) -> None:
        from players import tasks  # noqa: F401 - registers the periodic function
        from players.receivers import make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="players.make_roles")
