from django.apps import AppConfig
from django.db.backends.signals import connection_created

from padawanforge.kit.moments import load_quickly


class SiteConfig(AppConfig):
    """The pages and commands that know every app."""

    name = "padawanforge.site"
    label = "site"
    verbose_name = "Site"

    def ready(self) -> None:
        from padawanforge.site import checks  # noqa: F401

        connection_created.connect(load_quickly)
