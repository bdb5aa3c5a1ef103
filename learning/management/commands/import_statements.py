from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from learning.actions.imports import discard, examine, keep_file, take_over
from learning.formats.kinds import FORMATS
from learning.models import ImportRow, ImportRun, Topic
from npcs.choices import Difficulty
from padawanforge.kit.errors import DomainError
from padawanforge.kit.work import WorkState
from players.models import Player


class Command(BaseCommand):
    help = (
        "Bring the statements of a file into the bank, where they wait for review. Prints a verdict for each "
        "row; with --dry-run nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), default="", help="Else it is recognised.")
        parser.add_argument("--topic", default="", help="The slug of the topic for rows that name none.")
        parser.add_argument("--difficulty", choices=Difficulty.values, default=Difficulty.BEGINNER)
        parser.add_argument("--player", default="", help="The username of whoever brings them.")
        parser.add_argument("--near", action="store_true", help="Also what is very much like another.")
        parser.add_argument("--dry-run", action="store_true", help="Only print the verdicts.")

    def handle(self, *, dry_run: bool, near: bool, **options: object) -> None:
        run = self._examined(options)
        try:
            if run.state == WorkState.FAILED:
                raise CommandError(run.last_error)
            for row in ImportRow.objects.filter(run=run).order_by("position"):
                message = f" ({row.message})" if row.message else ""
                self.stdout.write(f"{row.line}: {row.get_verdict_display()}{message}: {row.text}")
            if not dry_run:
                count = take_over(run=run, player=run.player, with_near=near, now=timezone.now())
                self.stdout.write(f"{count} statements wait for review.")
        finally:
            if dry_run or run.state == WorkState.FAILED:
                discard(runs=ImportRun.objects.filter(pk=run.pk))

    def _examined(self, options: dict) -> ImportRun:
        topic, player = options["topic"], options["player"]
        try:
            run = keep_file(
                player=Player.objects.get(username=player) if player else None,
                data=options["file"].read_bytes(),
                file_name=options["file"].name,
                kind=options["format"],
                topic=Topic.objects.get(slug=topic) if topic else None,
                difficulty=options["difficulty"],
            )
        except (DomainError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        except (Topic.DoesNotExist, Player.DoesNotExist) as problem:
            raise CommandError(f"There is no topic {topic!r} or no player {player!r}.") from problem
        return examine(run=run)
