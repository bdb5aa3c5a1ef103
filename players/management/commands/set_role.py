from collections.abc import Sequence

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.roles import change_role, give_role, take_role
from players.choices import RoleName
from players.models import Player
from players.queries.roles import further_of, names_of

ROLES = [name for name in RoleName.values if name != RoleName.GUEST]


class Command(BaseCommand):
    help = "Give a player another primary role, or give and take further ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", nargs="?", choices=ROLES, help="the new primary role")
        parser.add_argument(
            "--add", action="append", default=[], choices=ROLES, help="a further role to give"
        )
        parser.add_argument("--remove", action="append", default=[], choices=ROLES, help="one to take")
        parser.add_argument("--reason", default="", help="why, for the audit log; name no people in it")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would come of it")

    def handle(
        self,
        *,
        username: str,
        role: str | None,
        add: Sequence[str],
        remove: Sequence[str],
        reason: str,
        dry_run: bool,
        **options: object,
    ) -> None:
        if not (role or add or remove):
            raise CommandError("Say which role: a primary one, or --add and --remove.")
        player = Player.objects.filter(username=username.lower(), is_former=False).first()
        if player is None:
            raise CommandError(f"There is no player {username!r}.")
        try:
            with transaction.atomic():
                if role:
                    change_role(player=player, role=role, reason=reason)
                for name in add:
                    give_role(player=player, role=name, reason=reason)
                for name in remove:
                    take_role(player=player, role=name, reason=reason)
                told = standing(player)
                transaction.set_rollback(dry_run)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{player.username} {'would be' if dry_run else 'is now'} {told}.")


def standing(player: Player) -> str:
    player.refresh_from_db()
    primary = player.primary_role.display_name if player.primary_role else "nothing"
    further = names_of(further_of(player))
    return f"{primary}, and {further} besides" if further else primary
