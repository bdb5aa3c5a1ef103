"""Letters that this app writes itself; those about sign-in are allauth's."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse


def send_letter(*, to: str, subject: str, template: str, **context: object) -> None:
    """Render templates/players/mail/<template>.txt and send it; a mail server that is away raises OSError."""
    text = render_to_string(f"players/mail/{template}.txt", {"site": settings.PUBLIC_URLS[0], **context})
    send_mail(f"[PadawanForge] {subject}", text, None, [to])


def public_address(name: str, *arguments: object) -> str:
    """The whole address of a page, by the configured host and never by what a request claims."""
    return settings.PUBLIC_URLS[0].rstrip("/") + reverse(name, args=arguments)
