from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from learning.actions.difficulties import estimate_all
from learning.actions.fairness import measure_fairness
from learning.actions.quality import refresh_statistics


class Command(BaseCommand):
    help = (
        "Measure all statements anew: facility, discrimination, the test of the key, the score, and what the "
        "rules make of them. With --difficulties their difficulties are estimated from all first answers, "
        "with --fairness they are compared by groups of players, too. All of it happens by itself, after each "
        "session or once a night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--difficulties", action="store_true", help="Estimate difficulties, too.")
        parser.add_argument("--fairness", action="store_true", help="Compare groups of players, too.")

    def handle(self, *, difficulties: bool, fairness: bool, **options: object) -> None:
        if difficulties:
            self.stdout.write(f"{estimate_all()} difficulties were estimated anew.")
        self.stdout.write(f"{refresh_statistics()} statements were measured.")
        if fairness:
            measured = measure_fairness(now=timezone.now())
            self.stdout.write(f"{measured} statements were compared by groups of players.")
