from django.core.management.base import BaseCommand, CommandError, CommandParser

from learning.actions.rebuild import AnswersKeepComing, differences, rebuild


class Command(BaseCommand):
    help = (
        "Replay all answers and find the skills of the players and the difficulties of the statements anew. "
        "Prints what differs from what is stored; without --dry-run the replay's figures are written, and the "
        "mastery of all topics is computed over the statements of today. Can run while people play."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only tell what differs.")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        try:
            found = differences() if dry_run else rebuild()
        except AnswersKeepComing as problem:
            raise CommandError(str(problem)) from problem
        for one in found:
            self.stdout.write(str(one))
        if not found:
            self.stdout.write("Nothing differs from the answers.")
        elif dry_run:
            self.stdout.write(f"{len(found)} rows differ. Run it without --dry-run to write them.")
        else:
            self.stdout.write(f"{len(found)} rows were written anew.")
