"""The plain chat's people; the same answer as bench.chat.people."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.plain.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from bench.plain.models import Room  # noqa: E402


def main(sizes: list[int]) -> None:
    count = max(*sizes, sum(size for size in sizes if size <= 10))
    users = User.objects.bulk_create(User(username=f"bench-{n}", password="!") for n in range(count))
    keys = [signed_in(user) for user in users]
    taken, rooms = 0, []
    for number, size in enumerate(sizes):
        first = taken if size <= 10 else 0
        taken += size if size <= 10 else 0
        room = Room.objects.create(name=f"hall-{number}")
        room.members.set(users[first : first + size])
        sessions = keys[first : first + size]
        rooms.append({"room": room.name, "slug": room.name, "size": size, "sessions": sessions})
    json.dump({"cookie": settings.SESSION_COOKIE_NAME, "rooms": rooms}, sys.stdout)


def signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
