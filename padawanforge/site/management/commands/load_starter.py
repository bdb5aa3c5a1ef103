from django.core.management.base import BaseCommand

from padawanforge.site.starter_load import load


class Command(BaseCommand):
    help = "Load the starter content (categories, presets, characters, statements, rooms); can run twice."

    def handle(self, **options: object) -> None:
        made = {kind: count for kind, count in load().items() if count}
        if not made:
            self.stdout.write("The starter content is already there.")
        for kind, count in made.items():
            self.stdout.write(f"{kind}: {count} loaded")
