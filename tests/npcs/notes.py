"""A note, and the addresses of the pages on which notes are looked after."""

from django.urls import reverse

NOTES = b"# Comets\n\nA comet is a body of ice and dust that grows a long tail near the Sun.\n"


def url(name, npc, *more):
    return reverse(f"npcs:{name}", args=[npc.slug, *more])
