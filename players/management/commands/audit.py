from django.core.management.base import BaseCommand, CommandError, CommandParser

from players.models import AuditEntry
from players.queries.audit import holds_entry, last_entries, names_in, verified_chain


class Command(BaseCommand):
    help = "Look into the audit log: whether it is whole, or what was done last."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="look whether an entry was changed or is missing")
        verify.add_argument(
            "--expect", default="", help="a hash noted earlier, which the log must still hold"
        )
        tail = verbs.add_parser("tail", help="tell the last entries")
        tail.add_argument("-n", "--lines", type=int, default=20)

    def handle(self, *, verb: str, expect: str = "", lines: int = 20, **options: object) -> None:
        if verb == "verify":
            self.verify(expect)
        else:
            self.tail(lines)

    def verify(self, expect: str) -> None:
        chain = verified_chain()
        if chain.flaws:
            raise CommandError("\n".join(chain.flaws))
        if expect and not holds_entry(expect):
            raise CommandError(f"The entry {expect} is no longer in the log: its end was cut off.")
        self.stdout.write(f"{chain.entries} entries, unbroken. The last is {chain.head}")

    def tail(self, lines: int) -> None:
        entries = last_entries(lines)
        names = names_in(entries)
        for entry in entries:
            self.stdout.write(line_of(entry, names))


def line_of(entry: AuditEntry, names: dict[str, str]) -> str:
    actor = names.get(str(entry.actor_uuid), str(entry.actor_uuid)) if entry.actor_uuid else "system"
    subject = f"{entry.object_type} {names.get(entry.object_id, entry.object_id)}"
    reason = f" ({entry.reason})" if entry.reason else ""
    return f"{entry.created_at:%Y-%m-%d %H:%M:%S} {actor} {entry.verb} {subject}{reason}"
