from django.core.management.base import BaseCommand, CommandError, CommandParser

from padawanforge.kit.errors import DomainError
from players.actions.roles import change_role
from players.choices import RoleName
from players.models import Player


class Command(BaseCommand):
    help = "Give a player another primary role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=[name for name in RoleName.values if name != RoleName.GUEST])

    def handle(self, *, username: str, role: str, **options: object) -> None:
        player = Player.objects.filter(username=username.lower()).first()
        if player is None:
            raise CommandError(f"There is no player {username!r}.")
        try:
            change_role(player=player, role=role)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{player.username} is now {player.primary_role.display_name}.")
