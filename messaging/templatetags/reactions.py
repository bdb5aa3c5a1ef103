from django import template

from messaging.rules.reactions import NAMES, PALETTE

register = template.Library()


@register.simple_tag
def reaction_palette() -> tuple[tuple[str, str], ...]:
    """The signs that can be set, each with its name."""
    return PALETTE


@register.filter
def sign_name(emoji: str) -> str:
    return NAMES.get(emoji, emoji)
