from django import template

from messaging.models import Message
from messaging.queries.polls import ShownOption, shown_options
from messaging.rules.attachments import in_words

register = template.Library()


@register.filter
def size_words(size: int) -> str:
    """120 KB."""
    return in_words(size)


@register.filter
def poll_options(message: Message | None) -> list[ShownOption]:
    """The answers of the message's poll, with what this reader has chosen."""
    return shown_options(message.poll_told, message.own_votes) if message and message.poll_told else []


@register.filter
def moment(text: str | None) -> str:
    """A moment as it is kept in JSON, without what comes after the minutes."""
    return text[:16].replace("T", " ") if text else ""
