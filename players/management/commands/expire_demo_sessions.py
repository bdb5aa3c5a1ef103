from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from players.actions.guests import expire_demo_sessions
from players.queries.guests import expired_guests


class Command(BaseCommand):
    help = "Delete the guests whose demo is over, with all they wrote."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only list them")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        now = timezone.now()
        if dry_run:
            usernames = list(expired_guests(now).values_list("username", flat=True))
        else:
            usernames = expire_demo_sessions(now=now)
        for username in usernames:
            self.stdout.write(username)
