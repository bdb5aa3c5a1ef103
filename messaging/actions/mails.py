"""News by e-mail: one letter for one piece, or a digest of what waits. Each can be stopped from the letter."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from messaging.models import Notification
from padawanforge.kit.errors import DomainError
from players.actions.mail import public_address
from players.choices import NotificationKind
from players.models import Player, PlayerPreferences
from players.queries.addresses import confirmed_address

SALT = "messaging.letters"
DIGEST = "digest"


class NoSuchLetter(DomainError):
    code = "invalid"


def send_news(notification: Notification, now: datetime) -> None:
    """A mail server that is away raises OSError. Without a confirmed address there is nothing to do."""
    recipient = notification.recipient
    _send(
        recipient,
        subject=notification.title,
        template="news",
        stop=notification.category,
        told=[_line(notification)],
    )


def send_digest(player: Player, waiting: Sequence[Notification], *, more: int) -> None:
    """`more` is how many wait besides those that are named."""
    count = len(waiting) + more
    subject = f"{count} piece{'' if count == 1 else 's'} of news for you"
    told = [_line(notification) for notification in waiting]
    _send(player, subject=subject, template="digest", stop=DIGEST, told=told, more=more)


def stop_token(player: Player, what: str) -> str:
    """For the link in a letter; it works as long as the letter exists."""
    return signing.dumps([str(player.uuid), what], salt=SALT)


def what_stops(token: str) -> tuple[Player, str, str]:
    """Whose letters, which ones, and how people call them."""
    try:
        uuid, what = signing.loads(token, salt=SALT)
        player = Player.objects.get(uuid=uuid)
    except (signing.BadSignature, ValueError, TypeError, Player.DoesNotExist) as error:
        raise NoSuchLetter("This link is not complete. Open it from the letter again.") from error
    label = "the digest" if what == DIGEST else f"letters about “{NotificationKind(what).label}”"
    return player, what, label


def stop_letters(*, token: str) -> str:
    """Switch off what the letter was about; how people call it."""
    player, what, label = what_stops(token)
    preferences = PlayerPreferences.objects.get(player=player)
    if what == DIGEST:
        preferences.digest = PlayerPreferences.Digest.OFF
    else:
        ways = preferences.notification_ways.get(what, [])
        preferences.notification_ways[what] = [way for way in ways if way != "email"]
    preferences.save(update_fields=["digest", "notification_ways", "updated_at"])
    return label


def _send(player: Player, *, subject: str, template: str, stop: str, **context: object) -> None:
    address = confirmed_address(player)
    if not address:
        return
    link = public_address("messaging:letters-stop", stop_token(player, stop))
    preferences = player.preferences
    zone = ZoneInfo(preferences.timezone or settings.TIME_ZONE)
    with translation.override(preferences.language), timezone.override(zone):
        context |= {
            "site": settings.PUBLIC_URLS[0],
            "name": player.name,
            "stop": link,
            "choices": public_address("messaging:notification-settings"),
            "all": public_address("messaging:notifications"),
        }
        text = render_to_string(f"messaging/mail/{template}.txt", context)
        html = render_to_string(f"messaging/mail/{template}.html", context)
    letter = EmailMultiAlternatives(
        # A line break would begin another header.
        f"[PadawanForge] {' '.join(subject.split())}",
        text,
        to=[address],
        headers={
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(html, "text/html")
    letter.send()


def _line(notification: Notification) -> dict[str, object]:
    base = settings.PUBLIC_URLS[0].rstrip("/")
    return {
        "news": notification,
        "title": " ".join(notification.title.split()),
        "link": base + notification.action_url if notification.action_url.startswith("/") else "",
    }
