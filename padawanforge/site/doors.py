"""What each permission opens: read from what the pages, calls, socket operations and console pages declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from messaging import kinds, operations
from messaging.models.channel import PERSONAL
from padawanforge.site.api import api
from players.choices import PERMISSIONS

# What a socket operation asks of the channel's kind, by what it says about its access.
ASKED_OF_KIND = {
    "reader of the channel": "may_read",
    "member who may write in the channel": "may_post",
    "author of the message": "may_post",
    "author of the message, or moderator of the channel": "may_post",
}
WAYS = ("view", "add", "change", "delete")


@dataclass(frozen=True, slots=True)
class Door:
    """Something that a person or a program can use; any of `asks` opens it."""

    kind: str
    name: str
    access: str
    asks: tuple[str, ...] = ()


@cache
def doors() -> tuple[Door, ...]:
    return (*pages(), *calls(), *socket_operations(), *console_pages())


def doors_of(permission: str) -> list[Door]:
    return [door for door in doors() if permission in door.asks]


def pages() -> Iterator[Door]:
    """The addresses that say themselves who may use them."""
    for route, view in _walk(get_resolver()):
        if label := getattr(view, "access", ""):
            yield Door("page", f"/{route}", label, getattr(view, "asks", ()))


def calls() -> Iterator[Door]:
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"{' '.join(sorted(operation.methods))} {path}"
                function = operation.view_func
                yield Door("call", name, getattr(function, "access", ""), getattr(function, "asks", ()))


def socket_operations() -> Iterator[Door]:
    for operation in operations.registry().values():
        question = ASKED_OF_KIND.get(operation.access)
        if question is None:
            yield Door("socket", operation.name, operation.access)
            continue
        # The log that a player has alone asks for nothing but to be that player.
        for slug in sorted({*kinds.slugs()} - {PERSONAL}):
            asks = getattr(getattr(kinds.get(slug), question), "asks", ())
            yield Door("socket", f"{operation.name} in a channel of the kind {slug}", operation.access, asks)


def console_pages() -> Iterator[Door]:
    """What the console allows is tried out: one visitor for each permission, who holds nothing else."""
    visitors = {permission: _visitor(permission) for permission in PERMISSIONS}
    for model, console in sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label):
        for way in WAYS:
            allowed = getattr(console, f"has_{way}_permission")
            asks = tuple(name for name, visitor in visitors.items() if allowed(visitor))
            if asks or way == "view":
                yield Door("console", f"{way} {model._meta.verbose_name_plural}", "superuser", asks)


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def _visitor(permission: str) -> HttpRequest:
    request = HttpRequest()
    request.user = SimpleNamespace(  # type: ignore[assignment]
        is_active=True, is_authenticated=True, is_staff=True, is_superuser=False, is_guest=False,
        leaves_at=None, pk=None, has_perm=lambda name, obj=None: name == f"players.{permission}",
        has_module_perms=lambda app: False,
    )  # fmt: skip
    return request
