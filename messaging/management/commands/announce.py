from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from messaging.actions.announcements import publish, withdraw
from messaging.models import Announcement, Channel
from players.choices import RoleName


class Command(BaseCommand):
    help = "Announce something to many, or take an announcement back with --withdraw."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "title", help="the line on top of the pages; with --withdraw the id that was printed"
        )
        parser.add_argument("--text", default="", help="more about it, in Markdown")
        parser.add_argument("--type", choices=Announcement.Type.values, default="info")
        parser.add_argument("--priority", choices=Announcement.Priority.values, default="normal")
        parser.add_argument("--audience", choices=Announcement.Audience.values, default="players")
        parser.add_argument("--role", choices=RoleName.values, default="", help="with --audience role")
        parser.add_argument("--channel", help="with --audience channel: the uuid of the room's channel")
        parser.add_argument("--at", help="when it begins, such as 2026-05-04T20:00+02:00; without it, now")
        parser.add_argument("--hours", type=float, help="for how long; without it, until it is withdrawn")
        parser.add_argument("--recurrence", choices=["daily", "weekly"], default="")
        parser.add_argument("--no-banner", action="store_true", help="no line on top of the pages")
        parser.add_argument("--no-notification", action="store_true")
        parser.add_argument("--acknowledge", action="store_true", help="people say that they have read it")
        parser.add_argument("--withdraw", action="store_true")

    def handle(self, *, title: str, **options: object) -> None:
        now = timezone.now()
        if options["withdraw"]:
            self._withdraw(title, now)
            return
        starts_at = _moment(options["at"]) if options["at"] else now
        announcement = Announcement(
            title=title,
            **{
                name: options[name] for name in ("text", "type", "priority", "audience", "role", "recurrence")
            },
            channel=_channel(options["channel"]),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=options["hours"]) if options["hours"] else None,
            shows_banner=not options["no_banner"],
            sends_notification=not options["no_notification"],
            needs_acknowledgement=options["acknowledge"],
        )
        try:
            publish(announcement)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(str(announcement.uuid))

    def _withdraw(self, uuid: str, now: datetime) -> None:
        try:
            announcement = Announcement.objects.get(uuid=uuid)
        except (Announcement.DoesNotExist, ValidationError) as error:
            raise CommandError("There is no announcement with this id.") from error
        done = withdraw(announcement=announcement, now=now)
        self.stdout.write("It is withdrawn." if done else "It had been withdrawn before.")


def _moment(text: object) -> datetime:
    try:
        moment = parse_datetime(str(text))
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError("Give a moment such as 2026-05-04T20:00+02:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _channel(uuid: object) -> Channel | None:
    if not uuid:
        return None
    try:
        return Channel.objects.get(uuid=str(uuid))
    except (Channel.DoesNotExist, ValidationError) as error:
        raise CommandError("There is no such channel.") from error
