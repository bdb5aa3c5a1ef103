from django import template

from padawanforge.kit import uploads

register = template.Library()


@register.filter
def small(url: str) -> str:
    """The small form of a stored picture, for faces beside a line of text."""
    return uploads.small(url)
