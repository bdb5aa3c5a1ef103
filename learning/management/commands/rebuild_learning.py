from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from learning.actions.rebuild import AnswersKeepComing
from learning.actions.rebuild_all import all_differences, rebuild_all


class Command(BaseCommand):
    help = (
        "Replay all answers and find anew what follows from them: the skills of the players, the difficulties "
        "and statistics of the statements, the review cards, and what was paid. Prints what differs from what "
        "is stored; without --dry-run the replay's figures are written, missing experience is granted (nobody's "
        "falls), and the mastery of all topics is computed over the statements of today. Can run while people "
        "play."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only tell what differs.")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        try:
            found = all_differences(now=timezone.now()) if dry_run else rebuild_all(now=timezone.now())
        except AnswersKeepComing as problem:
            raise CommandError(str(problem)) from problem
        for one in found:
            self.stdout.write(one)
        if not found:
            self.stdout.write("Nothing differs from the answers.")
        elif dry_run:
            self.stdout.write(f"{len(found)} rows differ. Run it without --dry-run to write them.")
        else:
            self.stdout.write(f"{len(found)} rows were written anew.")
