from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from padawanforge.kit.errors import DomainError
from players.actions.deletions import ask_deletion, delete_now
from players.models import Player
from players.queries.erasure import counts_of


class Command(BaseCommand):
    help = "Delete a player's account: after the days of grace, or at once with --now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--now", action="store_true", help="without days of grace; can't be taken back")
        parser.add_argument("--dry-run", action="store_true", help="only tell what there is, by area")

    def handle(self, *, username: str, now: bool, dry_run: bool, **options: object) -> None:
        player = Player.objects.filter(username=username.lower(), is_former=False).first()
        if player is None:
            raise CommandError(f"There is no player {username!r}.")
        if dry_run:
            self.tell(player)
            return
        try:
            deletion = ask_deletion(player=player, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if now:
            delete_now(deletion=deletion, now=timezone.now())
            self.stdout.write(f"{username} is deleted. Check with: verify_erasure {player.uuid} {username}")
        else:
            self.stdout.write(
                f"{username} is hidden and will be deleted on {deletion.due_at:%Y-%m-%d %H:%M} UTC."
            )

    def tell(self, player: Player) -> None:
        for area, counts in counts_of(player.pk).items():
            self.stdout.write(f"{area}: {sum(counts.values())}")
            for label, count in counts.items():
                self.stdout.write(f"  {label}: {count}")
