"""What people call the channels of this app, and where they are read."""

from collections.abc import Collection

from django.urls import reverse

from rooms.models import Room, Talk


def room_titles(channel_ids: Collection[int]) -> dict[int, str]:
    return dict(Room.objects.filter(channel__in=channel_ids).values_list("channel_id", "name"))


def talk_titles(channel_ids: Collection[int]) -> dict[int, str]:
    talks = Talk.objects.filter(channel__in=channel_ids).values_list("channel_id", "npc__name")
    return {channel_id: f"Talk with {name}" for channel_id, name in talks}


def room_addresses(channel_ids: Collection[int]) -> dict[int, str]:
    slugs = Room.objects.filter(channel__in=channel_ids).values_list("channel_id", "slug")
    return {channel_id: reverse("rooms:detail", args=[slug]) for channel_id, slug in slugs}


def talk_addresses(channel_ids: Collection[int]) -> dict[int, str]:
    slugs = Talk.objects.filter(channel__in=channel_ids).values_list("channel_id", "npc__slug")
    return {channel_id: reverse("rooms:talk", args=[slug]) for channel_id, slug in slugs}
