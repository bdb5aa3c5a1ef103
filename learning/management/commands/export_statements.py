from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from learning.formats.kinds import WRITABLE
from learning.models import Lifecycle
from learning.queries.bank import Chosen, bank
from learning.queries.exports import TooManyStatements, exported


class Command(BaseCommand):
    help = "Write statements into a file that other programs, or this one elsewhere, can read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=sorted(WRITABLE), default="archive")
        parser.add_argument("--topic", default="", help="The slug of one topic.")
        parser.add_argument("--lifecycle", choices=Lifecycle.values, default="")

    def handle(self, *, file: Path, topic: str, lifecycle: str, **options: object) -> None:
        chosen = bank(Chosen(topic=topic, lifecycle=lifecycle))
        try:
            _, data = exported(chosen, kind=str(options["format"]))
            file.write_bytes(data)
        except (TooManyStatements, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{chosen.count()} statements, {len(data)} bytes.")
