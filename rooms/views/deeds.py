"""What the button of a page did, said on the page that follows."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from padawanforge.kit.errors import DomainError


def attempt(request: HttpRequest, act: Callable[[], object], *, said: str = "Done.") -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
