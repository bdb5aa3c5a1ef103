"""The icons of the `lucide` package, each drawn once in a process: a page shows dozens, and parsing them took longest."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int = 24, **attributes: object) -> str:
    """The package's own tag under its own name; `attributes` are those of the `svg`."""
    return _drawn(name, size, *sorted(attributes.items()))


@lru_cache(maxsize=1000)
def _drawn(name: str, size: int, *attributes: tuple[str, object]) -> str:
    return draw(name, size=size, **dict(attributes))
