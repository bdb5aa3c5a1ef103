"""What people call the channels of this app, and where they are read."""

from collections.abc import Collection

from django.urls import reverse

from rooms.models import Room, Talk


def room_titles(channel_ids: Collection[int]) -> dict[int, str]:
    return dict(Room.objects.filter(channel__in=channel_ids).values_list("channel_id", "name"))


def talk_titles(channel_ids: Collection[int]) -> dict[int, str]:
    talks = Talk.objects.filter(channel__in=channel_ids).select_related("npc")
    return {talk.channel_id: talk.title or f"Talk with {talk.npc.shown_name}" for talk in talks}


def room_addresses(channel_ids: Collection[int]) -> dict[int, str]:
    slugs = Room.objects.filter(channel__in=channel_ids).values_list("channel_id", "slug")
    return {channel_id: reverse("rooms:detail", args=[slug]) for channel_id, slug in slugs}


def talk_addresses(channel_ids: Collection[int]) -> dict[int, str]:
    found = Talk.objects.filter(channel__in=channel_ids).values_list("channel_id", "uuid")
    return {channel_id: reverse("rooms:talk-detail", args=[uuid]) for channel_id, uuid in found}
