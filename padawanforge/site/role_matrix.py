"""The page of the console that shows which role opens what."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from padawanforge.kit import access
from padawanforge.site.doors import Door, doors, doors_of
from players.choices import PERMISSIONS, RESERVED, RoleName
from players.models import Role
from players.permissions import may_see_what_roles_open
from players.queries.roles import permissions_of_roles

KINDS = {
    "page": "Pages",
    "call": "Calls of the JSON interface",
    "socket": "Sockets",
    "console": "The console",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a role opens a permission: "own", "brought" by other roles, or not at all."""

    role: Role
    state: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    permission: str
    meaning: str
    marks: list[Mark]
    doors: dict[str, list[Door]]
    count: int
    reserved: str


@require_safe
@access.requires(may_see_what_roles_open)
def role_matrix(request: HttpRequest) -> HttpResponse:
    roles = list(Role.objects.order_by("level"))
    context = {
        **admin.site.each_context(request),
        "title": "What the roles open",
        "roles": roles,
        "lines": lines(roles),
        "superuser_only": [door.name for door in doors() if door.kind == "console" and not door.asks],
    }
    return TemplateResponse(request, "admin/players/role_matrix.html", context)


def lines(roles: list[Role]) -> list[Line]:
    held = permissions_of_roles()
    return [_line(permission, roles, held) for permission in PERMISSIONS]


def _line(permission: str, roles: list[Role], held: dict[str, dict[str, list[str]]]) -> Line:
    found = doors_of(permission)
    by_kind = {title: [door for door in found if door.kind == kind] for kind, title in KINDS.items()}
    return Line(
        permission=permission,
        meaning=PERMISSIONS[permission],
        marks=[_mark(role, held[role.name].get(permission, [])) for role in roles],
        doors={title: group for title, group in by_kind.items() if group},
        count=len(found),
        reserved=RESERVED.get(permission, ""),
    )


def _mark(role: Role, sources: list[str]) -> Mark:
    """`sources` are the roles by which this one has the permission."""
    if not sources:
        return Mark(role, "none")
    if role.name in sources:
        return Mark(role, "own")
    return Mark(role, "brought", ", ".join(RoleName(name).label for name in sources))
