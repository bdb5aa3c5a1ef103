"""Deny by default: every address, API operation and socket operation says who may use it."""

import re
from collections import defaultdict

from django.urls import URLPattern, URLResolver, get_resolver

from messaging.operations import registry
from padawanforge.site.api import api

# Third-party pages that guard themselves.
FOREIGN = ("allauth.", "django.contrib.admin.", "ninja.")
# The document of the interface, and the root that one of our pages covers.
NINJAS = {"api/v1/openapi.json", "api/v1/"}


def walk(resolver: URLResolver, prefix: str = "") -> list[tuple[str, object]]:
    found = []
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            found.append((route, pattern.callback))
    return found


def is_foreign(route: str, view: object) -> bool:
    return route in NINJAS or route.startswith(("admin/", "accounts/")) or view.__module__.startswith(FOREIGN)


def test_every_address_declares_its_access():
    undeclared = [
        route
        for route, view in walk(get_resolver())
        if not is_foreign(route, view) and not getattr(view, "access", None)
    ]

    assert undeclared == []


def test_every_api_operation_declares_its_access():
    operations = [
        (operation.methods, path, operation)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]

    undeclared = [(m, p) for m, p, op in operations if not getattr(op.view_func, "access", None)]

    assert operations
    assert undeclared == []


def test_no_path_of_the_api_is_in_two_routers():
    """The first one would take every call, and answer the methods of the second with 405."""
    routers = defaultdict(set)
    for _, router in api._routers:
        for path in router.path_operations:
            routers[re.sub(r"{[^}]*}", "{}", path)].add(id(router))

    assert routers
    assert [path for path, found in routers.items() if len(found) > 1] == []


def test_every_socket_operation_declares_its_access():
    operations = registry()

    assert {"hello", "sub", "send", "ping", "ack", "typing", "resume"} <= set(operations)
    assert [name for name, operation in operations.items() if not operation.access] == []


def test_addresses_that_stay_answer_a_stranger(client, db):
    answers = {
        path: client.get(path).status_code
        for path in (
            "/", "/rooms/", "/rooms/nowhere/", "/characters/", "/characters/nobody/", "/players/nobody/",
            "/accounts/login/", "/admin/", "/api/v1/openapi.json", "/api/v1/rooms",
        )
    }  # fmt: skip

    assert answers == {
        "/": 200,
        "/rooms/": 302,
        "/rooms/nowhere/": 302,
        "/characters/": 302,
        "/characters/nobody/": 302,
        "/players/nobody/": 302,
        "/accounts/login/": 200,
        "/admin/": 302,
        "/api/v1/openapi.json": 200,
        "/api/v1/rooms": 401,
    }
