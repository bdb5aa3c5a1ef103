from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from players.queries.erasure import find_words, former_player, remains_of


class Command(BaseCommand):
    help = (
        "Search all tables for what is left of a deleted player. A UUID has the areas look for rows; every "
        "other word (the old username, e-mail address, names) is searched in every text. Ends with 1 on a find."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subjects", nargs="+", metavar="USERNAME|UUID|WORD")

    def handle(self, *, subjects: list[str], **options: object) -> None:
        finds: list[str] = []
        words: list[str] = []
        for subject in subjects:
            if not is_uuid(subject):
                words.append(subject)
            elif player := former_player(subject):
                finds += remains_of(player.pk)
            else:
                raise CommandError(f"There is no player with the id {subject}.")
        if words:
            finds += [str(find) for find in find_words(words)]
        for find in finds:
            self.stdout.write(find)
        if finds:
            raise CommandError(f"{len(finds)} remains.")
        self.stdout.write("Nothing is left.")


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
