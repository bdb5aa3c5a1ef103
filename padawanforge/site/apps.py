from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The pages and commands that know every app."""

    name = "padawanforge.site"
    label = "site"
    verbose_name = "Site"
